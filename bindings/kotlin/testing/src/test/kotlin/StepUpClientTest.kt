package dev.klarnastepup

import dev.klarnastepup.testing.Fault
import dev.klarnastepup.testing.StepUpTesting
import dev.klarnastepup.testing.ScriptedBackend.StartReply
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.concurrent.thread
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Timeout

/** What an app sees of the client. */
@Timeout(60)
class StepUpClientTest {
    private val order = Order("42", """{"reference":"42"}""")

    @Test
    fun `a payment whose surface ends on its link is approved`() = onPhone { phone ->
        val paying = async { phone.client.pay(order) }
        val journey = phone.surface.awaitJourney()
        assertEquals(Surface.AUTH_TAB, journey.surface)
        journey.approve()
        assertEquals(listOf<LinkDisposition>(LinkDisposition.Completion(journey.attempt)), journey.complete())
        val told = assertIs<Outcome.Approved>(paying.await())
        assertEquals("42", told.reference)
        assertEquals(journey.attempt, told.attempt)
    }

    @Test
    fun `the form with a handler acknowledges when the handler has returned, and returns what it did`() = onPhone { phone ->
        phone.backend.onNextStart(StartReply.APPROVED)
        val shown = phone.client.pay(order) { outcome -> "showed $outcome" }
        assertEquals("showed Approved", shown)
        phone.settle()
        phone.restart()
        assertEquals(emptyList(), collected(phone))
    }

    @Test
    fun `an outcome whose handler failed comes again at the next start`() = onPhone { phone ->
        phone.backend.onNextStart(StartReply.APPROVED)
        assertFailsWith<IllegalStateException> { phone.client.pay(order) { error("crashed") } }
        assertEquals(emptyList(), collected(phone), "a call has brought it: it is not told twice in one process")
        phone.restart()
        val again = phone.client.outcomes.first()
        assertIs<Outcome.Approved>(again)
        phone.client.acknowledge(again.id)
        phone.settle()
        assertEquals(emptyList(), collected(phone))
        phone.restart()
        assertEquals(emptyList(), collected(phone))
    }

    @Test
    fun `an outcome that nobody collected is not used up by time and restarts`() = onPhone { phone ->
        val paying = async { phone.client.pay(order) }
        val journey = phone.surface.awaitJourney()
        paying.cancelAndJoin()
        journey.approve()
        journey.complete()
        phone.settle()
        repeat(3) {
            phone.clock.advance(20.days)
            phone.restart()
            assertEquals(emptyList(), phone.client.unfinished(), "settled")
            phone.settle()
        }
        assertIs<Outcome.Approved>(phone.client.outcomes.first())
    }

    @Test
    fun `cancelling the coroutine stops waiting, and nothing else`() = onPhone { phone ->
        val paying = async { phone.client.pay(order) }
        val journey = phone.surface.awaitJourney()
        paying.cancelAndJoin()
        phone.settle()
        assertEquals(1, phone.client.unfinished().size, "the payment goes on")
        assertFalse(phone.backend.requests.any { it.path.endsWith("/cancel") })

        val outcome = async(start = CoroutineStart.UNDISPATCHED) { phone.client.outcomes.first() }
        journey.approve()
        journey.complete()
        assertIs<Outcome.Approved>(outcome.await(), "and its outcome comes by the stream")
    }

    @Test
    fun `an outcome that came while its call was being cancelled is told by the stream`() = onPhone { phone ->
        val told = CopyOnWriteArrayList<Outcome>()
        val ear = launch { phone.client.outcomes.collect(told::add) }
        val paying = async { phone.client.pay(order) }
        val journey = phone.surface.awaitJourney()
        journey.approve()
        journey.complete()
        // This thread is the call's, and stays busy until its outcome is there: so it is cancelled before it can take it.
        thread { runBlocking { phone.clock.advance(1.seconds) } }.join()
        paying.cancelAndJoin()
        phone.settle()
        while (told.isEmpty()) yield()
        assertIs<Outcome.Approved>(told.single())
        ear.cancel()
    }

    @Test
    fun `an outcome that came while its call was being cancelled waits for the first who collects`() = onPhone { phone ->
        val paying = async { phone.client.pay(order) }
        val journey = phone.surface.awaitJourney()
        journey.approve()
        journey.complete()
        thread { runBlocking { phone.clock.advance(1.seconds) } }.join()
        paying.cancelAndJoin()
        assertTrue(paying.isCancelled, "nothing else became of the call")
        assertIs<Outcome.Approved>(phone.client.outcomes.first())
    }

    @Test
    fun `a call that was cancelled before it began has begun nothing`() = onPhone { phone ->
        val paying = async { phone.client.pay(order) }
        paying.cancelAndJoin()
        phone.settle()
        assertEquals(emptyList(), phone.backend.requests)
    }

    @Test
    fun `whoever shows the states of an attempt gives the customer more time`() = onPhone { phone ->
        val paying = async { phone.client.pay(order) }
        val journey = phone.surface.awaitJourney()
        val states = CopyOnWriteArrayList<AttemptState>()
        val screen = launch { phone.client.states(journey.attempt).collect(states::add) }
        phone.settle()
        journey.close()
        phone.clock.advance(5.minutes)
        assertFalse(paying.isCompleted)
        assertTrue(states.last().waitingForCustomer && states.last().canReopen && states.last().canAbandon)
        phone.client.abandon(journey.attempt)
        val told = assertIs<Outcome.Canceled>(paying.await())
        assertEquals(CanceledReason.BY_CUSTOMER, told.reason)
        screen.join()
        assertEquals(Phase.SETTLED, states.last().phase, "and the screen is told of the end")
    }

    @Test
    fun `where nobody shows them, the wait ends a minute after the surface was closed`() = onPhone { phone ->
        val paying = async { phone.client.pay(order) }
        phone.surface.awaitJourney().close()
        phone.clock.advance(61.seconds)
        val told = assertIs<Outcome.Undetermined>(paying.await())
        assertEquals(UndeterminedReason.CUSTOMER_LEFT, told.reason)
    }

    @Test
    fun `an outcome that replaces another names it`() = onPhone { phone ->
        val paying = async { phone.client.pay(order) }
        val journey = phone.surface.awaitJourney()
        journey.close()
        phone.clock.advance(61.seconds)
        val first = paying.await()
        val stream = async(start = CoroutineStart.UNDISPATCHED) { phone.client.outcomes.first() }
        journey.approve()
        phone.foreground()
        phone.clock.advance(5.seconds)
        val second = assertIs<Outcome.Approved>(stream.await())
        assertEquals(first.id, second.supersedes)
    }

    @Test
    fun `an attempt is resumed and reopened`() = onPhone { phone ->
        val paying = async { phone.client.pay(order) }
        val attempt = phone.surface.awaitJourney().attempt
        paying.cancelAndJoin()
        phone.restart()
        val unfinished = phone.client.unfinished().single()
        assertEquals(attempt, unfinished.id)
        assertEquals(unfinished, phone.client.state(attempt))
        val resuming = async { phone.client.resume(attempt) }
        val journey = phone.surface.awaitJourney()
        journey.close()
        phone.settle()
        phone.client.reopen(attempt, Surface.BROWSER)
        val again = phone.surface.awaitJourney()
        assertEquals(Surface.BROWSER, again.surface)
        again.approve()
        again.handOver()
        assertIs<Outcome.Approved>(resuming.await())
    }

    @Test
    fun `an app that asks its backend itself gets the same`() = onPhone { phone ->
        val prepared = assertIs<Prepared.Ready>(phone.client.prepare(order)).attempt
        assertTrue(prepared.handoverLink.startsWith("shop://klarna") && prepared.idempotencyKey.startsWith(prepared.id.value))
        val reply = BackendReply.Answered(200, """{"status":"approved"}""".encodeToByteArray())
        val told = phone.client.continuePayment(prepared.id, reply)
        assertIs<Outcome.Approved>(told)
        assertIs<Prepared.Ended>(phone.client.prepare(order), "a paid order is not started again")
    }

    @Test
    fun `what is not possible says so by its type`() = onPhone { phone ->
        val nobody = AttemptId("6f1a3a3e-0000-4000-8000-000000000000")
        assertFailsWith<StepUpException.UnknownAttempt> { phone.client.resume(nobody) }
        assertFailsWith<StepUpException.UnknownAttempt> { phone.client.reopen(nobody) }
        assertFailsWith<StepUpException.UnknownAttempt> { phone.client.checkAgain(nobody) }
        assertFailsWith<StepUpException.UnknownAttempt> { phone.client.abandon(nobody) }
        assertNull(phone.client.state(nobody))
        assertNull(phone.client.trace(nobody))
    }

    @Test
    fun `what another account does is not seen`() = onPhone { phone ->
        phone.client.setOwner("account-1")
        val paying = async { phone.client.pay(order) }
        val attempt = phone.surface.awaitJourney().attempt
        phone.client.setOwner("account-2")
        val told = assertIs<Outcome.Undetermined>(paying.await())
        assertEquals(UndeterminedReason.OWNER_CHANGED, told.reason)
        assertEquals(emptyList(), phone.client.unfinished())
        phone.client.setOwner("account-1")
        phone.settle()
        assertEquals(attempt, phone.client.unfinished().single().id)
    }

    @Test
    fun `events and a trace tell what happened, without content`() = onPhone { phone ->
        val events = async(start = CoroutineStart.UNDISPATCHED) { phone.client.events.take(2).toList() }
        phone.backend.onNextStart(StartReply.APPROVED)
        val told = phone.client.pay(order)
        assertEquals(listOf("StartSent", "StartAnswered"), events.await().map { it.name })
        val trace = assertNotNull(phone.client.trace(assertNotNull(told.attempt)))
        assertTrue("Authorize" in trace && "shop" !in trace)
    }

    @Test
    fun `the doctor looks at the set-up`() = onPhone { phone ->
        assertTrue(phone.client.doctor().none { it.level == Finding.Level.BROKEN })
        phone.inject(Fault.OFFLINE)
        assertTrue(phone.client.doctor().any { it.code == "backend-unreachable" && it.fix.isNotEmpty() })
    }

    @Test
    fun `closing ends every wait, and the journal is free at once`() = onPhone { phone ->
        val paying = async { phone.client.pay(order) }
        val states = async { phone.client.states.toList() }
        phone.surface.awaitJourney()
        phone.client.close()
        assertEquals(UndeterminedReason.STOPPED_WAITING, assertIs<Outcome.Undetermined>(paying.await()).reason)
        states.await()
        val refused = assertIs<Outcome.NotStarted>(phone.client.pay(order))
        assertIs<StepUpException.Closed>(assertIs<NotStartedReason.Unusable>(refused.reason).error)
        assertFailsWith<StepUpException.Closed> { phone.client.unfinished() }
        phone.restart()
        assertEquals(1, phone.client.unfinished().size)
    }

    @Test
    fun `the numbers of the policy are the library's`() {
        assertEquals(dev.klarnastepup.ffi.defaultConfirmationPolicy(), ConfirmationPolicy().toCore())
    }

    private suspend fun collected(phone: StepUpTesting): List<Outcome> {
        val outcomes = CopyOnWriteArrayList<Outcome>()
        return runBlocking {
            val ear = launch { phone.client.outcomes.collect(outcomes::add) }
            yield()
            phone.settle()
            ear.cancelAndJoin()
            outcomes
        }
    }

    private fun onPhone(test: suspend CoroutineScope.(StepUpTesting) -> Unit) = runBlocking {
        StepUpTesting().use { test(it) }
    }
}
