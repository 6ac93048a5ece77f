import Foundation
import KlarnaStepUp

/// An order that was paid, or that somebody tried to pay, as the shop remembers it.
public struct PaymentRecord: Codable, Hashable, Identifiable, Sendable {
    /// The order's number.
    public let reference: String
    /// When *Pay* was first tapped.
    public let began: Date
    /// In cents.
    public var amount: Int
    /// The scenario that was chosen.
    public var scenario: String?
    /// The library's name for the last attempt.
    public var attempt: AttemptID?
    /// What the shop was told, each once, oldest first.
    public private(set) var told: [Told] = []

    /// As the order's number.
    public var id: String { reference }

    /// What the shop was told.
    public struct Told: Codable, Hashable, Sendable {
        /// The library's name for it; nil where there is nothing to acknowledge.
        public let id: OutcomeID?
        /// `approved`, `declined`, `canceled`, `undetermined`, `not-started`: as scenarios name it.
        public let outcome: String
        /// Why, as scenarios name it.
        public let reason: String?
        /// The backend's receipt.
        public let receipt: String?

        /// `canceled (by-customer)`.
        public var name: String { reason.map { "\(outcome) (\($0))" } ?? outcome }
    }

    init(reference: String, began: Date, amount: Int, scenario: String?) {
        self.reference = reference
        self.began = began
        self.amount = amount
        self.scenario = scenario
    }

    /// Takes an outcome in, once.
    mutating func tell(_ outcome: Outcome) {
        let delivery = outcome.delivery
        attempt = delivery.attempt ?? attempt
        guard delivery.outcome == nil || !told.contains(where: { $0.id == delivery.outcome }) else {
            return
        }
        told.append(Told(outcome))
    }

    /// Where the payment stands, as the customer reads it.
    public var headline: String {
        switch told.last?.outcome {
        case nil: "In progress"
        case "approved": "Paid. Thank you!"
        case "declined": "Klarna could not approve this payment"
        case "canceled": "Not paid"
        case "undetermined": "We are still waiting for the confirmation"
        default: notStarted
        }
    }

    /// What the customer can do, as they read it. Never an invitation to pay twice.
    public var advice: String {
        switch told.last?.outcome {
        case nil: "Your payment with Klarna is under way."
        case "approved": "Your order is on its way."
        case "declined", "canceled": "Nothing was charged. You can choose another way to pay."
        case "undetermined": "You need not do anything, and do not pay again. We tell you as soon as we know."
        default:
            told.last?.reason == "order-busy"
                ? "This order has a payment that is not finished. Go on with it, or stop it." : "Nothing was charged."
        }
    }

    private var notStarted: String {
        told.last?.reason == "unreachable" ? "The shop cannot be reached" : "The payment was not started"
    }

    /// Whether what was told is what the scenario expects.
    public enum Verdict: Hashable, Sendable {
        /// All of it was told, and nothing else.
        case asExpected
        /// So far; this is still to come.
        case waitingFor([String])
        /// This was expected.
        case otherwise([String])
    }

    /// The verdict in words.
    public static func words(_ verdict: Verdict) -> String {
        switch verdict {
        case .asExpected: "As the scenario expects"
        case .waitingFor(let rest): "Still to come: " + rest.joined(separator: ", ")
        case .otherwise(let expected): "The scenario expects: " + expected.joined(separator: ", ")
        }
    }

    /// Compares with what the scenario expects; nil if none was chosen, or it cannot be played by hand.
    public func verdict(_ scenario: Scenario?) -> Verdict? {
        guard let scenario, scenario.name == self.scenario, scenario.obstacle == nil else {
            return nil
        }
        let expected = scenario.told.map { told in told.reason.map { "\(told.outcome) (\($0))" } ?? told.outcome }
        let fits = zip(told, scenario.told).allSatisfy { told, wanted in
            told.outcome == wanted.outcome && (wanted.reason == nil || wanted.reason == told.reason)
        }
        guard fits, told.count <= expected.count else {
            return .otherwise(expected)
        }
        return told.count == expected.count ? .asExpected : .waitingFor(Array(expected.dropFirst(told.count)))
    }
}

extension PaymentRecord.Told {
    init(_ outcome: Outcome) {
        id = outcome.delivery.outcome
        switch outcome {
        case .approved(let receipt): (self.outcome, reason, self.receipt) = ("approved", nil, receipt.json)
        case .declined(let decline): (self.outcome, reason, receipt) = ("declined", decline.failed ? "failed" : decline.reason, nil)
        case .canceled(let why): (self.outcome, reason, receipt) = ("canceled", why.reason.rawValue, nil)
        case .undetermined(let why): (self.outcome, reason, receipt) = ("undetermined", why.reason.rawValue, nil)
        case .notStarted(let why): (self.outcome, reason, receipt) = ("not-started", Self.name(why.reason), nil)
        }
    }

    private static func name(_ reason: NotStarted.Reason) -> String {
        switch reason {
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
