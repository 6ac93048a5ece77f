import KlarnaStepUp

// The façade's values in the words of the protocol.

extension Outcome {
    func told(via: String, call: UInt64?) -> [String: Any?] {
        let (name, reason): (String, String?) =
            switch self {
            case .approved: ("approved", nil)
            case .declined(let decline): ("declined", decline.failed ? "failed" : decline.reason)
            case .canceled(let cancellation): ("canceled", cancellation.reason.rawValue)
            case .undetermined(let unsettled): ("undetermined", unsettled.reason.rawValue)
            case .notStarted(let notStarted): ("not-started", notStarted.reason.word)
            }
        var receipt = false
        if case .approved(let given) = self {
            receipt = given.json != nil
        }
        return [
            "via": via, "call": call, "id": delivery.outcome?.rawValue ?? "", "attempt": delivery.attempt?.rawValue,
            "reference": delivery.reference, "outcome": name, "reason": reason, "receipt": receipt,
            "supersedes": delivery.supersedes?.rawValue,
        ]
    }
}

extension NotStarted.Reason {
    var word: String {
        switch self {
        case .noBrowser: "no-browser"
        case .unreachable: "unreachable"
        case .refused(let reason): reason.map { "refused: \($0)" } ?? "refused"
        case .journalUnavailable: "journal-unavailable"
        case .tooManyUnfinished: "too-many-unfinished"
        case .orderBusy: "order-busy"
        case .badOrder(let problem): "bad-order: \(problem)"
        case .abandoned: "abandoned"
        case .closed: "shut-down"
        }
    }
}

extension AttemptState {
    var report: [String: Any?] {
        [
            "attempt": id.rawValue, "reference": reference, "phase": phase.rawValue, "who_acts": whoActs.rawValue,
            "waiting_for_customer": isWaitingForCustomer, "can_reopen": canReopen, "can_abandon": canAbandon,
            "on_surface": surface != nil,
        ]
    }
}

extension LinkDisposition {
    var report: [String: Any?] {
        let (name, attempt): (String, AttemptID?) =
            switch self {
            case .completion(let attempt): ("completion", attempt)
            case .handover(let attempt): ("handover", attempt)
            case .duplicate(let attempt): ("duplicate", attempt)
            case .late(let attempt): ("late", attempt)
            case .accepted: ("accepted", nil)
            case .notOurs: ("not-ours", nil)
            case .refused(let reason): ("refused-\(reason.rawValue)", nil)
            }
        return ["disposition": name, "attempt": attempt?.rawValue]
    }
}

/// A refused call in the words that scenarios expect.
func refusal(_ error: any Error) -> String {
    switch error as? StepUpError {
    case .configuration(let field, let problem, let fix): "\(field): \(problem); \(fix)"
    case .journalInUse: "the journal directory is held by another client"
    case .unknownAttempt: "no such attempt"
    case .notPossible: "not possible in the attempt's present state"
    case .closed: "the client was shut down"
    case .journalUnavailable, .versionMismatch, nil: error.localizedDescription
    }
}
