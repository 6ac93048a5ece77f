import Foundation

/// What is being paid.
public struct Order: Sendable, Hashable {
    /// The Partner's own name for it, at most 256 characters. One payment per reference, whoever is signed in.
    public var reference: String
    /// The JSON object that the backend wants, at most 48 KiB.
    public var json: String
    /// Tells contents of the same order apart; without it, the JSON with sorted keys does.
    public var revision: String?

    /// An order whose JSON is at hand as text.
    public init(reference: String, json: String, revision: String? = nil) {
        self.reference = reference
        self.json = json
        self.revision = revision
    }

    /// An order whose JSON is made from `cart`.
    ///
    /// - Throws: What the encoder throws.
    public init(reference: String, encoding cart: some Encodable, revision: String? = nil) throws {
        let json = try JSONEncoder().encode(cart)
        self.init(reference: reference, json: String(decoding: json, as: UTF8.self), revision: revision)
    }
}

extension Order: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without content.
    public var description: String { "Order(\(json.utf8.count) bytes)" }
    /// As `description`.
    public var debugDescription: String { description }
    /// Shows no more than `description`.
    public var customMirror: Mirror { Mirror(self, children: ["bytes": json.utf8.count]) }
}

/// What `pay` does when the order has an unfinished attempt.
public enum IfBusy: Sendable, Hashable {
    /// Waits for that attempt's outcome (same content), or is refused.
    case join
    /// Abandons it, and starts anew after a final word that is not `approved`.
    case replace
}

/// What `prepare` came to.
public enum Preparation: Sendable, Hashable {
    /// Send the start request with these, then call `continuePayment`.
    case ready(PreparedAttempt)
    /// Send nothing: this is the outcome already (the order is paid, or must not be started).
    case ended(Outcome)
}

/// What a prepared attempt gives the app for its own request to its backend.
public struct PreparedAttempt: Sendable, Hashable {
    /// Send it as `StepUp-Attempt`.
    public let attempt: AttemptID
    /// Send it as `Idempotency-Key`.
    public let idempotencyKey: String
    /// Send it as `return_url`.
    public let completionLink: String
    /// Send it as `app_return_url`.
    public let handoverLink: String
}

extension PreparedAttempt: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without the links: they carry a nonce.
    public var description: String { "PreparedAttempt(\(attempt))" }
    /// As `description`.
    public var debugDescription: String { description }
    /// Shows no more than `description`.
    public var customMirror: Mirror { Mirror(self, children: ["attempt": attempt]) }
}

/// What the app's own request to its backend brought.
public enum BackendReply: Sendable, Hashable {
    /// An answer, in the contract's shape (`docs/backend-api.yaml`).
    case answered(status: Int, body: Data)
    /// No answer, and the request may have reached the backend. In doubt, this.
    case lost
    /// Provably nothing was sent.
    case notSent
}

extension BackendReply: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without the body.
    public var description: String {
        switch self {
        case .answered(let status, _): "answered(\(status))"
        case .lost: "lost"
        case .notSent: "notSent"
        }
    }
    /// As `description`.
    public var debugDescription: String { description }
    /// Shows no more than `description`.
    public var customMirror: Mirror { Mirror(self, children: ["reply": description]) }
}
