/// Outcomes that no waiting call received: first those that are not acknowledged yet, then each as it comes. Every consumer gets all of
/// them, each once; what is not acknowledged comes again at the next start. Ends when the client is closed.
public struct Outcomes: AsyncSequence, Sendable {
    /// What became of a payment.
    public typealias Element = Outcome

    let streams: Streams

    /// A consumer of its own.
    public func makeAsyncIterator() -> Iterator {
        Iterator(base: streams.outcomes().makeAsyncIterator())
    }

    /// Waits for the next outcome.
    public struct Iterator: AsyncIteratorProtocol {
        var base: AsyncStream<Outcome>.Iterator

        /// The next outcome; nil when the client is closed or the task cancelled.
        public mutating func next() async -> Outcome? {
            await base.next()
        }
    }
}

/// Everything that happens, without content: first what has happened since the client was made (the last 500 events of it), then each as
/// it comes. Every consumer gets all of it. Ends when the client is closed.
public struct Events: AsyncSequence, Sendable {
    /// Something happened.
    public typealias Element = StepUpEvent

    let streams: Streams

    /// A consumer of its own.
    public func makeAsyncIterator() -> Iterator {
        Iterator(base: streams.events().makeAsyncIterator())
    }

    /// Waits for the next event.
    public struct Iterator: AsyncIteratorProtocol {
        var base: AsyncStream<StepUpEvent>.Iterator

        /// The next event; nil when the client is closed or the task cancelled.
        public mutating func next() async -> StepUpEvent? {
            await base.next()
        }
    }
}

/// States of attempts: the latest at once, then each change.
public struct AttemptStates: AsyncSequence, Sendable {
    /// An attempt's state.
    public typealias Element = AttemptState

    let streams: Streams
    let attempt: AttemptID?

    /// A consumer of its own.
    public func makeAsyncIterator() -> Iterator {
        Iterator(base: streams.states(of: attempt).makeAsyncIterator())
    }

    /// Waits for the next state.
    public struct Iterator: AsyncIteratorProtocol {
        var base: AsyncStream<AttemptState>.Iterator

        /// The next state; nil when the attempt has its outcome, the client is closed or the task cancelled.
        public mutating func next() async -> AttemptState? {
            await base.next()
        }
    }
}
