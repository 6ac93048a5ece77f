import Foundation
internal import KlarnaStepUpCore

// The configuration in the core's words.

extension StepUpConfiguration {
    func core(journal: URL) -> Configuration {
        Configuration(
            backend: backend.absoluteString, backendId: backendID, environment: environment.core, links: links.core,
            linkNonce: linkNonce == .query ? .query : .off, redirectHosts: redirectHosts,
            fieldNames: KlarnaStepUpCore.FieldNames(returnUrl: fieldNames.returnURL, appReturnUrl: fieldNames.appReturnURL),
            words: words.map { KlarnaStepUpCore.WordMapping(text: $0.text, word: $0.word.core) },
            // Sorted, so that the same configuration is recognised as the same.
            headers: headers.sorted { $0.key < $1.key }.map { RequestHeader(name: $0.key, value: $0.value) }, owner: owner,
            policy: policy.core, journalDirectory: journal.path)
    }
}

extension ReturnLinks {
    var core: KlarnaStepUpCore.ReturnLinks {
        KlarnaStepUpCore.ReturnLinks(handover: handover, completion: completion, fallbackScheme: fallbackScheme)
    }
}

extension KlarnaEnvironment {
    var core: Environment {
        switch self {
        case .live: .live
        case .test: .test
        case .sandbox(let hosts): .sandbox(hosts: hosts)
        }
    }
}

extension ConfirmationPolicy {
    /// The defaults.
    public static let standard = ConfirmationPolicy(defaultConfirmationPolicy())

    init(_ policy: KlarnaStepUpCore.ConfirmationPolicy) {
        func seconds(_ milliseconds: UInt64) -> TimeInterval {
            TimeInterval(milliseconds) / 1000
        }
        self.init(
            startBudget: seconds(policy.startBudget), unsentBudget: seconds(policy.unsentBudget),
            startTimeout: seconds(policy.startTimeout), askTimeout: seconds(policy.askTimeout),
            longPoll: seconds(policy.longPoll), baseInterval: seconds(policy.baseInterval),
            slowInterval: seconds(policy.slowInterval), slowAfter: seconds(policy.slowAfter),
            handoverAsks: policy.handoverAsks.map(seconds),
            completionSteps: policy.completionSteps.map {
                CompletionStep(until: seconds($0.until), interval: seconds($0.interval))
            },
            stretchCap: seconds(policy.stretchCap), mergeWindow: seconds(policy.mergeWindow),
            unprovenSpacing: seconds(policy.unprovenSpacing), presentDeadline: seconds(policy.presentDeadline),
            customerLeft: seconds(policy.customerLeft), maxWait: seconds(policy.maxWait),
            assumedLife: seconds(policy.assumedLife), giveUpAfter: seconds(policy.giveUpAfter),
            keepOutcome: seconds(policy.keepOutcome))
    }

    var core: KlarnaStepUpCore.ConfirmationPolicy {
        /// What is no time at all becomes one that the core refuses by name, where there is such.
        func milliseconds(_ seconds: TimeInterval) -> UInt64 {
            let milliseconds = (seconds * 1000).rounded()
            return milliseconds.isNaN || milliseconds < 0 ? 0 : UInt64(exactly: milliseconds) ?? .max
        }
        return KlarnaStepUpCore.ConfirmationPolicy(
            startBudget: milliseconds(startBudget), unsentBudget: milliseconds(unsentBudget),
            startTimeout: milliseconds(startTimeout), askTimeout: milliseconds(askTimeout),
            longPoll: milliseconds(longPoll), baseInterval: milliseconds(baseInterval),
            slowInterval: milliseconds(slowInterval), slowAfter: milliseconds(slowAfter),
            handoverAsks: handoverAsks.map(milliseconds),
            completionSteps: completionSteps.map {
                KlarnaStepUpCore.CompletionStep(until: milliseconds($0.until), interval: milliseconds($0.interval))
            },
            stretchCap: milliseconds(stretchCap), mergeWindow: milliseconds(mergeWindow),
            unprovenSpacing: milliseconds(unprovenSpacing), presentDeadline: milliseconds(presentDeadline),
            customerLeft: milliseconds(customerLeft), maxWait: milliseconds(maxWait),
            assumedLife: milliseconds(assumedLife), giveUpAfter: milliseconds(giveUpAfter),
            keepOutcome: milliseconds(keepOutcome))
    }
}
