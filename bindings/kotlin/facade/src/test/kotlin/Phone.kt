package dev.klarnastepup

import dev.klarnastepup.ffi.Configuration
import dev.klarnastepup.ffi.DeliveredOutcome
import dev.klarnastepup.ffi.Device
import dev.klarnastepup.ffi.DeviceFacts
import dev.klarnastepup.ffi.Environment
import dev.klarnastepup.ffi.FieldNames
import dev.klarnastepup.ffi.HostParts
import dev.klarnastepup.ffi.HttpTransport
import dev.klarnastepup.ffi.IfBusy
import dev.klarnastepup.ffi.LinkNonceMode
import dev.klarnastepup.ffi.Listener
import dev.klarnastepup.ffi.Order
import dev.klarnastepup.ffi.PayOptions
import dev.klarnastepup.ffi.Presentation
import dev.klarnastepup.ffi.Presenter
import dev.klarnastepup.ffi.ReturnLinks
import dev.klarnastepup.ffi.StepUpClient
import dev.klarnastepup.ffi.Surface
import dev.klarnastepup.ffi.defaultConfirmationPolicy
import java.nio.file.Files
import java.nio.file.Path
import kotlinx.coroutines.channels.Channel

/** A shop's app: the real client with the platform's HTTP, and a screen that shows what it is told to. */
internal class Phone(
    backend: String,
    device: DeviceFacts = device(Surface.AUTH_TAB),
    transport: HttpTransport = UrlConnectionTransport(),
    listener: Listener? = null,
    presenter: Presenter? = null,
) : AutoCloseable {
    private val journal = Files.createTempDirectory("journal")
    val client =
        StepUpClient(configuration(backend, SHOP, journal), HostParts(transport, device, null, null, listener))
    val screen = Screen(client)

    init {
        client.attachHost(presenter ?: screen)
    }

    suspend fun pay(reference: String, reply: String = "klarna", email: String = "customer@email.us"): DeliveredOutcome {
        val cart =
            """{"reference": "$reference", "amount": 11800, "currency": "USD", "reply": "$reply",
                "items": [{"name": "T-shirt", "quantity": 2, "unit_price": 5900, "total_amount": 11800}],
                "customer": {"email": "$email"}}"""
        return client.pay(Order(reference, cart), PayOptions(IfBusy.JOIN, 0u))
    }

    override fun close() {
        client.shutdown()
        client.close()
        journal.toFile().deleteRecursively()
    }

    companion object {
        val SHOP = ReturnLinks("shop://klarna/back", "shopdone://klarna/done", null)

        fun device(vararg surfaces: Surface): DeviceFacts =
            object : DeviceFacts {
                override fun device() = Device(surfaces.toList(), httpsLinks = false, debuggable = true)
            }

        fun configuration(
            backend: String,
            links: ReturnLinks,
            journal: Path,
            nonce: LinkNonceMode = LinkNonceMode.QUERY,
        ) = Configuration(
            backend = backend,
            environment = Environment.Sandbox(emptyList()),
            links = links,
            linkNonce = nonce,
            fieldNames = FieldNames("return_url", "app_return_url"),
            policy = defaultConfirmationPolicy(),
            journalDirectory = journal.toString(),
        )
    }
}

/** Where journeys are shown. The test takes them from `shown` and plays the customer. */
internal class Screen(private val client: StepUpClient) : Presenter {
    val shown = Channel<Presentation>(Channel.UNLIMITED)

    override fun present(presentation: Presentation) {
        client.surfacePresented(presentation.attempt, presentation.number)
        shown.trySend(presentation)
    }

    override fun dismiss(attempt: String, number: UInt) = Unit

    override fun forwardLink(attempt: String, uri: String) = Unit
}
