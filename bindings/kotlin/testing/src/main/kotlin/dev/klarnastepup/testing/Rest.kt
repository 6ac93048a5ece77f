package dev.klarnastepup.testing

import dev.klarnastepup.ffi.Waker
import java.util.concurrent.TimeUnit
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/**
 * Knows whether anything will still happen by itself: in the library, or in coroutines of the façade. [held] requests are those that
 * the backend will not answer by itself; any other request, or call of the host's, will bring news.
 */
internal class Rest(private val held: () -> Int) {
    private val lock = ReentrantLock()
    private val changed = lock.newCondition()
    private var waker: Waker? = null
    private var changes = 0L

    /** Which process lives; a dead one is not listened to. */
    var life = 0
        private set

    /** The library's earliest timer, monotonic milliseconds. */
    var wakeAt: Long? = null
        private set

    /** Requests that are under way. */
    var inFlight: Int = 0
        private set

    /** What runs the façade's coroutines. */
    val dispatcher = CountingDispatcher("step-up-test", ::changed)

    /** The library of this [life] says that it rests. */
    fun wakeAt(life: Int, at: ULong?, inFlight: UInt, waker: Waker) = lock.withLock {
        if (life != this.life) return waker.close()
        this.waker?.close()
        this.waker = waker
        wakeAt = at?.toLong()
        this.inFlight = inFlight.toInt()
        changed()
    }

    /** Lets the library look at the time. */
    fun wake(): Unit = lock.withLock { waker?.wake() ?: Unit }

    /** The library is another one from now on, and has not come to rest once. */
    fun nextLife() = lock.withLock {
        life += 1
        waker?.close()
        waker = null
        wakeAt = null
        inFlight = 0
    }

    /** Something was done that may have been the last. */
    fun changed() = lock.withLock {
        changes += 1
        changed.signalAll()
    }

    /** Returns when everything rests. */
    fun await() = lock.withLock {
        val begun = System.nanoTime()
        while (!isQuiet()) {
            check(System.nanoTime() - begun < PATIENCE) {
                "the library does not come to rest: is a host's callback blocked, or the client closed?"
            }
            // The library takes messages without telling: it is looked at again after a moment.
            changed.await(1, TimeUnit.MILLISECONDS)
        }
    }

    /** Calls [report] each time that everything rests anew. Never returns. */
    fun watch(report: () -> Unit): Nothing {
        var reported = -1L
        while (true) {
            lock.withLock {
                while (changes == reported) changed.await()
                while (!isQuiet()) changed.await(LOOK_AGAIN, TimeUnit.MICROSECONDS)
                reported = changes
                report()
            }
        }
    }

    private fun isQuiet(): Boolean {
        val count = dispatcher.count
        val parked = held()
        return dispatcher.isIdle && waker?.isIdle() == true && inFlight <= parked && dispatcher.isIdle && dispatcher.count == count
    }

    private companion object {
        const val LOOK_AGAIN = 200L
        const val PATIENCE = 20_000_000_000L
    }
}
