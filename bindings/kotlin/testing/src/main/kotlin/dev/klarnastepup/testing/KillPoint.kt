package dev.klarnastepup.testing

import dev.klarnastepup.ffi.StepObserver
import java.util.concurrent.CountDownLatch

/** Holds the library before one of its effects, as the death of the process does. */
internal class KillPoint(private val rest: Rest) : StepObserver {
    private val lock = Any()
    private var left = Int.MAX_VALUE
    private var passed = 0
    private val reached = CountDownLatch(1)
    private val released = CountDownLatch(1)

    /** The effects that were begun so far, by name. */
    val steps = mutableListOf<String>()

    /** Counted from now; the first is 1. */
    fun arm(step: Int) = synchronized(lock) { left = passed + step }

    /** The library stands still there. */
    val isReached: Boolean get() = reached.count == 0L

    /** Waits until the library stands still there. */
    fun await() = reached.await()

    /** Lets it go on, to its end. */
    fun release() = released.countDown()

    override fun before(attempt: String, step: String) {
        val here =
            synchronized(lock) {
                steps += step
                passed += 1
                passed == left
            }
        if (here) {
            reached.countDown()
            rest.changed()
            released.await()
        }
    }

    override fun after(attempt: String, step: String) = Unit
}
