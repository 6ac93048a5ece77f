package shop

import dev.klarnastepup.Credentials
import dev.klarnastepup.CredentialsAnswer
import dev.klarnastepup.Environment
import dev.klarnastepup.JourneyPresenter
import dev.klarnastepup.LinkDisposition
import dev.klarnastepup.NotStartedReason
import dev.klarnastepup.Order
import dev.klarnastepup.Outcome
import dev.klarnastepup.Platform
import dev.klarnastepup.ReturnLinks
import dev.klarnastepup.Shell
import dev.klarnastepup.StepUpClient
import dev.klarnastepup.StepUpConfig
import dev.klarnastepup.ffi.Device
import dev.klarnastepup.ffi.Presentation
import dev.klarnastepup.ffi.Surface
import java.io.File
import java.nio.file.Files
import kotlin.system.exitProcess
import kotlinx.coroutines.async
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.selects.select

/**
 * Pays once against the sandbox, as a release build does: with classes that a shrinker renamed and threw away as it liked. Whatever the library
 * reaches by name, from native code or by reflection, is reached on the way: callbacks, coroutines, records, lists, errors.
 */
fun main(): Unit = runBlocking {
    val world = World()
    val shop = Shop(world.backend)
    val paying = async { shop.client.pay(Order("42", CART)) { outcome -> outcome } }
    val shown =
        select<Presentation> {
            shop.shown.onReceive { it }
            paying.onAwait { throw ended(it) }
        }
    val disposition = shop.client.handle(world.approve(shown.url))
    expect("the completion link is known", disposition is LinkDisposition.Completion)
    val outcome = paying.await()
    expect("$outcome is Approved", outcome is Outcome.Approved)
    expect("the library asked the app for its headers", shop.asked > 0)
    val findings = shop.client.doctor()
    expect("the doctor was there", findings.isNotEmpty())
    expect("nothing is unfinished", shop.client.unfinished().isEmpty())
    expect("there is a trace", outcome.attempt?.let { shop.client.trace(it) }.orEmpty().contains("{"))
    shop.client.shutDown().join()
    println("paid: $outcome")
    exitProcess(0)
}

/** What an app says that could not even begin. */
private fun ended(outcome: Outcome): Throwable {
    val reason = (outcome as? Outcome.NotStarted)?.reason
    return (reason as? NotStartedReason.Unusable)?.error ?: IllegalStateException("$outcome before there was a journey")
}

private fun expect(what: String, there: Boolean) {
    if (!there) error("expected: $what")
}

private const val CART =
    """{"reference": "42", "amount": 11800, "currency": "USD", "reply": "klarna",
        "items": [{"name": "T-shirt", "quantity": 2, "unit_price": 5900, "total_amount": 11800}],
        "customer": {"email": "customer@email.us"}}"""

/** The shop, and what stands in for Android. */
private class Shop(backend: String) : Platform, JourneyPresenter, Credentials {
    private val journal: File = Files.createTempDirectory("journal").toFile()
    val shown = Channel<Presentation>(Channel.UNLIMITED)

    @Volatile var asked = 0
    override val debuggable = true
    override val presenter: JourneyPresenter = this
    val client =
        StepUpClient(
            StepUpConfig(
                backend,
                ReturnLinks("shop://klarna/back", "shop-done://klarna/done"),
                Environment.Sandbox(),
                credentials = this,
            ),
            this,
        )

    init {
        client.shell.hostAttached()
    }

    override suspend fun headers(afterRejection: Boolean): CredentialsAnswer {
        asked += 1
        return CredentialsAnswer.bearer("of nobody")
    }

    override fun journalDirectory() = journal

    override fun device() = Device(listOf(Surface.AUTH_TAB), false, null, true)

    override fun observe(shell: Shell) = Unit

    override fun present(presentation: Presentation) {
        client.shell.surfacePresented(presentation.attempt, presentation.number)
        shown.trySend(presentation)
    }

    override fun dismiss(attempt: String, number: UInt) = Unit
}
