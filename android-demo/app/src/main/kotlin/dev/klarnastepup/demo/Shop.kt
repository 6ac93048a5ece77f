package dev.klarnastepup.demo

import android.app.Activity
import android.app.Application
import dev.klarnastepup.AttemptState
import dev.klarnastepup.Environment
import dev.klarnastepup.Order
import dev.klarnastepup.ReturnLinks
import dev.klarnastepup.StepUpClient
import dev.klarnastepup.StepUpConfig
import dev.klarnastepup.StepUpException
import dev.klarnastepup.pay
import dev.klarnastepup.resume
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch

/** The client of the sandbox that was chosen, and all that goes on with it whatever screen is shown. */
class Shop(private val application: Application) {
    val settings = Settings(application)
    val book = OrderBook(application)
    val scenarios = Scenarios(application.assets)

    private var clientScope: CoroutineScope? = null
    private val current = MutableStateFlow<StepUpClient?>(null)
    private val wrong = MutableStateFlow<String?>(null)
    private val calls = HashMap<String, Job>()

    /** The client; null while no sandbox is chosen. */
    val client: StateFlow<StepUpClient?> = current.asStateFlow()

    /** Why the client cannot work, if it cannot. */
    val problem: StateFlow<String?> = wrong.asStateFlow()

    /** The control API, if its address is known. */
    val control: Control? get() = settings.sandbox?.control?.takeIf { it.isNotEmpty() }?.let(::Control)

    /** Makes the client, and takes what an earlier process was not told. */
    fun open() {
        val address = settings.sandbox ?: return
        val client =
            try {
                StepUpClient(application, configuration(address))
            } catch (error: StepUpException.Configuration) {
                wrong.value = error.message
                return
            }
        wrong.value = null
        current.value = client
        val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main)
        clientScope = scope
        scope.launch { outcomes(client) }
        scope.launch { attempts(client) }
    }

    /** Another sandbox. Payments at the one before stay in the journal, and show again when it is chosen again. */
    fun use(address: SandboxAddress) {
        close()
        settings.sandbox = address
        open()
    }

    /** Ends what [open] began. Nothing is lost by it. */
    fun close() {
        calls.clear()
        clientScope?.cancel()
        clientScope = null
        current.value?.close()
        current.value = null
    }

    /** Takes the customer through the payment of this order; what comes of it stands in the [book]. */
    fun pay(activity: Activity, order: ShopOrder) = call(order.reference) { client ->
        if (order.end != null) book.reopened(order.reference)
        client.pay(activity, Order(order.reference, order.json)) { outcome -> book.record(outcome) }
    }

    /** The customer goes on with a payment that is not finished, perhaps one of an earlier process. */
    fun resume(activity: Activity, attempt: AttemptState) {
        // Where a call still waits, only the journey has to be shown again.
        if (calls[attempt.reference]?.isActive == true) return reopen(attempt)
        call(attempt.reference) { client ->
            val outcome = client.resume(activity, attempt.id)
            book.record(outcome)
            client.acknowledge(outcome)
        }
    }

    private fun reopen(attempt: AttemptState) {
        clientScope?.launch { watched { current.value?.reopen(attempt.id) } }
    }

    /** One call an order: whoever taps twice waits for the same. */
    private fun call(reference: String, work: suspend (StepUpClient) -> Unit) {
        val client = current.value ?: return
        val scope = clientScope ?: return
        if (calls[reference]?.isActive == true) return
        calls[reference] = scope.launch {
            try {
                work(client)
            } catch (error: StepUpException) {
                wrong.value = error.message
            }
        }
    }

    private suspend fun outcomes(client: StepUpClient) = watched {
        client.outcomes.collect { outcome ->
            book.record(outcome)
            client.acknowledge(outcome)
        }
    }

    private suspend fun attempts(client: StepUpClient) = watched {
        client.states.collect { book.began(it.reference, it.id.value) }
    }

    private suspend fun watched(work: suspend () -> Unit) {
        try {
            work()
        } catch (error: StepUpException) {
            wrong.value = error.message
        }
    }

    private fun configuration(address: SandboxAddress): StepUpConfig {
        val hosts = listOfNotNull(address.foreignHost)
        return StepUpConfig(
            backend = address.backend,
            links = LINKS,
            // A release build refuses the sandbox unless told twice. This app is for nothing else.
            environment = Environment.Sandbox(hosts, insist = true),
            redirectHosts = hosts + SandboxAddress.LOOPBACK,
        )
    }

    companion object {
        /** The second scheme is not the first: a tab that watches for a scheme alone would end on the handover. */
        val LINKS = ReturnLinks(handover = "klarnastepup-demo://klarna/back", completion = "klarnastepup-demo-done://klarna/done")
    }
}
