package dev.klarnastepup

import dev.klarnastepup.ffi.AttemptState
import dev.klarnastepup.ffi.CanceledReason
import dev.klarnastepup.ffi.DeliveredOutcome
import dev.klarnastepup.ffi.Device
import dev.klarnastepup.ffi.DeviceFacts
import dev.klarnastepup.ffi.Event
import dev.klarnastepup.ffi.HostException
import dev.klarnastepup.ffi.HostHttpRequest
import dev.klarnastepup.ffi.HostParts
import dev.klarnastepup.ffi.HttpCompletion
import dev.klarnastepup.ffi.HttpTransport
import dev.klarnastepup.ffi.LinkDisposition
import dev.klarnastepup.ffi.Listener
import dev.klarnastepup.ffi.NotStartedReason
import dev.klarnastepup.ffi.Outcome
import dev.klarnastepup.ffi.Presentation
import dev.klarnastepup.ffi.Presenter
import dev.klarnastepup.ffi.RefusedReason
import dev.klarnastepup.ffi.ReturnLinks
import dev.klarnastepup.ffi.StepUpClient
import dev.klarnastepup.ffi.StepUpException
import dev.klarnastepup.ffi.Surface
import dev.klarnastepup.ffi.libraryVersion
import java.nio.file.Path
import java.util.concurrent.atomic.AtomicInteger
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertNotEquals
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.io.TempDir

/** The generated Kotlin with the real library against the real sandbox. */
@Timeout(60)
class SmokeTest {
    /** The generated code compares its checksums with the library's own on the first call. */
    @Test
    fun `the library is the one that the bindings were made for`() {
        assertEquals("0.1.0", libraryVersion())
    }

    @Test
    fun `a configuration that cannot work names its field`(@TempDir journal: Path) {
        val links = ReturnLinks("shop:klarna", "shopdone://klarna/done", null)
        val refused =
            assertFailsWith<StepUpException.Configuration> {
                StepUpClient(
                    Phone.configuration("http://127.0.0.1:1", links, journal),
                    HostParts(null, null, null, null, null),
                )
            }
        assertEquals("links.handover", refused.field)
    }

    @Test
    fun `one whole payment, whose link comes as the surface's result`() = inWorld { world ->
        Phone(world.backend).use { phone ->
            val paying = async(Dispatchers.Default) { phone.pay("42") }
            val shown = phone.screen.shown.receive()
            val link = world.approve(shown.url)
            val disposition = phone.client.surfaceClosed(shown.attempt, shown.number, link)
            val told = paying.await()

            assertEquals(LinkDisposition.Completion(shown.attempt), disposition)
            assertIs<Outcome.Approved>(told.outcome)
            assertEquals(shown.attempt, told.attempt)
            assertEquals("42", told.reference)
            assertEquals(listOf(told), phone.client.outcomes())

            val asked = world.wire().size
            assertEquals(told, phone.pay("42"), "a paid order is not paid again")
            phone.client.acknowledge(told.id)
            val later = phone.pay("42")
            assertEquals(told.id, later.id, "nor is it once the app has acknowledged that")
            assertIs<Outcome.Approved>(later.outcome)
            assertEquals(emptyList(), phone.client.outcomes())
            assertEquals(asked, world.wire().size, "and the backend is not bothered with it")
            assertEquals(listOf(World.Payment("COMPLETED", 1)), world.klarna())
        }
    }

    @Test
    fun `one whole payment in a browser, whose link comes to the app`() = inWorld { world ->
        Phone(world.backend, device = Phone.device(Surface.BROWSER)).use { phone ->
            val paying = async(Dispatchers.Default) { phone.pay("43", reply = "redirect") }
            val shown = phone.screen.shown.receive()
            val link = world.approve(shown.url)
            val other = link.replace("klarna/done", "basket")
            val forged = link.replace(Regex("stepup=.{22}"), "stepup=AAAAAAAAAAAAAAAAAAAAAA")
            assertNotEquals(link, forged)

            assertEquals(LinkDisposition.NotOurs, phone.client.handleLink(other))
            assertEquals(LinkDisposition.Refused(RefusedReason.WRONG_NONCE), phone.client.handleLink(forged))
            assertEquals(LinkDisposition.Completion(shown.attempt), phone.client.handleLink(link))
            val told = paying.await()
            assertIs<Outcome.Approved>(told.outcome)
            assertEquals(LinkDisposition.Late(shown.attempt), phone.client.handleLink(link))
            phone.client.acknowledge(told.id)
            assertEquals(listOf(World.Payment("COMPLETED", 1)), world.klarna())
        }
    }

    @Test
    fun `device facts that throw start no payment`() = inWorld { world ->
        val throwing =
            object : DeviceFacts {
                override fun device(): Device = throw IllegalStateException("no activity")
            }
        Phone(world.backend, device = throwing).use { phone ->
            val told = phone.pay("44")
            assertEquals(Outcome.NotStarted(NotStartedReason.NoBrowser), told.outcome)
            assertEquals(emptyList(), world.wire())
        }
    }

    @Test
    fun `a presenter that throws ends in a payment that is canceled at the backend`() = inWorld { world ->
        val throwing =
            object : Presenter {
                override fun present(presentation: Presentation) =
                    if (presentation.surface == Surface.AUTH_TAB) throw HostException.Failed("refused") else error("crashed")

                override fun dismiss(attempt: String, number: UInt) = error("crashed")

                override fun forwardLink(attempt: String, uri: String) = error("crashed")
            }
        val device = Phone.device(Surface.AUTH_TAB, Surface.CUSTOM_TAB)
        Phone(world.backend, device = device, presenter = throwing).use { phone ->
            val told = phone.pay("45")
            assertEquals(Outcome.Canceled(CanceledReason.NO_SURFACE), told.outcome)
            phone.client.acknowledge(told.id)
            assertEquals(listOf(World.Payment("CANCELED", 0)), world.klarna())
        }
    }

    @Test
    fun `a transport that throws may have sent, and is asked again with the same key`() = inWorld { world ->
        val keys = mutableListOf<String?>()
        val sending = UrlConnectionTransport()
        val throwingOnce =
            object : HttpTransport {
                override fun start(request: HostHttpRequest, completion: HttpCompletion) {
                    keys += request.headers.find { it.name == "Idempotency-Key" }?.value
                    if (keys.size == 1) error("crashed")
                    sending.start(request, completion)
                }

                override fun cancel(id: ULong) = sending.cancel(id)
            }
        val deaf = ThrowingListener()
        Phone(world.backend, transport = throwingOnce, listener = deaf).use { phone ->
            val told = phone.pay("46", email = "customer+approved-at-once@email.us")
            assertIs<Outcome.Approved>(told.outcome)
            assertEquals(2, keys.size)
            assertEquals(1, keys.distinct().size)
            assertEquals(listOf(World.Request("start", keys[0])), world.wire())
            assertNotEquals(0, deaf.called.get(), "the listener was called, and threw")
        }
    }

    private class ThrowingListener : Listener {
        val called = AtomicInteger()

        override fun onEvent(event: Event) = throwing()

        override fun onOutcome(outcome: DeliveredOutcome) = throwing()

        override fun onState(state: AttemptState) = throwing()

        private fun throwing() {
            called.incrementAndGet()
            error("crashed")
        }
    }

    private fun inWorld(test: suspend CoroutineScope.(World) -> Unit) = runBlocking {
        World().use { test(it) }
    }
}
