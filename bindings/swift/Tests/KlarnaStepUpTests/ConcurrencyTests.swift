import Foundation
import KlarnaStepUp
import KlarnaStepUpTesting
import Testing

/// Many callers at once, and clients that come and go.
@Suite struct ConcurrencyTests {
    private let order = Order(reference: "42", json: "{}")

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func aThousandLinksAtOnceAreOneCompletion() async throws {
        let phone = try TestPhone(surfaces: [.browser])
        let paying = Task { await phone.client.pay(order) }
        let journey = await phone.surface.next()
        await phone.clock.settle()
        let links = try #require(phone.backend.links(of: journey.attempt))
        let link = try #require(URL(string: links.completion))
        let dispositions = await withTaskGroup(of: LinkDisposition.self) { group in
            for _ in 0..<1000 {
                group.addTask { phone.client.handle(link) }
            }
            return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        #expect(dispositions == [.completion(journey.attempt): 1, .duplicate(journey.attempt): 999])
        phone.backend.says(.approved)
        await phone.clock.advance(by: 5)
        #expect(await paying.value.isApproved)
        #expect(phone.backend.requests.filter { $0.kind == .status }.count < 10, "nor are they a thousand questions")
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func callsGoOnWhileOthersWait() async throws {
        let phone = try TestPhone()
        let client = phone.client
        let waiting = (1...20).map { number in
            Task { await client.pay(Order(reference: "\(number)", json: "{}")) }
        }
        for _ in waiting {
            _ = await phone.surface.next()
        }
        await phone.clock.settle()
        let unfinished = await client.unfinished
        #expect(unfinished.count == 20)
        for attempt in unfinished {
            #expect(await client.state(of: attempt.id) != nil)
            try await client.checkAgain(attempt.id)
        }
        phone.backend.says(.approved)
        await phone.clock.advance(by: 20)
        for paying in waiting {
            #expect(await paying.value.isApproved)
        }
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func theHandlerMayCallTheClient() async throws {
        let phone = try TestPhone()
        phone.backend.says(.approved)
        let client = phone.client
        var second: Outcome?
        await client.pay(order) { outcome in
            await client.acknowledge(outcome)
            second = await client.pay(Order(reference: "43", json: "{}"))
        }
        #expect(second?.isApproved == true)
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func aClientThatIsLetGoOfIsGone() async throws {
        let journal = try TestJournal()
        weak var gone: StepUpClient?
        let (outcomes, events): (Outcomes, Events)
        do {
            let phone = try TestPhone(
                TestPhone.configuration, DeviceFacts(surfaces: [.authSession], httpsLinks: true), ScriptedBackend(), VirtualClock(), journal
            )
            let paying = Task { await phone.client.pay(order) }
            _ = await phone.surface.next()
            paying.cancel()
            _ = await paying.value
            gone = phone.client
            (outcomes, events) = (phone.client.outcomes, phone.client.events)
            #expect(gone != nil)
        }
        // Whoever reads on keeps nothing alive, and comes to an end.
        for await _ in outcomes {}
        for await _ in events {}
        #expect(gone == nil)

        // Its journal is free: a client of another configuration may have it.
        var other = TestPhone.configuration
        other.backendID = "another"
        let next = try TestPhone(
            other, DeviceFacts(surfaces: [.authSession], httpsLinks: true), ScriptedBackend(), VirtualClock(), journal)
        await next.client.close()
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func twoClientsOfOneJournalAreOne() async throws {
        let journal = try TestJournal()
        let facts = DeviceFacts(surfaces: [.authSession], httpsLinks: true)
        let first = try TestPhone(TestPhone.configuration, facts, ScriptedBackend(), VirtualClock(), journal)
        let second = try TestPhone(TestPhone.configuration, facts, ScriptedBackend(), VirtualClock(), journal)
        first.backend.says(.approved)
        var events = second.client.events.makeAsyncIterator()
        #expect(await second.client.pay(order).isApproved, "by the first one's backend")
        #expect(await events.next() != nil)
        #expect(second.backend.requests.isEmpty)

        var other = TestPhone.configuration
        other.backendID = "another"
        #expect(throws: StepUpError.journalInUse) {
            _ = try TestPhone(other, facts, ScriptedBackend(), VirtualClock(), journal)
        }
    }
}
