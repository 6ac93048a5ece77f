package dev.klarnastepup

import kotlinx.coroutines.channels.BufferOverflow
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.FlowCollector
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.onSubscription
import kotlinx.coroutines.flow.takeWhile

/** Passes on what the library tells, to whoever collects it. Telling never waits. */
internal class Hub {
    private val outcomes = Channel<Outcome>(Int.MAX_VALUE, BufferOverflow.SUSPEND)
    private val states = Channel<AttemptState>(Int.MAX_VALUE, BufferOverflow.SUSPEND)
    private val events = Channel<Event>(EVENTS, BufferOverflow.DROP_OLDEST)

    private val lock = Any()
    private val received = mutableSetOf<OutcomeId>()
    private val observers = mutableMapOf<AttemptId, Int>()

    /** Throws if nobody collects outcomes: the library then keeps it as untold, and tells it again to the listener that it is given next. */
    fun tell(outcome: Outcome) {
        check(outcomes.isCollected) { "nobody collects outcomes" }
        outcomes.tell(outcome)
    }

    /** As [tell], of an outcome that the library holds as brought by a call: where nobody collects, it is among the kept ones later. */
    fun pass(outcome: Outcome) = outcomes.tell(outcome)

    fun tell(state: AttemptState) = states.tell(state)

    fun tell(event: Event) = events.tell(event)

    /** A call that waited brought this outcome to the app: it is not told again in this process. */
    fun received(outcome: Outcome) {
        if (outcome.id.value.isNotEmpty()) synchronized(lock) { received += outcome.id }
    }

    fun acknowledged(outcome: OutcomeId) = synchronized(lock) { received -= outcome }

    /** Live outcomes, after those of [kept] that no call received; each once. */
    fun outcomes(kept: suspend () -> List<Outcome>): Flow<Outcome> = flow {
        val seen = mutableSetOf<OutcomeId>()
        outcomes
            .collectFrom(this, { seen.add(it.id) }) {
                val news = kept()
                synchronized(lock) { news.filter { it.id !in received } }
            }
    }

    /** Live states, after those of [known]. */
    fun states(known: suspend () -> List<AttemptState>): Flow<AttemptState> = flow {
        states.collectFrom(this, { true }, known)
    }

    fun events(): Flow<Event> = flow { events.collectFrom(this, { true }) { emptyList() } }

    /** True if this is the first. */
    fun observe(attempt: AttemptId): Boolean = synchronized(lock) {
        val count = observers.getOrElse(attempt) { 0 } + 1
        observers[attempt] = count
        count == 1
    }

    /** True if that was the last. */
    fun stopObserving(attempt: AttemptId): Boolean = synchronized(lock) {
        val count = observers.getValue(attempt) - 1
        if (count == 0) observers -= attempt else observers[attempt] = count
        count == 0
    }

    /** Ends all collecting. */
    fun close() {
        outcomes.close()
        states.close()
        events.close()
    }

    /** A shared flow that can end. */
    private class Channel<T : Any>(buffer: Int, overflow: BufferOverflow) {
        private val items = MutableSharedFlow<T?>(extraBufferCapacity = buffer, onBufferOverflow = overflow)

        @Volatile private var closed = false

        val isCollected: Boolean get() = items.subscriptionCount.value > 0

        fun tell(item: T) {
            items.tryEmit(item)
        }

        fun close() {
            closed = true
            items.tryEmit(null)
        }

        suspend fun collectFrom(collector: FlowCollector<T>, wanted: (T) -> Boolean, first: suspend () -> List<T>) {
            items
                .onSubscription {
                    if (closed) emit(null) else first().forEach { emit(it) }
                }.takeWhile { it != null }
                .collect { item -> if (item != null && wanted(item)) collector.emit(item) }
        }
    }

    private companion object {
        const val EVENTS = 256
    }
}
