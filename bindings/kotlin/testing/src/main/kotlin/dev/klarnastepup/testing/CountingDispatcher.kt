package dev.klarnastepup.testing

import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicLong
import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Runnable

/** Knows at every moment whether something that was dispatched has not run yet. [ran] is called after each piece of work. */
internal class CountingDispatcher(name: String, private val ran: () -> Unit) : CoroutineDispatcher() {
    private val threads = Executors.newCachedThreadPool { work -> Thread(work, name).apply { isDaemon = true } }
    private val begun = AtomicLong()
    private val ended = AtomicLong()

    override fun dispatch(context: CoroutineContext, block: Runnable) {
        begun.incrementAndGet()
        threads.execute {
            try {
                block.run()
            } finally {
                ended.incrementAndGet()
                ran()
            }
        }
    }

    /** How often something was dispatched. */
    val count: Long get() = begun.get()

    /** All of it has run. */
    val isIdle: Boolean
        get() {
            // Read in this order, a piece of work that begins in between is seen as under way.
            val done = ended.get()
            return begun.get() == done
        }

    fun close() {
        threads.shutdown()
    }
}
