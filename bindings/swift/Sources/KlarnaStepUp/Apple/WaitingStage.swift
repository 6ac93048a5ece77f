/// What a customer is told while an attempt has no outcome.
public enum WaitingStage: String, Sendable, Hashable, CaseIterable {
    /// The backend is being asked.
    case checking
    /// The customer has to act: they left Klarna's pages, and the payment is pending.
    case waiting
    /// The customer is done at Klarna; the backend has to act.
    case finishing
    /// The customer chose another method, and the backend is asked to cancel.
    case stopping
}

/// What a waiting screen shows.
public struct Waiting: Sendable, Hashable {
    /// The attempt that is waited for.
    public let attempt: AttemptID
    /// What the customer is told.
    public let stage: WaitingStage
    /// Offer *Continue*.
    public let offersContinue: Bool
    /// Offer *Use another method*.
    public let offersAnotherMethod: Bool

    /// Nil where there is nothing to show: before the journey, while it is on the screen, and after the outcome.
    ///
    /// - Parameter isFinishing: An event said that Klarna is done with the customer. The state alone does not tell that from a
    ///   cancellation.
    init?(_ state: AttemptState, isFinishing: Bool) {
        let elsewhere = state.surface == nil || state.surface == .klarnaApp || state.surface == .browser
        guard elsewhere, state.isWaitingForCustomer || state.phase == .confirming else {
            return nil
        }
        attempt = state.id
        if state.isWaitingForCustomer {
            stage = .waiting
        } else if state.canAbandon {
            stage = .checking
        } else {
            stage = isFinishing ? .finishing : .stopping
        }
        offersContinue = stage == .waiting && state.canReopen
        offersAnotherMethod = stage == .waiting && state.canAbandon
    }
}
