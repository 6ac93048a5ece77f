import Foundation
import KlarnaStepUp
import KlarnaStepUpTesting
import Testing

/// `outcomes`, `events` and `states`: several consumers, nothing lost, the latest at once.
@Suite struct StreamTests {
    private let order = Order(reference: "42", json: "{}")

    /// A phone with an outcome that nobody waited for.
    private func phoneWithOutcome() async throws -> TestPhone {
        let phone = try TestPhone()
        let paying = Task { await phone.client.pay(order) }
        _ = await phone.surface.next()
        paying.cancel()
        _ = await paying.value
        phone.backend.says(.approved)
        await phone.customerIsDone()
        return phone
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func everyConsumerGetsEveryOutcomeOnceAlsoLate() async throws {
        let phone = try TestPhone()
        let consumers = (0..<5).map { _ in
            Task { await phone.client.outcomes.reduce(into: []) { $0.append($1.delivery.reference) } }
        }
        for number in 1...4 {
            phone.backend.says(.pending)
            let paying = Task { await phone.client.pay(Order(reference: "\(number)", json: "{}")) }
            _ = await phone.surface.next()
            paying.cancel()
            _ = await paying.value
            phone.backend.says(.approved)
            await phone.customerIsDone()
        }
        var late = phone.client.outcomes.makeAsyncIterator()
        var seen: Set<String> = []
        while seen.count < 4, let outcome = await late.next() {
            seen.insert(outcome.delivery.reference)
        }
        #expect(seen == ["1", "2", "3", "4"])
        await phone.clock.settle()
        await phone.client.close()
        #expect(await late.next() == nil, "closed: nothing more comes")
        for consumer in consumers {
            #expect(await consumer.value.sorted() == ["1", "2", "3", "4"])
        }
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func whatIsAcknowledgedDoesNotComeAgain() async throws {
        let phone = try await phoneWithOutcome()
        var first = phone.client.outcomes.makeAsyncIterator()
        let told = try #require(await first.next())
        await phone.client.acknowledge(told)
        await phone.clock.settle()
        await phone.client.close()
        #expect(await first.next() == nil)

        let again = try await phone.restart()
        again.client.warmUp()
        await again.clock.settle()
        #expect(await again.client.unacknowledged.isEmpty)
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func whatIsNotAcknowledgedComesAgainUnderTheSameId() async throws {
        let phone = try await phoneWithOutcome()
        var outcomes = phone.client.outcomes.makeAsyncIterator()
        let told = try #require(await outcomes.next())
        let again = try await phone.restart()
        var replayed = again.client.outcomes.makeAsyncIterator()
        #expect(await replayed.next() == told)
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func whatNobodyReadIsNotUsedUpByTimeAndRestarts() async throws {
        var phone = try await phoneWithOutcome()
        for _ in 1...3 {
            await phone.clock.settle()
            await phone.clock.advance(by: 20 * 24 * 60 * 60)
            phone = try await phone.restart()
            phone.client.warmUp()
        }
        var outcomes = phone.client.outcomes.makeAsyncIterator()
        #expect(await outcomes.next() != nil)
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func whatAWaiterReceivedIsNotStreamedAsWell() async throws {
        let phone = try TestPhone()
        phone.backend.says(.approved)
        let told = await phone.client.pay(order)
        var outcomes = phone.client.outcomes.makeAsyncIterator()
        await phone.clock.settle()
        await phone.client.close()
        #expect(await outcomes.next() == nil)
        let again = try await phone.restart()
        var replayed = again.client.outcomes.makeAsyncIterator()
        #expect(await replayed.next() == told, "but at the next start")
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func everyConsumerGetsEveryEventInOrder() async throws {
        let phone = try TestPhone()
        var early = phone.client.events.makeAsyncIterator()
        _ = await phoneWithPayment(phone)
        await phone.clock.settle()
        let late = phone.client.events
        await phone.client.close()
        var first: [StepUpEvent] = []
        while let event = await early.next() {
            first.append(event)
        }
        var second: [StepUpEvent] = []
        for await event in late {
            second.append(event)
        }
        #expect(first == second)
        #expect(first.first?.name == "StartSent")
        #expect(first.contains { $0.name == "SeenCompletionLink" })
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func theWaitingScreenSeesTheLatestStateAtOnceAndTheEnd() async throws {
        let phone = try TestPhone()
        let paying = Task { await phone.client.pay(order) }
        let journey = await phone.surface.next()
        await phone.clock.settle()
        var states = phone.client.states(of: journey.attempt).makeAsyncIterator()
        #expect(await states.next()?.phase == .inJourney)
        await phone.customerClosesTheSurface()
        let waiting = try #require(await states.next())
        #expect(waiting.isWaitingForCustomer)
        #expect(waiting.canReopen && waiting.canAbandon)
        phone.backend.says(.approved)
        try await phone.client.checkAgain(journey.attempt)
        #expect(await states.next()?.phase == .settled)
        #expect(await states.next() == nil)
        #expect(await paying.value.isApproved)
        var after = phone.client.states(of: journey.attempt).makeAsyncIterator()
        #expect(await after.next() == nil)
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func payWaitsLongerWhileTheWaitingScreenIsShown() async throws {
        for isShown in [false, true] {
            let phone = try TestPhone()
            let paying = Task { await phone.client.pay(order) }
            let journey = await phone.surface.next()
            await phone.clock.settle()
            let (shown, shows) = AsyncStream.makeStream(of: Void.self)
            let screen = Task {
                var states = phone.client.states(of: journey.attempt).makeAsyncIterator()
                shows.yield()
                while await states.next() != nil {}
            }
            if isShown {
                for await _ in shown {
                    break
                }
            } else {
                screen.cancel()
                await screen.value
            }
            await phone.customerClosesTheSurface()
            await phone.clock.advance(by: 70)
            if isShown {
                #expect(await phone.client.state(of: journey.attempt) != nil)
                phone.backend.says(.approved)
                await phone.clock.advance(by: 20)
                #expect(await paying.value.isApproved)
            } else {
                guard case .undetermined(let unsettled) = await paying.value else {
                    Issue.record("still waiting")
                    return
                }
                #expect(unsettled.reason == .customerLeft)
            }
            screen.cancel()
        }
    }

    private func phoneWithPayment(_ phone: TestPhone) async -> Outcome {
        let paying = Task { await phone.client.pay(order) }
        _ = await phone.surface.next()
        phone.backend.says(.approved)
        await phone.customerIsDone()
        return await paying.value
    }
}
