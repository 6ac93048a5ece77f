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
    private let client: CoreReference<KlarnaStepUpCore.StepUpClient>

    init(_ client: CoreReference<KlarnaStepUpCore.StepUpClient>) {
        self.client = client
    }

    // What comes from the core.

    func happened(_ event: StepUpEvent) {
        state.use { state in
            state.past.append(event)
            state.past.removeFirst(max(0, state.past.count - Self.rememberedEvents))
            state.events.values.forEach { $0.yield(event) }
        }
    }

    func delivered(_ outcome: Outcome) {
        guard let id = outcome.delivery.outcome else {
            return
        }
        state.use { state in
            state.streamed.insert(id)
            state.outcomes.keys.forEach { Self.tell($0, outcome, id, &state) }
        }
    }

    func changed(_ attempt: AttemptState) {
        let over = state.use { state in
            let consumers = state.states.filter { ($0.value.attempt ?? attempt.id) == attempt.id }
            consumers.values.forEach { $0.continuation.yield(attempt) }
            let isOver = attempt.phase == .settled
            return consumers.values.filter { isOver && $0.attempt != nil }.map(\.continuation)
        }
        // Not under the lock: whoever ends a stream is called back.
        over.forEach { $0.finish() }
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
            let consumer: Int? = state.use { state in
                state.past.forEach { continuation.yield($0) }
                guard !state.isClosed else {
                    return nil
                }
                state.next += 1
                state.events[state.next] = continuation
                return state.next
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
            state.use { state in
                for outcome in kept {
                    if let consumer, let id = outcome.delivery.outcome, state.streamed.contains(id) {
                        Self.tell(consumer, outcome, id, &state)
                    }
                }
            }
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
            leave(continuation, consumer) { $0.states[$1] = nil } then: { [weak self] in
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

    private static func tell(_ consumer: Int, _ outcome: Outcome, _ id: OutcomeID, _ state: inout State) {
        if state.outcomes[consumer]?.told.insert(id).inserted == true {
            state.outcomes[consumer]?.continuation.yield(outcome)
        }
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
