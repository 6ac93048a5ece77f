package dev.klarnastepup

import dev.klarnastepup.testing.Fault
import dev.klarnastepup.testing.StepUpTesting
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Timeout

/** Each fault of the testing product, and that a payment survives it. */
@Timeout(60)
class StepUpTestingTest {
    private val order = Order("42", "{}")

    @Test
    fun `a link that comes twice counts once`() = onPhone { phone ->
        phone.inject(Fault.DOUBLE_LINK)
        val paying = async { phone.client.pay(order) }
        val journey = phone.surface.awaitJourney()
        journey.approve()
        val seen = journey.handOver()
        assertEquals(listOf<LinkDisposition>(LinkDisposition.Handover(journey.attempt), LinkDisposition.Duplicate(journey.attempt)), seen)
        assertIs<Outcome.Approved>(paying.await())
    }

    @Test
    fun `a link that comes late changes nothing`() = onPhone { phone ->
        phone.inject(Fault.LATE_LINK)
        val paying = async { phone.client.pay(order) }
        val journey = phone.surface.awaitJourney()
        journey.approve()
        assertEquals(emptyList(), journey.complete())
        phone.clock.advance(30.seconds)
        assertIs<Outcome.Approved>(paying.await())
        assertEquals(listOf<LinkDisposition>(LinkDisposition.Late(journey.attempt)), phone.deliverLateLinks())
    }

    @Test
    fun `a link that never comes costs one answer of the backend`() = onPhone { phone ->
        phone.inject(Fault.LOST_LINK)
        val paying = async { phone.client.pay(order) }
        val journey = phone.surface.awaitJourney()
        journey.approve()
        journey.complete()
        phone.clock.advance(10.seconds)
        assertIs<Outcome.Approved>(paying.await())
    }

    @Test
    fun `a minute in which nobody does anything passes`() = onPhone { phone ->
        phone.inject(Fault.IDLE_60_S)
        val paying = async { phone.client.pay(order) }
        val journey = phone.surface.awaitJourney()
        val before = phone.clock.elapsed
        journey.handOver()
        assertEquals(before + 60.seconds, phone.clock.elapsed)
        journey.approve()
        journey.complete()
        assertIs<Outcome.Approved>(paying.await())
    }

    @Test
    fun `a phone without network starts nothing, or asks again when it has one`() = onPhone { phone ->
        phone.inject(Fault.OFFLINE)
        val refused = async { phone.client.pay(order) }
        phone.until { refused.isCompleted }
        assertEquals(NotStartedReason.Unreachable, assertIs<Outcome.NotStarted>(refused.await()).reason)
        phone.heal(Fault.OFFLINE)
        val paying = async { phone.client.pay(order) }
        val journey = phone.surface.awaitJourney()
        phone.inject(Fault.OFFLINE)
        journey.approve()
        journey.complete()
        phone.clock.advance(10.seconds)
        assertTrue(!paying.isCompleted)
        phone.heal(Fault.OFFLINE)
        phone.until { paying.isCompleted }
        assertIs<Outcome.Approved>(paying.await())
    }

    @Test
    fun `a start whose answer is lost is repeated with the same key`() = onPhone { phone ->
        phone.inject(Fault.LOST_START_REPLY)
        val paying = async { phone.client.pay(order) }
        phone.until { phone.surface.journeys.isNotEmpty() }
        phone.surface.awaitJourney().apply {
            approve()
            complete()
        }
        assertIs<Outcome.Approved>(paying.await())
        val keys = phone.backend.requests.filter { it.path == "/payments" }.map { it.idempotencyKey }
        assertEquals(2 to 1, keys.size to keys.distinct().size)
    }

    @Test
    fun `a process that dies at any step leaves a payment that is paid once and told`() = runBlocking {
        val steps = stepsOfOnePayment()
        assertTrue(steps.size > 5, steps.toString())
        for (step in 1..steps.size) {
            StepUpTesting().use { phone ->
                phone.killAtStep(step)
                val lost = async(start = CoroutineStart.UNDISPATCHED) { phone.client.pay(order) { } }
                val life = async(start = CoroutineStart.UNDISPATCHED) { walk(phone) }
                phone.restartAfterKill()
                life.cancel()
                lost.cancel()
                assertApprovedOnce(phone, "killed before step $step, ${steps[step - 1]}")
            }
        }
        println("killed at ${steps.size} steps: $steps")
    }

    private suspend fun stepsOfOnePayment(): List<String> = StepUpTesting().use { phone ->
        runBlocking {
            val paying = async { phone.client.pay(order) }
            walk(phone)
            phone.client.acknowledge(paying.await())
            phone.settle()
            phone.steps
        }
    }

    private suspend fun walk(phone: StepUpTesting) {
        val journey = phone.surface.awaitJourney()
        journey.approve()
        journey.complete()
    }

    /** The customer pays again, as after any crash, and goes through the journey if there is one. */
    private suspend fun assertApprovedOnce(phone: StepUpTesting, what: String) = runBlocking {
        val walking = async { walk(phone) }
        val paying = async { phone.client.pay(order) }
        phone.until { paying.isCompleted }
        walking.cancel()
        val told = paying.await()
        if (told is Outcome.Canceled) {
            // The start may not have arrived: it was closed, and this is a new one.
            assertEquals(CanceledReason.START_CLOSED, told.reason, what)
        } else {
            assertIs<Outcome.Approved>(told, what)
        }
        val starts = phone.backend.requests.filter { it.path == "/payments" }.map { it.idempotencyKey }.distinct()
        assertTrue(starts.size <= 1, "$what: $starts")
    }

    private suspend fun StepUpTesting.until(done: () -> Boolean) {
        var rounds = 0
        while (!done()) {
            check(rounds++ < 200) { "it does not come" }
            clock.advance(1.seconds)
            yield()
        }
    }

    private fun onPhone(test: suspend CoroutineScope.(StepUpTesting) -> Unit) = runBlocking {
        StepUpTesting().use { test(it) }
    }
}
