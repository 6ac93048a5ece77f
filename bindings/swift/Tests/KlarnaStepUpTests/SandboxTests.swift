import Foundation
import KlarnaStepUp
import KlarnaStepUpTesting
import Testing

/// The façade with the real library and its own HTTP against the real sandbox.
@Suite struct SandboxTests {
    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func oneWholePaymentWhoseLinkComesAsTheSurfacesResult() async throws {
        try await World.with { world in
            let phone = try ShopPhone(world.backend)
            let paying = Task { await phone.pay("42") }
            let journey = await phone.surface.next()
            let link = try #require(URL(string: try await world.approve(journey.url.absoluteString)))
            let disposition = journey.closed(returning: link)
            let told = await paying.value

            #expect(disposition == .completion(journey.attempt))
            #expect(told.isApproved)
            #expect(told.delivery.attempt == journey.attempt)
            #expect(told.delivery.reference == "42")
            #expect(await phone.client.unacknowledged == [told])

            let asked = try await world.wire().count
            #expect(await phone.pay("42") == told, "a paid order is not paid again")
            await phone.client.acknowledge(told)
            let later = await phone.pay("42")
            #expect(later.delivery.outcome == told.delivery.outcome, "nor is it once the app has acknowledged that")
            #expect(later.isApproved)
            #expect(await phone.client.unacknowledged.isEmpty)
            #expect(try await world.wire().count == asked, "and the backend is not bothered with it")
            #expect(try await world.klarna() == [World.Payment(state: "COMPLETED", transactions: 1)])
        }
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func oneWholePaymentInABrowserWhoseLinkComesToTheApp() async throws {
        try await World.with { world in
            let phone = try ShopPhone(world.backend, surfaces: [.browser])
            let paying = Task { await phone.pay("43", reply: "redirect") }
            let journey = await phone.surface.next()
            let text = try await world.approve(journey.url.absoluteString)
            let link = try #require(URL(string: text))
            let other = try #require(URL(string: text.replacingOccurrences(of: "klarna/done", with: "basket")))
            let forged = try #require(
                URL(
                    string: text.replacingOccurrences(
                        of: "stepup=.{22}", with: "stepup=AAAAAAAAAAAAAAAAAAAAAA", options: .regularExpression)))
            #expect(forged != link)

            #expect(phone.client.handle(other) == .notOurs)
            #expect(phone.client.handle(forged) == .refused(.wrongNonce))
            #expect(phone.client.handle(link) == .completion(journey.attempt))
            #expect(await paying.value.isApproved)
            #expect(phone.client.handle(link) == .late(journey.attempt))
            #expect(try await world.klarna() == [World.Payment(state: "COMPLETED", transactions: 1)])
        }
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func aJourneyThatNothingCanShowIsCanceledAtTheBackend() async throws {
        try await World.with { world in
            let phone = try ShopPhone(world.backend, surfaces: [.authSession, .browser])
            phone.surface.fails(.unavailable)
            let told = await phone.pay("45")
            guard case .canceled(let why) = told else {
                Issue.record("\(told)")
                return
            }
            #expect(why.reason == .noSurface)
            #expect(try await world.klarna() == [World.Payment(state: "CANCELED", transactions: 0)])
        }
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func withNoSurfaceAtAllNothingIsStarted() async throws {
        try await World.with { world in
            let phone = try ShopPhone(world.backend, surfaces: [])
            guard case .notStarted(let error) = await phone.pay("44") else {
                Issue.record("started")
                return
            }
            #expect(error.reason == .noBrowser)
            #expect(try await world.wire().isEmpty)
        }
    }
}

/// A shop's phone whose client talks to a real backend in real time.
final class ShopPhone: Sendable {
    let client: StepUpClient
    let surface = FakeSurface()
    private let journal: TestJournal

    init(_ backend: String, surfaces: [Surface] = [.authSession]) throws {
        journal = try TestJournal()
        let configuration = StepUpConfiguration(
            backend: try #require(URL(string: backend)), links: TestPhone.links, environment: .sandbox())
        let facts = DeviceFacts(surfaces: surfaces, httpsLinks: false)
        client = try StepUpClient(
            configuration: configuration,
            platform: Platform(
                journalDirectory: { [journal] in journal.url }, device: { facts }, presenter: surface, isDebuggable: true))
    }

    func pay(_ reference: String, reply: String = "klarna") async -> Outcome {
        let cart = """
            {"reference": "\(reference)", "amount": 11800, "currency": "USD", "reply": "\(reply)",
             "items": [{"name": "T-shirt", "quantity": 2, "unit_price": 5900, "total_amount": 11800}],
             "customer": {"email": "customer@email.us"}}
            """
        return await client.pay(Order(reference: reference, json: cart))
    }
}
