import Foundation
import KlarnaStepUp

/// Where journeys are shown in tests: nothing is drawn, and the test plays the customer.
public final class FakeSurface: JourneyPresenter {
    private struct State {
        var shown: [Journey] = []
        var dismissed: [Journey] = []
        var forwarded: [URL] = []
        var failure: PresentationFailure?
        var isDead = false
        var waiting: [CheckedContinuation<Journey, Never>] = []
        var next = 0
    }

    private let state = Locked(State())

    /// A surface on which nothing was shown yet.
    public init() {}

    /// The next journey that is shown; waits for it.
    public func next() async -> Journey {
        await withCheckedContinuation { continuation in
            let journey: Journey? = state.use { state in
                guard state.next < state.shown.count else {
                    state.waiting.append(continuation)
                    return nil
                }
                defer { state.next += 1 }
                return state.shown[state.next]
            }
            if let journey {
                continuation.resume(returning: journey)
            }
        }
    }

    /// Every journey that was shown so far.
    public var shown: [Journey] { state.use { $0.shown } }

    /// Every journey that was taken away.
    public var dismissed: [Journey] { state.use { $0.dismissed } }

    /// Handover links that were passed on.
    public var forwarded: [URL] { state.use { $0.forwarded } }

    /// From now on nothing can be shown, for this reason; nil: it can.
    public func fails(_ failure: PresentationFailure?) {
        state.use { $0.failure = failure }
    }

    /// The process is gone, and its surfaces with it.
    package func die() {
        state.use { $0.isDead = true }
    }

    // What the client calls.

    /// Shows it.
    public func present(_ journey: Journey) {
        let (failure, waiting): (PresentationFailure?, CheckedContinuation<Journey, Never>?) = state.use { state in
            guard !state.isDead, state.failure == nil else {
                return (state.failure, nil)
            }
            state.shown.append(journey)
            guard !state.waiting.isEmpty else {
                return (nil, nil)
            }
            state.next += 1
            return (nil, state.waiting.removeFirst())
        }
        if let failure {
            journey.failed(failure)
        } else {
            journey.presented()
        }
        waiting?.resume(returning: journey)
    }

    /// Takes it away.
    public func dismiss(_ journey: Journey) {
        state.use { $0.dismissed.append(journey) }
    }

    /// Remembers it.
    public func forward(_ link: URL, to journey: Journey) {
        state.use { $0.forwarded.append(link) }
    }
}
