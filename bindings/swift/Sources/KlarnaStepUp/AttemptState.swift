import Foundation

/// An attempt, for a waiting screen and for a list of unfinished payments.
public struct AttemptState: Sendable, Hashable, Identifiable {
    /// The attempt.
    public let id: AttemptID
    /// The order's reference.
    public let reference: String
    /// How far it has come.
    public let phase: Phase
    /// Who has to act next.
    public let whoActs: WhoActs
    /// Offer *Continue* and *Use another method* now.
    public let isWaitingForCustomer: Bool
    /// *Continue* (`reopen`) makes sense.
    public let canReopen: Bool
    /// *Use another method* (`abandon`) makes sense.
    public let canAbandon: Bool
    /// What is on the screen, as far as is known.
    public let surface: Surface?
    /// When it was begun.
    public let createdAt: Date

    /// How far an attempt has come.
    public enum Phase: String, Sendable, Hashable, CaseIterable {
        /// The backend is being asked to start the payment.
        case starting
        /// The payment is started; the journey has not been shown yet.
        case ready
        /// The customer is, or may be, in the journey.
        case inJourney = "in-journey"
        /// The customer is back, or may never have left; the backend's word is awaited.
        case confirming
        /// There is a final outcome.
        case settled
    }

    /// Who has to act next.
    public enum WhoActs: String, Sendable, Hashable, CaseIterable {
        /// Nobody: there is a final outcome.
        case nobody
        /// The customer.
        case customer
        /// The backend, or Klarna.
        case backend
    }
}

extension AttemptState: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Phase and who acts.
    public var description: String { "AttemptState(\(phase.rawValue), \(whoActs.rawValue) acts)" }
    /// As `description`.
    public var debugDescription: String { description }
    /// Shows no more than `description`.
    public var customMirror: Mirror { Mirror(self, children: ["phase": phase, "whoActs": whoActs]) }
}

/// Something happened, without content.
public struct StepUpEvent: Sendable, Hashable {
    /// By the device's clock.
    public let at: Date
    /// The attempt it belongs to, if any.
    public let attempt: AttemptID?
    /// What happened: a name of `docs/architecture.md`.
    public let name: String
}

/// One thing that `doctor()` found.
public struct Finding: Sendable, Hashable {
    /// A stable name.
    public let code: String
    /// How bad it is.
    public let level: Level
    /// What is wrong.
    public let problem: String
    /// What to do.
    public let fix: String

    /// How bad a finding is.
    public enum Level: String, Sendable, Hashable, CaseIterable {
        /// Payments will not work.
        case broken
        /// Something works less well than it could.
        case advice
        /// Looked at, and fine.
        case fine
    }
}
