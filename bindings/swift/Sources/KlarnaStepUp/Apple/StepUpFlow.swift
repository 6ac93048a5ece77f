#if canImport(SwiftUI)
import SwiftUI

/// The usual way from a button to an outcome, for a view to observe.
///
/// ```swift
/// @StateObject private var flow = StepUpFlow(client)
/// Button("Pay") { flow.pay(order) { outcome in await cart.settle(outcome) } }.disabled(flow.isPaying)
/// ```
@MainActor public final class StepUpFlow: ObservableObject {
    /// A payment is under way.
    @Published public private(set) var isPaying = false
    /// What became of the last one.
    @Published public private(set) var outcome: Outcome?

    private let client: StepUpClient

    /// A flow of its own; any number of them may share a client.
    public nonisolated init(_ client: StepUpClient) {
        self.client = client
    }

    /// Pays. While a payment is under way a further call does nothing, so that a button tapped twice pays once.
    ///
    /// - Parameters:
    ///   - order: What is being paid.
    ///   - ifBusy: What to do about an unfinished attempt of this order.
    ///   - handler: Deals with the outcome. It is acknowledged when this returns without an error, and comes again in the client's
    ///     `outcomes` at the next start otherwise. Called also if the flow is gone by then: the payment goes on.
    public func pay(_ order: Order, ifBusy: IfBusy = .join, handler: @escaping @MainActor (Outcome) async throws -> Void) {
        guard !isPaying else { return }
        isPaying = true
        outcome = nil
        Task { [client, weak self] in
            _ = try? await client.pay(order, ifBusy: ifBusy) { outcome in
                self?.outcome = outcome
                try await handler(outcome)
            }
            self?.isPaying = false
        }
    }
}
#endif
