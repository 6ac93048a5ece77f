import Foundation
import KlarnaStepUp
import KlarnaStepUpTesting
import Testing

/// Rule 10: what carries credentials never shows them, however it is printed.
@Suite struct SecrecyTests {
    private func shown(_ value: some Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        return "\(value) \(String(reflecting: value)) \(dumped) \([value]) \(String(describing: Optional(value)))"
    }

    @Test func nothingThatIsPrintedHasASecretInIt() async throws {
        var configuration = TestPhone.configuration
        configuration.headers = ["X-Key": "SECRET"]
        configuration.owner = "SECRET"
        configuration.backend = try #require(URL(string: "https://shop.example/SECRET"))
        #expect(!shown(configuration).contains("SECRET"))

        let order = Order(reference: "SECRET", json: #"{"card": "SECRET"}"#)
        #expect(!shown(order).contains("SECRET"))
        #expect(
            !shown(BackendReply.answered(status: 200, body: Data("SECRET".utf8))).contains(String(decoding: "SECRET".utf8, as: UTF8.self)))

        let phone = try TestPhone(configuration)
        guard case .ready(let prepared) = await phone.client.prepare(order) else {
            Issue.record("not prepared")
            return
        }
        let nonce = try #require(prepared.handoverLink.split(separator: "=").last)
        #expect(!shown(prepared).contains(nonce))

        phone.backend.says(.approved, details: #"{"receipt": "SECRET"}"#)
        let told = await phone.client.pay(Order(reference: "SECRET 2", json: "{}"))
        #expect(!shown(told).contains("SECRET"))
        guard case .approved(let receipt) = told else {
            Issue.record("not approved")
            return
        }
        #expect(!shown(receipt).contains("SECRET"))
        #expect(!shown(told.delivery).contains("SECRET"))
    }

    @Test func aJourneyShowsItsSurfaceOnly() async throws {
        let phone = try TestPhone()
        let paying = Task { await phone.client.pay(Order(reference: "42", json: "{}")) }
        let journey = await phone.surface.next()
        #expect(!shown(journey).contains("klarna.com"))
        paying.cancel()
        _ = await paying.value
        for state in await phone.client.unfinished {
            #expect(!shown(state).contains("42"))
        }
    }
}
