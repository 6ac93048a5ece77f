import Foundation
import KlarnaStepUp

/// An app of another package, with everything that one uses.
struct Cart: Encodable {
    let items: [String]
}

@MainActor func checkOut(with stepUp: StepUpClient) async throws {
    let order = try Order(reference: "42", encoding: Cart(items: ["T-shirt"]))
    var label = ""
    try await stepUp.pay(order) { outcome in
        switch outcome {
        case .approved(let receipt): label = receipt.json ?? ""
        case .declined(let decline): label = decline.reason ?? ""
        case .canceled(let why): label = why.reason.rawValue
        case .undetermined(let unsettled): label = unsettled.reason.rawValue
        case .notStarted(let error): throw error
        }
    }
    for attempt in await stepUp.unfinished where attempt.canReopen {
        try await stepUp.reopen(attempt.id, on: .browser)
    }
    for await outcome in stepUp.outcomes {
        await stepUp.acknowledge(outcome)
    }
    if let link = URL(string: label) {
        stepUp.handle(link)
    }
}

func configuration(for backend: URL) -> StepUpConfiguration {
    var configuration = StepUpConfiguration(
        backend: backend, links: ReturnLinks(handover: "shop://klarna", completion: "shop://done"), environment: .test)
    configuration.words = [WordMapping("PAID", means: .approved)]
    configuration.credentials = { isRejected in ["Authorization": isRejected ? "new" : "old"] }
    return configuration
}
