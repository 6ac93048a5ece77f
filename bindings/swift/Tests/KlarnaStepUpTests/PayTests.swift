import Foundation
import KlarnaStepUp
import KlarnaStepUpTesting
import Testing

/// Paying, in both forms, and everything around it.
@Suite struct PayTests {
    private let order = Order(reference: "42", json: "{}")

    @Test func theHandlersReturnAcknowledges() async throws {
        let phone = try TestPhone()
        phone.backend.says(.approved, details: #"{"receipt": "R1"}"#)
        var seen: [Outcome] = []
        let told = await phone.client.pay(order) { outcome in
            seen.append(outcome)
        }
        #expect(seen == [told])
        await phone.clock.settle()
        #expect(await phone.client.unacknowledged.isEmpty)
        let again = try await phone.restart()
        await again.clock.settle()
        #expect(await again.client.unacknowledged.isEmpty)
    }

    @MainActor @Test func theHandlerRunsWhereTheCallerIs() async throws {
        let phone = try TestPhone()
        phone.backend.says(.approved)
        var label = ""
        await phone.client.pay(order) { outcome in
            MainActor.assertIsolated()
            label = outcome.description
        }
        #expect(label == "approved")
    }

    @Test func aHandlerThatThrowsIsToldAgainAtTheNextStart() async throws {
        struct NoDisk: Error {}
        let phone = try TestPhone()
        phone.backend.says(.approved)
        await #expect(throws: NoDisk.self) {
            try await phone.client.pay(self.order) { _ in throw NoDisk() }
        }
        let again = try await phone.restart()
        var outcomes = again.client.outcomes.makeAsyncIterator()
        let told = try #require(await outcomes.next())
        #expect(told.isApproved)
        await again.client.acknowledge(told)
        await again.clock.settle()
        #expect(await again.client.unacknowledged.isEmpty)
    }

    @Test func theReceiptIsWhatTheBackendGave() async throws {
        struct Details: Decodable {
            let receipt: String
        }
        let phone = try TestPhone()
        phone.backend.says(.approved, details: #"{"receipt": "R1"}"#)
        guard case .approved(let receipt) = await phone.client.pay(order) else {
            Issue.record("not approved")
            return
        }
        #expect(try receipt.details(as: Details.self).receipt == "R1")
    }

    @Test func twoCallsForOneOrderAreOnePayment() async throws {
        let phone = try TestPhone()
        async let first = phone.client.pay(order)
        async let second = phone.client.pay(order)
        _ = await phone.surface.next()
        phone.backend.says(.approved)
        await phone.customerIsDone()
        let (one, other) = await (first, second)
        #expect(one == other)
        #expect(phone.backend.requests.filter { $0.kind == .start }.count == 1)
    }

    @Test func anOrderWithOtherContentIsBusy() async throws {
        let phone = try TestPhone()
        let paying = Task { await phone.client.pay(order) }
        _ = await phone.surface.next()
        guard case .notStarted(let error) = await phone.client.pay(Order(reference: "42", json: #"{"more": 1}"#)) else {
            Issue.record("started")
            return
        }
        #expect(error.reason == .orderBusy)
        #expect(error.localizedDescription == "The order has an unfinished payment.")
        #expect(error.recoverySuggestion?.isEmpty == false)
        paying.cancel()
        _ = await paying.value
    }

    @Test func anotherMethodIsSafeOnceTheBackendHasCanceled() async throws {
        let phone = try TestPhone()
        let paying = Task { await phone.client.pay(order) }
        let journey = await phone.surface.next()
        await phone.clock.settle()
        #expect(await phone.client.state(of: journey.attempt)?.canAbandon == true)
        try await phone.client.abandon(journey.attempt)
        guard case .canceled(let why) = await paying.value else {
            Issue.record("not canceled")
            return
        }
        #expect(why.reason == .byCustomer)
        await #expect(throws: StepUpError.unknownAttempt) { try await phone.client.abandon(journey.attempt) }
    }

    @Test func theSamePaymentCanBeOpenedElsewhere() async throws {
        let phone = try TestPhone(surfaces: [.authSession, .browser])
        let paying = Task { await phone.client.pay(order) }
        let first = await phone.surface.next()
        await phone.customerClosesTheSurface()
        try await phone.client.reopen(first.attempt, on: .browser)
        let second = await phone.surface.next()
        #expect(second.surface == .browser)
        #expect(second.url == first.url)
        phone.backend.says(.declined, reason: "no")
        await phone.customerIsDone()
        guard case .declined(let decline) = await paying.value else {
            Issue.record("not declined")
            return
        }
        #expect(decline.reason == "no")
    }

    @Test func theAppsOwnRequestStartsThePayment() async throws {
        let phone = try TestPhone()
        guard case .ready(let prepared) = await phone.client.prepare(order) else {
            Issue.record("not prepared")
            return
        }
        #expect(prepared.idempotencyKey.hasPrefix(prepared.attempt.rawValue))
        let body = Data(#"{"status": "approved", "details": {"receipt": "R2"}}"#.utf8)
        let told = try await phone.client.continuePayment(prepared.attempt, with: .answered(status: 200, body: body))
        #expect(told.isApproved)
        #expect(phone.backend.requests.isEmpty)
        guard case .ended(let again) = await phone.client.prepare(order) else {
            Issue.record("prepared again")
            return
        }
        #expect(again.isApproved, "a paid order is not prepared again")
    }

    @Test func credentialsThatFailAreNotNow() async throws {
        struct SignedOut: Error {}
        let isSignedIn = Locked(false)
        let (asked, asks) = AsyncStream.makeStream(of: Void.self)
        var configuration = TestPhone.configuration
        configuration.credentials = { _ in
            asks.yield()
            guard isSignedIn.use({ $0 }) else {
                throw SignedOut()
            }
            return ["Authorization": "Bearer SECRET"]
        }
        let phone = try TestPhone(configuration)
        phone.backend.says(.approved)
        let paying = Task { await phone.client.pay(order) }
        for await _ in asked {
            break
        }
        await phone.clock.settle()
        #expect(phone.backend.requests.isEmpty, "without them nothing is sent")
        isSignedIn.use { $0 = true }
        await phone.client.credentialsChanged()
        await phone.clock.advance(by: 5)
        #expect(await paying.value.isApproved)
    }

    @Test func aStatusSourceIsAskedInPlaceOfTheBackend() async throws {
        struct Offline: Error {}
        let asked = Locked<[StatusQuestion]>([])
        var configuration = TestPhone.configuration
        configuration.statusSource = { question in
            let count = asked.use { asked in
                asked.append(question)
                return asked.count
            }
            if count == 1 {
                throw Offline()
            }
            return .word(.approved, details: #"{"receipt": "R3"}"#)
        }
        let phone = try TestPhone(configuration)
        let paying = Task { await phone.client.pay(order) }
        let journey = await phone.surface.next()
        await phone.customerIsDone()
        while asked.use({ $0.count < 2 }) {
            await phone.clock.advance(by: 2)
        }
        #expect(await paying.value.isApproved)
        #expect(asked.use { $0.map(\.attempt) } == [journey.attempt, journey.attempt])
        #expect(phone.backend.requests.map(\.kind) == [.start])
    }

    @Test func whoeverSignsInLaterSeesNothingOfIt() async throws {
        let phone = try TestPhone()
        let paying = Task { await phone.client.pay(order) }
        _ = await phone.surface.next()
        await phone.client.setOwner("somebody else")
        guard case .undetermined(let unsettled) = await paying.value else {
            Issue.record("settled")
            return
        }
        #expect(unsettled.reason == .ownerChanged)
        await phone.clock.settle()
        #expect(await phone.client.unfinished.isEmpty)
    }

    @Test func theDoctorSaysWhatToFix() async throws {
        let phone = try TestPhone()
        let findings = await phone.client.doctor()
        #expect(!findings.isEmpty)
        #expect(findings.allSatisfy { !$0.code.isEmpty && !$0.problem.isEmpty })
    }

    @Test func theTraceTellsTheStoryWithoutSecrets() async throws {
        let phone = try TestPhone()
        phone.backend.says(.approved)
        let told = await phone.client.pay(order)
        let attempt = try #require(told.delivery.attempt)
        let trace = try #require(await phone.client.trace(of: attempt))
        #expect(trace.contains("Authorize"))
        #expect(!trace.contains("42"))
    }

    @Test func aClosedClientStartsNothing() async throws {
        let phone = try TestPhone()
        await phone.client.close()
        guard case .notStarted(let error) = await phone.client.pay(order) else {
            Issue.record("started")
            return
        }
        #expect(error.reason == .closed)
    }
}
