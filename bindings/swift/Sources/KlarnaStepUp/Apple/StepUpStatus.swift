#if canImport(SwiftUI)
import SwiftUI

/// Follows a client and says what a waiting screen has to show: of the attempt that began last, if there are several.
///
/// `stepUp(_:)` does all of it for a SwiftUI app. An app of UIKit's, or with a screen of its own, observes one of these and shows what
/// `waiting` says, for example a ``StepUpWaitingView`` in a hosting controller.
@MainActor public final class StepUpStatus: ObservableObject {
    /// What to show; nil: nothing.
    @Published public private(set) var waiting: Waiting?

    private let client: StepUpClient
    private var states: [AttemptID: AttemptState] = [:]
    private var finishing: Set<AttemptID> = []
    private var shown: Task<Void, Never>?

    /// A status of its own; it says nothing before `follow()` runs.
    public nonisolated init(_ client: StepUpClient) {
        self.client = client
    }

    /// Follows the client until the task is cancelled or the client closed. While an attempt is in `waiting` it counts as shown to the
    /// customer, and `pay` waits longer after a closed surface.
    public func follow() async {
        async let events: Void = followEvents()
        for await state in client.states {
            states[state.id] = state.phase == .settled ? nil : state
            update()
        }
        await events
        show(nil)
    }

    /// *Continue*: shows the same payment request again.
    public func proceed() {
        guard let waiting else { return }
        // An attempt that can't be shown any more says so by its state.
        Task { [client] in try? await client.reopen(waiting.attempt) }
    }

    /// *Use another method*: asks the backend to cancel. The outcome is what the backend then says.
    public func useAnotherMethod() {
        guard let waiting else { return }
        Task { [client] in try? await client.abandon(waiting.attempt) }
    }

    private func followEvents() async {
        for await event in client.events where event.name == "Finishing" {
            if let attempt = event.attempt {
                finishing.insert(attempt)
                update()
            }
        }
    }

    private func update() {
        let newest = states.values.sorted { $0.createdAt > $1.createdAt }
        show(newest.lazy.compactMap { Waiting($0, isFinishing: self.finishing.contains($0.id)) }.first)
    }

    private func show(_ next: Waiting?) {
        if next?.attempt != waiting?.attempt {
            shown?.cancel()
            // Who reads an attempt's own states shows it to the customer; `pay` then waits longer.
            shown = next.map { next in
                Task { [client] in for await _ in client.states(of: next.attempt) {} }
            }
        }
        if next != waiting {
            waiting = next
        }
    }
}
#endif
