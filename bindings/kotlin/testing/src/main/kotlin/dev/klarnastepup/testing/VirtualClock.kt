package dev.klarnastepup.testing

import dev.klarnastepup.ffi.Clock
import dev.klarnastepup.ffi.ClockReading
import dev.klarnastepup.ffi.Waker
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/** Time that only moves when a test says so. */
public class VirtualClock internal constructor(private val rest: Rest) {
    private val lock = Any()
    private var wall = START
    private var monotonic = 0L
    private val timers = mutableListOf<Timer>()

    private class Timer(val at: Long, val run: () -> Unit)

    /** What the library of the process that lives now sees. */
    internal fun seam(): Clock {
        val life = rest.life
        return object : Clock {
            override fun now() = synchronized(lock) { ClockReading(wall, monotonic.toULong()) }

            override fun wakeAt(at: ULong?, inFlight: UInt, waker: Waker) = rest.wakeAt(life, at, inFlight, waker)
        }
    }

    /** How long this clock has run. */
    public val elapsed: Duration get() = synchronized(lock) { monotonic }.milliseconds

    /** Calls [run] when the time has come. */
    internal fun after(delay: Long, run: () -> Unit) {
        synchronized(lock) { timers += Timer(monotonic + delay, run) }
    }

    /** Lets this much time pass, and everything happen that happens in it. Returns when nothing will happen by itself any more. */
    public suspend fun advance(duration: Duration): Unit = withContext(Dispatchers.IO) {
        val end = synchronized(lock) { monotonic } + duration.inWholeMilliseconds
        while (true) {
            rest.await()
            val next = synchronized(lock) { (timers.map { it.at } + listOfNotNull(rest.wakeAt)).minOrNull() }
            if (next == null || next > end) break
            pass(next)
        }
        pass(end)
        rest.await()
    }

    private fun pass(until: Long) {
        val due =
            synchronized(lock) {
                val step = maxOf(0, until - monotonic)
                monotonic += step
                wall += step
                timers.filter { it.at <= monotonic }.also { timers -= it.toSet() }
            }
        due.forEach { it.run() }
        rest.wake()
    }

    private companion object {
        /** 1 January 2026. */
        const val START = 1_767_225_600_000L
    }
}
