import Foundation
internal import KlarnaStepUpCore

/// What the client tells, to any number of consumers. Outlives the client only as long as somebody still reads.
final class Streams: Sendable {
    /// How many past events a new consumer is told.
    private static let rememberedEvents = 500

    private struct State {
        var isClosed = false
        var next = 0
        var past: [StepUpEvent] = []
        var events: [Int: AsyncStream<StepUpEvent>.Continuation] = [:]
        /// Outcomes that no waiting call received, by id.
        var streamed: Set<OutcomeID> = []
        var outcomes: [Int: OutcomeConsumer] = [:]
        var states: [Int: StateConsumer] = [:]
    }

    private struct OutcomeConsumer {
        let continuation: AsyncStream<Outcome>.Continuation
        var told: Set<OutcomeID> = []
    }

    private struct StateConsumer {
        /// Only this one; all if nil.
        let attempt: AttemptID?
        let continuation: AsyncStream<AttemptState>.Continuation
    }

    private let state = Locked(State())
    /// Keeps what consumers are told in order. It is never taken when a consumer ends, and nobody is told anything under the lock of `state`:
    /// a task that is cancelled ends its consumer under a lock of the task's, which telling it something takes too.
    private let order = Locked(())
    private let client: CoreReference<KlarnaStepUpCore.StepUpClient>

    init(_ client: CoreReference<KlarnaStepUpCore.StepUpClient>) {
        self.client = client
    }

    // What comes from the core.

    func happened(_ event: StepUpEvent) {
        order.use { _ in
            let consumers = state.use { state in
                state.past.append(event)
                state.past.removeFirst(max(0, state.past.count - Self.rememberedEvents))
                return state.events.values
            }
            consumers.forEach { $0.yield(event) }
        }
    }

    /// False if nobody reads outcomes.
    func delivered(_ outcome: Outcome) -> Bool {
        guard let id = outcome.delivery.outcome else {
            return true
        }
        return order.use { _ in
            let (consumers, isRead) = state.use { state in
                state.streamed.insert(id)
                return (state.outcomes.keys.compactMap { Self.untold($0, id, &state) }, !state.outcomes.isEmpty)
            }
            consumers.forEach { $0.yield(outcome) }
            return isRead
        }
    }

    func changed(_ attempt: AttemptState) {
        let consumers = order.use { _ in
            let consumers = state.use { $0.states.values.filter { ($0.attempt ?? attempt.id) == attempt.id } }
            consumers.forEach { $0.continuation.yield(attempt) }
            return consumers
        }
        // Under no lock: whoever ends a stream is called back.
        if attempt.phase == .settled {
            consumers.filter { $0.attempt != nil }.forEach { $0.continuation.finish() }
        }
    }

    /// There will be nothing more.
    func close() {
        let all = state.use { state in
            state.isClosed = true
            return (state.events.values, state.outcomes.values, state.states.values)
        }
        all.0.forEach { $0.finish() }
        all.1.forEach { $0.continuation.finish() }
        all.2.forEach { $0.continuation.finish() }
    }

    // Consumers.

    func events() -> AsyncStream<StepUpEvent> {
        AsyncStream { continuation in
            let consumer: Int? = order.use { _ in
                let (past, consumer): ([StepUpEvent], Int?) = state.use { state in
                    guard !state.isClosed else {
                        return (state.past, nil)
                    }
                    state.next += 1
                    state.events[state.next] = continuation
                    return (state.past, state.next)
                }
                past.forEach { continuation.yield($0) }
                return consumer
            }
            leave(continuation, consumer) { $0.events[$1] = nil }
        }
    }

    func outcomes() -> AsyncStream<Outcome> {
        AsyncStream { continuation in
            let consumer: Int? = state.use { state in
                guard !state.isClosed else {
                    return nil
                }
                state.next += 1
                state.outcomes[state.next] = OutcomeConsumer(continuation: continuation)
                return state.next
            }
            leave(continuation, consumer) { $0.outcomes[$1] = nil }
            // Registered first: what is delivered in between comes once, whichever way is faster.
            let kept = client.core?.outcomes().map(Outcome.init) ?? []
            order.use { _ in
                let untold = state.use { state in
                    kept.filter { outcome in
                        guard let consumer, let id = outcome.delivery.outcome, state.streamed.contains(id) else {
                            return false
                        }
                        return Self.untold(consumer, id, &state) != nil
                    }
                }
                untold.forEach { continuation.yield($0) }
            }
            // What came while nobody read was not told: now it is.
            client.core?.setListener(listener: ListenerBridge(self))
        }
    }

    /// The latest state at once, then each change. While there is a consumer of one attempt's, somebody shows it to the customer.
    func states(of attempt: AttemptID?) -> AsyncStream<AttemptState> {
        AsyncStream(bufferingPolicy: attempt == nil ? .unbounded : .bufferingNewest(1)) { continuation in
            let consumer: Int? = state.use { state in
                guard !state.isClosed else {
                    return nil
                }
                state.next += 1
                state.states[state.next] = StateConsumer(attempt: attempt, continuation: continuation)
                return state.next
            }
            leave(continuation, consumer) {
                $0.states[$1] = nil
            } then: { [weak self] in
                self?.observed(attempt)
            }
            observed(attempt)
            let known = attempt.map { [client.core?.state(attempt: $0.rawValue)] } ?? client.core?.unfinished() ?? []
            known.forEach { $0.map { _ = continuation.yield(AttemptState($0)) } }
            if attempt != nil, known.allSatisfy({ $0 == nil }) {
                // Nobody knows it, or it is over.
                continuation.finish()
            }
        }
    }

    /// The consumer, if this outcome is news to it; from now on it is not.
    private static func untold(_ consumer: Int, _ id: OutcomeID, _ state: inout State) -> AsyncStream<Outcome>.Continuation? {
        state.outcomes[consumer]?.told.insert(id).inserted == true ? state.outcomes[consumer]?.continuation : nil
    }

    /// Forgets a consumer that ends; one that was never taken in ends at once.
    private func leave<Element>(
        _ continuation: AsyncStream<Element>.Continuation, _ consumer: Int?, _ forget: @escaping @Sendable (inout State, Int) -> Void,
        then: @escaping @Sendable () -> Void = {}
    ) {
        guard let consumer else {
            continuation.finish()
            return
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.use { forget(&$0, consumer) }
            then()
        }
    }

    /// Says whether somebody shows this attempt's state to the customer.
    private func observed(_ attempt: AttemptID?) {
        guard let attempt else {
            return
        }
        let observed = state.use { state in state.states.values.contains { $0.attempt == attempt } }
        client.core?.setObserved(attempt: attempt.rawValue, observed: observed)
    }
}
