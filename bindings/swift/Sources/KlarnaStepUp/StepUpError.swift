import Foundation

/// Why a call was refused. None of them says anything about a payment.
public enum StepUpError: LocalizedError, Sendable, Hashable {
    /// A field of the configuration is not usable. Fix it before shipping; the client was not made.
    case configuration(field: String, problem: String, fix: String)
    /// The journal's directory is held by another client: another process, an app extension, or one of other configuration.
    case journalInUse
    /// The journal's directory cannot be had.
    case journalUnavailable
    /// There is no such attempt of this account at this backend.
    case unknownAttempt
    /// The attempt cannot do that now; its state says what it can do.
    case notPossible
    /// The client was closed. Make a new one.
    case closed
    /// The binary library is of another version than this package: the app was put together from two releases.
    case versionMismatch(package: String, library: String)

    /// For developers.
    public var errorDescription: String? {
        switch self {
        case .configuration(let field, let problem, _): "\(field): \(problem)."
        case .journalInUse: "The journal's directory is held by another client."
        case .journalUnavailable: "The journal's directory cannot be had."
        case .unknownAttempt: "There is no such attempt of this account at this backend."
        case .notPossible: "The attempt cannot do that now."
        case .closed: "The client was closed."
        case .versionMismatch(let package, let library): "Package \(package) got library \(library)."
        }
    }

    /// What to do about it.
    public var recoverySuggestion: String? {
        switch self {
        case .configuration(_, _, let fix): fix
        case .journalInUse: "Use that client. An app extension cannot have one of its own."
        case .journalUnavailable: "Make the client once the device was unlocked."
        case .unknownAttempt: "Take ids from `unfinished`."
        case .notPossible: "Look at `canReopen` and `canAbandon` first."
        case .closed: "Make a new client."
        case .versionMismatch: "Remove derived data and resolve the package again."
        }
    }
}
