import Foundation
import KlarnaStepUp

/// Pays one order against the sandbox and prints what became of it. Without a phone there is no web session: a presenter of the shop's own shows
/// the journey to the sandbox's scripted customer.
@main struct Shop {
    static func main() async throws {
        let sandbox = try await Sandbox.open()
        let links = ReturnLinks(handover: "shop://klarna/back", completion: "shop-done://klarna/done")
        var configuration = StepUpConfiguration(backend: sandbox.backend, links: links, environment: .sandbox())
        configuration.customPresenter = Customer(sandbox)
        let stepUp: StepUpClient
        do {
            stepUp = try StepUpClient(configuration: configuration)
        } catch {
            print("refused: \(error)")
            return
        }

        let cart = """
            {"reference": "42", "amount": 11800, "currency": "USD", "reply": "klarna",
             "items": [{"name": "T-shirt", "quantity": 2, "unit_price": 5900, "total_amount": 11800}],
             "customer": {"email": "customer@email.us"}}
            """
        await stepUp.pay(Order(reference: "42", json: cart)) { outcome in
            print("outcome: \(outcome)")
        }
        for finding in await stepUp.doctor() {
            print("doctor: \(finding.code)")
        }
        print("left to acknowledge: \(await stepUp.unacknowledged.count)")
        print("unfinished: \(await stepUp.unfinished.count)")
        await stepUp.close()
    }
}
