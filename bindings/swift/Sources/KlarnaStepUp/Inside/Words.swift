import Foundation
internal import KlarnaStepUpCore

// The core's values in the façade's words, and back.

extension Surface {
    init(_ surface: KlarnaStepUpCore.Surface) {
        self =
            switch surface {
            case .klarnaApp: .klarnaApp
            case .authSession: .authSession
            case .authTab: .authTab
            case .customTab: .customTab
            case .browser: .browser
            case .custom: .custom
            }
    }

    var core: KlarnaStepUpCore.Surface {
        switch self {
        case .klarnaApp: .klarnaApp
        case .authSession: .authSession
        case .authTab: .authTab
        case .customTab: .customTab
        case .browser: .browser
        default: .custom
        }
    }
}

extension LinkDisposition {
    init(_ disposition: KlarnaStepUpCore.LinkDisposition) {
        self =
            switch disposition {
            case .completion(let attempt): .completion(AttemptID(rawValue: attempt))
            case .handover(let attempt): .handover(AttemptID(rawValue: attempt))
            case .duplicate(let attempt): .duplicate(AttemptID(rawValue: attempt))
            case .late(let attempt): .late(attempt.map(AttemptID.init))
            case .accepted: .accepted
            case .notOurs: .notOurs
            case .refused(let reason): .refused(LinkRefusal(reason))
            }
    }
}

extension LinkRefusal {
    init(_ reason: RefusedReason) {
        self =
            switch reason {
            case .tooLong: .tooLong
            case .unreadable: .unreadable
            case .userInfo: .userInfo
            case .portDiffers: .portDiffers
            case .wrongNonce: .wrongNonce
            case .malformedNonce: .malformedNonce
            case .repeatedNonce: .repeatedNonce
            }
    }
}

extension Outcome {
    init(_ delivered: DeliveredOutcome) {
        let delivery = Delivery(
            outcome: delivered.id.isEmpty ? nil : OutcomeID(rawValue: delivered.id),
            attempt: delivered.attempt.map(AttemptID.init), reference: delivered.reference,
            supersedes: delivered.supersedes.map(OutcomeID.init))
        self =
            switch delivered.outcome {
            case .approved(let receipt): .approved(Receipt(delivery: delivery, json: receipt))
            case .declined(let failed, let reason): .declined(Decline(delivery: delivery, failed: failed, reason: reason))
            case .canceled(let reason): .canceled(Cancellation(delivery: delivery, reason: Cancellation.Reason(reason)))
            case .undetermined(let reason): .undetermined(Unsettled(delivery: delivery, reason: Unsettled.Reason(reason)))
            case .notStarted(let reason): .notStarted(NotStarted(delivery: delivery, reason: NotStarted.Reason(reason)))
            }
    }

    /// The caller's task was cancelled before anything was done.
    static func abandoned(_ reference: String) -> Outcome {
        let delivery = Delivery(outcome: nil, attempt: nil, reference: reference, supersedes: nil)
        return .notStarted(NotStarted(delivery: delivery, reason: .abandoned))
    }
}

extension Cancellation.Reason {
    init(_ reason: CanceledReason) {
        self =
            switch reason {
            case .byCustomer: .byCustomer
            case .expired: .expired
            case .startClosed: .startClosed
            case .noSurface: .noSurface
            case .forbiddenUrl: .forbiddenURL
            case .journalFailed: .journalFailed
            case .byBackend: .byBackend
            }
    }
}

extension Unsettled.Reason {
    init(_ reason: UndeterminedReason) {
        self =
            switch reason {
            case .startUnknown: .startUnknown
            case .stillPending: .stillPending
            case .maxWait: .maxWait
            case .customerLeft: .customerLeft
            case .ownerChanged: .ownerChanged
            case .gaveUp: .gaveUp
            case .stoppedWaiting: .stoppedWaiting
            }
    }
}

extension NotStarted.Reason {
    init(_ reason: NotStartedReason) {
        self =
            switch reason {
            case .noBrowser: .noBrowser
            case .unreachable: .unreachable
            case .refused(let reason): .refused(reason)
            case .journalUnavailable: .journalUnavailable
            case .tooManyUnfinished: .tooManyUnfinished
            case .orderBusy: .orderBusy
            case .badOrder(let problem): .badOrder(problem)
            case .abandoned: .abandoned
            case .shutDown: .closed
            }
    }
}

extension AttemptState {
    init(_ state: KlarnaStepUpCore.AttemptState) {
        self.init(
            id: AttemptID(rawValue: state.attempt), reference: state.reference,
            phase: {
                switch state.phase {
                case .starting: .starting
                case .ready: .ready
                case .inJourney: .inJourney
                case .confirming: .confirming
                case .settled: .settled
                }
            }(),
            whoActs: {
                switch state.whoActs {
                case .nobody: .nobody
                case .customer: .customer
                case .backend: .backend
                }
            }(),
            isWaitingForCustomer: state.waitingForCustomer, canReopen: state.canReopen, canAbandon: state.canAbandon,
            surface: state.surface.map(Surface.init), createdAt: Date(milliseconds: state.createdAt))
    }
}

extension StepUpEvent {
    init(_ event: Event) {
        self.init(at: Date(milliseconds: event.at), attempt: event.attempt.map(AttemptID.init), name: event.name)
    }
}

extension Finding {
    init(_ finding: KlarnaStepUpCore.Finding) {
        self.init(
            code: finding.code,
            level: {
                switch finding.level {
                case .broken: .broken
                case .advice: .advice
                case .fine: .fine
                }
            }(), problem: finding.problem, fix: finding.fix)
    }
}

extension StepUpError {
    init(_ error: any Error) {
        guard let error = error as? KlarnaStepUpCore.StepUpError else {
            // Nothing else is thrown; should it ever be, the client is of no more use.
            self = .closed
            return
        }
        self =
            switch error {
            case .Configuration(let field, let problem, let fix): .configuration(field: field, problem: problem, fix: fix)
            case .JournalInUse: .journalInUse
            case .UnknownAttempt: .unknownAttempt
            case .NotPossible: .notPossible
            case .ShutDown: .closed
            }
    }

    /// Runs a call of the core's, with its errors in the façade's words.
    static func translating<Result>(_ call: () throws -> Result) throws -> Result {
        do {
            return try call()
        } catch {
            throw StepUpError(error)
        }
    }
}

extension Preparation {
    init(_ prepared: Prepared) {
        self =
            switch prepared {
            case .ready(let attempt):
                .ready(
                    PreparedAttempt(
                        attempt: AttemptID(rawValue: attempt.attempt), idempotencyKey: attempt.idempotencyKey,
                        completionLink: attempt.completionLink, handoverLink: attempt.handoverLink))
            case .ended(let outcome): .ended(Outcome(outcome))
            }
    }
}

extension Date {
    init(milliseconds: Int64) {
        self.init(timeIntervalSince1970: TimeInterval(milliseconds) / 1000)
    }
}

extension Order {
    var core: KlarnaStepUpCore.Order {
        KlarnaStepUpCore.Order(reference: reference, json: json, revision: revision)
    }
}

extension IfBusy {
    var core: KlarnaStepUpCore.IfBusy {
        switch self {
        case .join: .join
        case .replace: .replace
        }
    }
}

extension BackendReply {
    var core: KlarnaStepUpCore.BackendReply {
        switch self {
        // A status that HTTP does not have is no answer that anybody could read.
        case .answered(let status, let body): .answered(httpStatus: UInt16(exactly: status) ?? 0, body: body)
        case .lost: .lost
        case .notSent: .notSent
        }
    }
}

extension Word {
    var core: KlarnaStepUpCore.Word {
        switch self {
        case .pending: .pending
        case .approved: .approved
        case .declined: .declined
        case .canceled: .canceled
        case .expired: .expired
        case .failed: .failed
        }
    }
}
