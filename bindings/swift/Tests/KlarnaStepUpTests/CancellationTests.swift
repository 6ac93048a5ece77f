import Foundation
import KlarnaStepUp
import KlarnaStepUpTesting
import Testing

/// Giving up waiting: it ends at once, and never cancels the payment.
@Suite struct CancellationTests {
    private let order = Order(reference: "42", json: "{}")

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func aCancelledTaskReturnsAtOnceAndThePaymentGoesOn() async throws {
        let phone = try TestPhone()
        let paying = Task { await phone.client.pay(order) }
        let journey = await phone.surface.next()
        paying.cancel()
        // No time passes on the virtual clock: whatever ends this wait is no timer.
        guard case .undetermined(let unsettled) = await paying.value else {
            Issue.record("settled")
            return
        }
        #expect(unsettled.reason == .stoppedWaiting)
        #expect(unsettled.delivery.attempt == journey.attempt)
        #expect(unsettled.delivery.outcome == nil, "there is nothing to acknowledge")

        var outcomes = phone.client.outcomes.makeAsyncIterator()
        phone.backend.says(.approved)
        await phone.customerIsDone()
        let told = try #require(await outcomes.next())
        #expect(told.isApproved, "the outcome comes by the stream")
        #expect(!phone.backend.requests.contains { $0.kind == .cancel })
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func aTaskThatWasCancelledBeforeStartsNothing() async throws {
        let phone = try TestPhone()
        let order = order
        let told = await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await phone.client.pay(order)
        }.value
        guard case .notStarted(let error) = told else {
            Issue.record("started")
            return
        }
        #expect(error.reason == .abandoned)
        phone.client.warmUp()
        await phone.clock.settle()
        #expect(phone.backend.requests.isEmpty)
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func howeverEarlyTheCancellationComesTheWaitEnds() async throws {
        let phone = try TestPhone()
        for number in 1...200 {
            let paying = Task { await phone.client.pay(Order(reference: "\(number % 20)", json: "{}")) }
            if number % 2 == 0 {
                await Task.yield()
            }
            paying.cancel()
            switch await paying.value {
            case .undetermined(let unsettled): #expect(unsettled.reason == .stoppedWaiting)
            case .notStarted(let error): #expect(error.reason == .abandoned)
            case let other: Issue.record("\(other)")
            }
        }
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func resumingIsGivenUpTheSameWay() async throws {
        let phone = try TestPhone()
        let paying = Task { await phone.client.pay(order) }
        let journey = await phone.surface.next()
        let resuming = Task { try await phone.client.resume(journey.attempt) }
        resuming.cancel()
        guard case .undetermined(let unsettled) = try await resuming.value else {
            Issue.record("settled")
            return
        }
        #expect(unsettled.reason == .stoppedWaiting)
        phone.backend.says(.approved)
        await phone.customerIsDone()
        #expect(await paying.value.isApproved, "the other wait is not ended with it")
    }
}
