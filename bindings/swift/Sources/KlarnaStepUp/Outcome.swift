import Foundation

/// What became of a payment. Only the backend's word makes it anything but `undetermined` or `notStarted`.
///
/// It comes again at the next start until it is acknowledged.
public enum Outcome: Sendable, Hashable {
    /// Paid. Show the receipt.
    case approved(Receipt)
    /// Not paid, and no money will move. Offer another method.
    case declined(Decline)
    /// Not paid, and no money will move. Go back to the choice of methods.
    case canceled(Cancellation)
    /// Not known yet; never ask the customer to pay again. A later outcome may replace it.
    case undetermined(Unsettled)
    /// This call started nothing, and nothing will come of it. Its reason says whether trying again makes sense.
    case notStarted(NotStarted)

    /// Which outcome it is, and of what.
    public var delivery: Delivery {
        switch self {
        case .approved(let receipt): receipt.delivery
        case .declined(let decline): decline.delivery
        case .canceled(let cancellation): cancellation.delivery
        case .undetermined(let unsettled): unsettled.delivery
        case .notStarted(let notStarted): notStarted.delivery
        }
    }

    /// The customer has paid.
    public var isApproved: Bool {
        if case .approved = self { true } else { false }
    }

    /// Nothing can change it any more.
    public var isFinal: Bool {
        if case .undetermined = self { false } else { true }
    }
}

/// Which outcome it is, and of what.
public struct Delivery: Sendable, Hashable {
    /// For `acknowledge`. The same at every delivery; nil where there is nothing to acknowledge.
    public let outcome: OutcomeID?
    /// The attempt, where there is one.
    public let attempt: AttemptID?
    /// The order's reference.
    public let reference: String
    /// An earlier outcome that this one replaces.
    public let supersedes: OutcomeID?
}

/// The customer has paid.
public struct Receipt: Sendable, Hashable {
    /// Which outcome it is, and of what.
    public let delivery: Delivery
    /// The backend's `details`, as JSON; nil where it gave none.
    public let json: String?

    /// The backend's `details` as a value.
    ///
    /// - Throws: What the decoder throws; also if there are none.
    public func details<Details: Decodable>(as type: Details.Type = Details.self) throws -> Details {
        try JSONDecoder().decode(type, from: Data((json ?? "").utf8))
    }
}

/// The payment was declined, or it failed.
public struct Decline: Sendable, Hashable {
    /// Which outcome it is, and of what.
    public let delivery: Delivery
    /// The backend's word was `failed` rather than `declined`.
    public let failed: Bool
    /// The backend's reason, for the log rather than for the customer.
    public let reason: String?
}

/// The payment was canceled, or it expired.
public struct Cancellation: Sendable, Hashable {
    /// Which outcome it is, and of what.
    public let delivery: Delivery
    /// Why.
    public let reason: Reason

    /// Why a payment is canceled.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// The customer chose another method (`abandon`).
        case byCustomer = "by-customer"
        /// The payment expired.
        case expired
        /// The start's answer was lost and the backend closed the attempt before it became a payment.
        case startClosed = "start-closed"
        /// Nothing on the device could show the journey.
        case noSurface = "no-surface"
        /// The journey's address is not permitted.
        case forbiddenURL = "forbidden-url"
        /// The device's journal failed before the journey could be shown.
        case journalFailed = "journal-failed"
        /// The backend or Klarna canceled it.
        case byBackend = "by-backend"
    }
}

/// Nothing final is known yet. The attempt stays in the journal and is asked about again.
public struct Unsettled: Sendable, Hashable {
    /// Which outcome it is, and of what.
    public let delivery: Delivery
    /// Why.
    public let reason: Reason

    /// Why nothing final is known.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// It is not known whether the start reached the backend.
        case startUnknown = "start-unknown"
        /// The customer came back as done, and the backend had no final word within the time for it.
        case stillPending = "still-pending"
        /// The longest time to wait is over.
        case maxWait = "max-wait"
        /// The surface was closed, nobody shows the waiting screen, and the backend has no final word.
        case customerLeft = "customer-left"
        /// Another account signed in; the attempt waits for its own.
        case ownerChanged = "owner-changed"
        /// Long after its end the backend still has no final word; nothing more will be asked.
        case gaveUp = "gave-up"
        /// The task was cancelled, or the client was closed. The payment goes on.
        case stoppedWaiting = "stopped-waiting"
    }
}

/// This call started no payment: it charged nothing, and nothing will come of it.
public struct NotStarted: LocalizedError, Sendable, Hashable {
    /// Which outcome it is, and of what.
    public let delivery: Delivery
    /// Why.
    public let reason: Reason

    /// Why no payment was started.
    public enum Reason: Sendable, Hashable {
        /// Nothing on this device may show the journey. Offer another payment method.
        case noBrowser
        /// The backend could not be reached, and no request left the device. Paying again later is safe.
        case unreachable
        /// The backend refused in so many words. Its reason is for the log rather than for the customer.
        case refused(String?)
        /// The journal cannot be written or read now (device locked, disk full, no permission). Try again later.
        case journalUnavailable
        /// 32 attempts are unfinished. Resume or abandon some of them.
        case tooManyUnfinished
        /// The order has an unfinished attempt of other content or of another account.
        case orderBusy
        /// The order is not a JSON object, has no reference, or is too large. Fix the call.
        case badOrder(String)
        /// `abandon` came, or the task was cancelled, before anything was sent.
        case abandoned
        /// The client was closed.
        case closed
    }

    /// For developers; what a customer is told is the app's to say.
    public var errorDescription: String? {
        switch reason {
        case .noBrowser: "Nothing on this device can show Klarna's pages."
        case .unreachable: "The backend could not be reached."
        case .refused: "The backend refused the payment."
        case .journalUnavailable: "The journal cannot be read or written now."
        case .tooManyUnfinished: "Too many payments are unfinished."
        case .orderBusy: "The order has an unfinished payment."
        case .badOrder(let problem): "The order cannot be used: \(problem)."
        case .abandoned: "The payment was given up before it was started."
        case .closed: "The client was closed."
        }
    }

    /// What to do about it.
    public var recoverySuggestion: String? {
        switch reason {
        case .noBrowser, .refused: "Offer another payment method."
        case .unreachable, .journalUnavailable: "Trying again later is safe."
        case .tooManyUnfinished: "Resume or abandon some of `unfinished`."
        case .orderBusy: "Resume the order's unfinished payment, or pay with `ifBusy: .replace`."
        case .badOrder: "Fix the order that is passed to `pay`."
        case .abandoned: nil
        case .closed: "Make a new client."
        }
    }
}

// What a value shows of itself is no more than which outcome it is: references, reasons and receipts are the app's business, not a log's.

extension Outcome: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Which outcome, and why.
    public var description: String {
        switch self {
        case .approved: "approved"
        case .declined(let decline): decline.failed ? "declined(failed)" : "declined"
        case .canceled(let cancellation): "canceled(\(cancellation.reason.rawValue))"
        case .undetermined(let unsettled): "undetermined(\(unsettled.reason.rawValue))"
        case .notStarted(let notStarted): "notStarted(\(notStarted.reason.name))"
        }
    }
    /// As `description`.
    public var debugDescription: String { description }
    /// Shows no more than `description`.
    public var customMirror: Mirror { Mirror(self, children: ["outcome": description]) }
}

extension NotStarted.Reason {
    var name: String {
        switch self {
        case .noBrowser: "no-browser"
        case .unreachable: "unreachable"
        case .refused: "refused"
        case .journalUnavailable: "journal-unavailable"
        case .tooManyUnfinished: "too-many-unfinished"
        case .orderBusy: "order-busy"
        case .badOrder: "bad-order"
        case .abandoned: "abandoned"
        case .closed: "closed"
        }
    }
}

extension Receipt: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without content.
    public var description: String { "Receipt" }
    /// As `description`.
    public var debugDescription: String { description }
    /// Shows no more than `description`.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Delivery: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without the order's reference.
    public var description: String { "Delivery(\(outcome?.rawValue ?? "nothing to acknowledge"))" }
    /// As `description`.
    public var debugDescription: String { description }
    /// Shows no more than `description`.
    public var customMirror: Mirror { Mirror(self, children: ["outcome": outcome as Any]) }
}
