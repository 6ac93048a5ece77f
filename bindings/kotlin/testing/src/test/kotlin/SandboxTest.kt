package dev.klarnastepup

import dev.klarnastepup.ffi.Device
import dev.klarnastepup.ffi.HostException
import dev.klarnastepup.ffi.Presentation
import dev.klarnastepup.ffi.Surface as CoreSurface
import dev.klarnastepup.ffi.libraryVersion
import java.io.File
import java.nio.file.Files
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNotEquals
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Timeout

/** The façade with the real library, real time and real HTTP against the real sandbox. */
@Timeout(60)
class SandboxTest {
    @Test
    fun `the library is of the version of this code`() {
        assertEquals(VERSION, libraryVersion())
    }

    @Test
    fun `one whole payment, whose link comes as the surface's result`() = inWorld { world ->
        Phone(world.backend).use { phone ->
            val paying = async { phone.pay("42") }
            val shown = phone.shown.receive()
            val disposition = phone.client.shell.surfaceClosed(shown.attempt, shown.number, world.approve(shown.url))
            val told = paying.await()

            assertEquals(LinkDisposition.Completion(AttemptId(shown.attempt)), disposition)
            assertIs<Outcome.Approved>(told)
            assertEquals(AttemptId(shown.attempt), told.attempt)
            assertEquals("42", told.reference)

            val asked = world.wire().size
            assertEquals(told, phone.pay("42"), "a paid order is not paid again")
            phone.client.acknowledge(told)
            val later = phone.pay("42")
            assertEquals(told.id, later.id, "nor is it once the app has acknowledged that")
            assertIs<Outcome.Approved>(later)
            assertEquals(asked, world.wire().size, "and the backend is not bothered with it")
            assertEquals(listOf(World.Payment("COMPLETED", 1)), world.klarna())
        }
    }

    @Test
    fun `one whole payment in a browser, whose link comes to the app`() = inWorld { world ->
        Phone(world.backend, listOf(CoreSurface.BROWSER)).use { phone ->
            val paying = async { phone.pay("43", reply = "redirect") }
            val shown = phone.shown.receive()
            val attempt = AttemptId(shown.attempt)
            val link = world.approve(shown.url)
            val other = link.replace("klarna/done", "basket")
            val forged = link.replace(Regex("stepup=.{22}"), "stepup=AAAAAAAAAAAAAAAAAAAAAA")
            assertNotEquals(link, forged)

            assertEquals(LinkDisposition.NotOurs, phone.client.handle(other))
            assertEquals(LinkDisposition.Refused(LinkRefusal.WRONG_NONCE), phone.client.handle(forged))
            assertEquals(LinkDisposition.Completion(attempt), phone.client.handle(link))
            assertIs<Outcome.Approved>(paying.await())
            assertEquals(LinkDisposition.Late(attempt), phone.client.handle(link))
            assertEquals(listOf(World.Payment("COMPLETED", 1)), world.klarna())
        }
    }

    @Test
    fun `device facts that throw, errors too, start no payment`() = inWorld { world ->
        Phone(world.backend, facts = { throw NoClassDefFoundError("android/app/Activity") }).use { phone ->
            val told = assertIs<Outcome.NotStarted>(phone.pay("44"))
            assertEquals(NotStartedReason.NoBrowser, told.reason)
            assertEquals(emptyList(), world.wire())
        }
    }

    @Test
    fun `a presenter that throws ends in a payment that is canceled at the backend`() = inWorld { world ->
        val crashing =
            object : JourneyPresenter {
                override fun present(presentation: Presentation) =
                    if (presentation.surface == CoreSurface.AUTH_TAB) throw HostException.Failed("refused") else error("crashed")

                override fun dismiss(attempt: String, number: UInt) = error("crashed")
            }
        Phone(world.backend, listOf(CoreSurface.AUTH_TAB, CoreSurface.CUSTOM_TAB), presents = crashing).use { phone ->
            val told = assertIs<Outcome.Canceled>(phone.pay("45"))
            assertEquals(CanceledReason.NO_SURFACE, told.reason)
            assertEquals(listOf(World.Payment("CANCELED", 0)), world.klarna())
        }
    }

    private fun inWorld(test: suspend CoroutineScope.(World) -> Unit) = runBlocking {
        World().use { test(it) }
    }

    /** A shop's app on a platform that is a plain JVM. */
    private class Phone(
        backend: String,
        surfaces: List<CoreSurface> = listOf(CoreSurface.AUTH_TAB),
        private val facts: () -> Device = { Device(surfaces, false, null, true) },
        presents: JourneyPresenter? = null,
    ) : Platform, JourneyPresenter {
        private val journal: File = Files.createTempDirectory("journal").toFile()
        val shown = Channel<Presentation>(Channel.UNLIMITED)
        override val debuggable = true
        override val presenter: JourneyPresenter = presents ?: this
        val client = StepUpClient(StepUpConfig(backend, SHOP, Environment.Sandbox()), this)

        init {
            client.shell.hostAttached()
        }

        suspend fun pay(reference: String, reply: String = "klarna"): Outcome {
            val cart =
                """{"reference": "$reference", "amount": 11800, "currency": "USD", "reply": "$reply",
                    "items": [{"name": "T-shirt", "quantity": 2, "unit_price": 5900, "total_amount": 11800}],
                    "customer": {"email": "customer@email.us"}}"""
            return client.pay(Order(reference, cart))
        }

        override fun journalDirectory() = journal

        override fun device() = facts()

        override fun observe(shell: Shell) = Unit

        override fun present(presentation: Presentation) {
            client.shell.surfacePresented(presentation.attempt, presentation.number)
            shown.trySend(presentation)
        }

        override fun dismiss(attempt: String, number: UInt) = Unit

        suspend fun use(test: suspend (Phone) -> Unit) {
            test(this)
            client.shutDown().join()
            journal.deleteRecursively()
        }
    }

    private companion object {
        val SHOP = ReturnLinks("shop://klarna/back", "shopdone://klarna/done")
    }
}
