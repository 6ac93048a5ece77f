package dev.klarnastepup.phone

import dev.klarnastepup.AttemptId
import dev.klarnastepup.AttemptState
import dev.klarnastepup.BackendReply
import dev.klarnastepup.ConfirmationPolicy
import dev.klarnastepup.Environment
import dev.klarnastepup.IfBusy
import dev.klarnastepup.LinkNonce
import dev.klarnastepup.Order
import dev.klarnastepup.Outcome
import dev.klarnastepup.OutcomeId
import dev.klarnastepup.Prepared
import dev.klarnastepup.ReturnLinks
import dev.klarnastepup.StepUpClient
import dev.klarnastepup.StepUpConfig
import dev.klarnastepup.StepUpException
import dev.klarnastepup.Surface
import dev.klarnastepup.ffi.PresentFailure
import java.io.File
import java.util.concurrent.ConcurrentHashMap
import kotlin.concurrent.thread
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Job
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long

/** The app and its phone. */
internal class Phone(wanted: JsonObject, private val output: Output) {
    private val device = Device(wanted, output)
    private val scope = CoroutineScope(device.dispatcher)
    private val client = StepUpClient(configuration(wanted, device), device)
    private val calls = ConcurrentHashMap<String, Job>()
    private val attempts = ConcurrentHashMap<String, String>()
    private val observing = mutableMapOf<String, Job>()

    /** Loads the library, and listens to what it says. */
    fun begin() {
        scope.launch(start = CoroutineStart.UNDISPATCHED) { client.events.collect(::event) }
        scope.launch { client.outcomes.collect { output.told(it, null) } }
        scope.launch { client.states.collect(::state) }
        client.shell.hostAttached()
        client.warmUp()
        runBlocking { client.unfinished() }
        output.say("ready")
        device.commandDone()
        if (device.isVirtual) thread(isDaemon = true, name = "quiet") { device.reportRest() }
    }

    fun shutDown() = runBlocking { client.shutDown().join() }

    private fun event(event: dev.klarnastepup.Event) =
        output.say("event", "at" to event.atMillis, "attempt" to event.attempt?.value, "name" to event.name)

    private fun state(state: AttemptState) {
        attempts[state.reference] = state.id.value
        output.state(state)
    }

    fun obey(command: JsonObject) {
        when (val name = command.text("do")) {
            "hold-at" -> device.holdAt(command)
            "pay" -> pay(command)
            "prepare" -> call(command) { prepare(command) }
            "continue" -> wait(command, "") { client.continuePayment(command.attempt(), reply(command.getValue("reply"))) }
            "resume" -> wait(command, "") { client.resume(command.attempt()) }
            "reopen" -> call(command) { answer(command) { client.reopen(command.attempt(), surface(command)) } }
            "stop-waiting" -> stopWaiting(command)
            "abandon" -> now { answer(command) { client.abandon(command.attempt()) } }
            "check-again" -> now { answer(command) { client.checkAgain(command.attempt()) } }
            "link" -> output.disposition(client.handle(command.text("uri")))
            "surface-presented", "surface-failed", "surface-closed" -> surfaceDid(name, command)
            "foreground" -> client.shell.foreground()
            "background" -> client.shell.background()
            "network-changed" -> client.networkChanged()
            "credentials-changed" -> client.credentialsChanged()
            "disk-full" -> Disk.full(command.isTrue("full"))
            "attach-host" -> client.shell.hostAttached()
            "detach-host" -> client.shell.hostDetached()
            "set-owner" -> client.setOwner(command.textOrNull("owner"), command.isTrue("adopt_current"))
            "acknowledge" -> client.acknowledge(OutcomeId(command.text("outcome")))
            "observe" -> observe(command.text("attempt"), command.isTrue("observed"))
            "clock" -> device.setClock(command)
            "wake" -> device.wake()
            "ping" -> {
                device.awaitDispatched()
                output.say("pong")
            }
            else -> ask(name, command)
        }
        device.commandDone()
    }

    private fun ask(name: String, command: JsonObject) {
        when (name) {
            "trace" -> {
                val trace = now { client.trace(command.attempt()) }
                output.say("trace", "attempt" to command.text("attempt"), "trace" to (trace?.let(Json::parseToJsonElement) ?: JsonNull))
            }
            "unfinished" -> {
                val states = now { client.unfinished() }.map { state ->
                    JsonObject(Output.words(state).associate { (name, value) -> name to Output.element(value) })
                }
                output.say("unfinished", "attempts" to JsonArray(states))
            }
            "outcomes" -> {
                val ids = now { client.unacknowledged() }.map { JsonPrimitive(it.id.value) }
                output.say("outcomes", "ids" to JsonArray(ids))
            }
            else -> output.refused(IllegalArgumentException("no command of the protocol: $name"))
        }
    }

    private fun pay(command: JsonObject) {
        val order = order(command)
        val ifBusy = if (command.isTrue("replace")) IfBusy.REPLACE else IfBusy.JOIN
        wait(command, order.reference) { client.pay(order, ifBusy) }
    }

    private suspend fun prepare(command: JsonObject) {
        when (val prepared = client.prepare(order(command))) {
            is Prepared.Ended -> output.told(prepared.outcome, command.getValue("call"))
            is Prepared.Ready ->
                output.say(
                    "prepared",
                    "call" to command.getValue("call"),
                    "attempt" to prepared.attempt.id.value,
                    "idempotency_key" to prepared.attempt.idempotencyKey,
                    "completion" to prepared.attempt.completionLink,
                    "handover" to prepared.attempt.handoverLink,
                )
        }
    }

    /** A call that waits for an outcome. */
    private fun wait(command: JsonObject, reference: String, work: suspend () -> Outcome) = call(command) {
        val call = command.getValue("call")
        try {
            output.told(work(), call)
        } catch (error: StepUpException) {
            output.answer(call, error)
        } catch (stopped: CancellationException) {
            output.stoppedWaiting(call, command.textOrNull("attempt") ?: attempts[reference], reference)
            throw stopped
        }
    }

    private fun call(command: JsonObject, work: suspend () -> Unit) {
        calls[command.text("call")] = scope.launch { work() }
    }

    private fun stopWaiting(command: JsonObject) {
        calls[command.text("call")]?.cancel()
        device.awaitDispatched()
    }

    private suspend fun answer(command: JsonObject, work: suspend () -> Unit) {
        val error =
            try {
                work()
                null
            } catch (error: StepUpException) {
                error
            }
        output.answer(command.getValue("call"), error)
    }

    private fun surfaceDid(name: String, command: JsonObject) {
        val attempt = command.text("attempt")
        val number = command.text("number").toUInt()
        val shell = client.shell
        when (name) {
            "surface-presented" -> shell.surfacePresented(attempt, number)
            "surface-closed" -> output.disposition(shell.surfaceClosed(attempt, number, command.textOrNull("uri")))
            else -> {
                val failure = if (command.isTrue("no_host")) PresentFailure.NO_HOST else PresentFailure.UNAVAILABLE
                shell.surfaceFailed(attempt, number, failure)
            }
        }
    }

    /** A waiting screen collects the states of its attempt as long as it is there. */
    private fun observe(attempt: String, observed: Boolean) {
        observing.remove(attempt)?.cancel()
        if (observed) observing[attempt] = scope.launch { client.states(AttemptId(attempt)).collect {} }
        device.awaitDispatched()
    }

    private fun <T> now(work: suspend () -> T): T = runBlocking { work() }

    private companion object {
        fun configuration(wanted: JsonObject, device: Device): StepUpConfig {
            val policy = wanted["policy"]?.jsonObject ?: JsonObject(emptyMap())
            val time = { name: String, default: Long -> policy[name]?.takeIf { it !is JsonNull }?.jsonPrimitive?.long ?: default }
            val usual = ConfirmationPolicy()
            return StepUpConfig(
                backend = wanted.text("backend"),
                links =
                ReturnLinks(wanted.text("handover"), wanted.text("completion"), wanted.textOrNull("fallback_scheme").orEmpty()),
                environment = Environment.Sandbox(),
                owner = wanted.textOrNull("owner"),
                credentials = wanted["credentials"]?.jsonArray?.takeIf { it.isNotEmpty() }?.let { Purse(it, device) },
                backendId = wanted.textOrNull("backend_id") ?: "sandbox",
                linkNonce = if (wanted.isTrue("nonce", otherwise = true)) LinkNonce.QUERY else LinkNonce.OFF,
                policy =
                ConfirmationPolicy(
                    maxWait = time("max_wait", usual.maxWait),
                    customerLeft = time("customer_left", usual.customerLeft),
                    startBudget = time("start_budget", usual.startBudget),
                    longPoll = time("long_poll", usual.longPoll),
                ),
                journalDirectory = File(wanted.text("journal")),
            )
        }

        fun order(command: JsonObject): Order {
            val order = command.getValue("order").jsonObject
            return Order(order.text("reference"), order.text("json"))
        }

        fun reply(reply: kotlinx.serialization.json.JsonElement): BackendReply {
            if (reply is JsonPrimitive) return if (reply.content == "lost") BackendReply.Lost else BackendReply.NotSent
            val answered = reply.jsonObject.getValue("answered").jsonObject
            return BackendReply.Answered(answered.text("status").toInt(), answered.text("body").encodeToByteArray())
        }

        fun surface(command: JsonObject): Surface? =
            when (val name = command.textOrNull("surface")) {
                null -> null
                "auth-session" -> Surface.AUTH_TAB
                else -> Surface.valueOf(name.uppercase().replace('-', '_'))
            }

        fun JsonObject.attempt() = AttemptId(text("attempt"))
    }
}
