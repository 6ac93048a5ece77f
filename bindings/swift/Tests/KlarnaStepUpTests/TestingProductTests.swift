import Foundation
import KlarnaStepUp
import KlarnaStepUpTesting
import Testing

/// The testing product does to an app's tests what its faults are called.
@Suite struct TestingProductTests {
    private let order = Order(reference: "42", json: "{}")

    private func payment(_ fault: Fault, surfaces: [Surface] = [.authSession]) async throws -> (TestPhone, Task<Outcome, Never>) {
        let phone = try TestPhone(surfaces: surfaces)
        let paying = Task { await phone.client.pay(order) }
        _ = await phone.surface.next()
        await phone.clock.settle()
        phone.inject(fault)
        phone.backend.says(.approved)
        return (phone, paying)
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func doubleLink() async throws {
        let (phone, paying) = try await payment(.doubleLink)
        await phone.customerIsDone()
        #expect(await paying.value.isApproved)
        #expect(await phone.client.unacknowledged.count == 1)
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func lateLink() async throws {
        let (phone, paying) = try await payment(.lateLink)
        await phone.customerIsDone()
        await phone.clock.advance(by: 10)
        let told = await paying.value
        #expect(told.isApproved, "the backend is asked anyway")
        #expect(await phone.lateLinkArrives() == .late(told.delivery.attempt))
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func idle60s() async throws {
        let (phone, paying) = try await payment(.idle60s)
        let before = phone.clock.date
        await phone.customerIsDone()
        #expect(phone.clock.date.timeIntervalSince(before) == 60)
        #expect(await paying.value.isApproved, "the link never came, and the backend was asked")
        #expect(phone.surface.dismissed.count == 1)
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func offline() async throws {
        let (phone, paying) = try await payment(.offline)
        let asked = phone.backend.requests.count
        await phone.customerIsDone()
        await phone.clock.advance(by: 30)
        #expect(phone.backend.requests.count == asked)
        await phone.comesOnline()
        await phone.clock.advance(by: 180)
        #expect(await paying.value.isApproved)
    }

    /// At each step of a payment in turn, the app dies and is started again: the payment is known to the journal, or was never started.
    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(2))) func killAtEveryStep() async throws {
        var deaths = 0
        for step in 1...100 {
            let phone = try TestPhone()
            phone.inject(.killAtStep(step))
            let paying = Task { await phone.client.pay(order) }
            let playing = Task {
                _ = await phone.surface.next()
                await phone.clock.settle()
                phone.backend.says(.approved)
                await phone.customerIsDone()
            }
            // Whichever comes first: that the app is ended, or that it comes to its end.
            let (ends, end) = AsyncStream.makeStream(of: Bool.self)
            Task {
                await phone.dies()
                end.yield(true)
            }
            Task {
                _ = await paying.value
                end.yield(false)
            }
            var isDead = false
            for await first in ends {
                isDead = first
                break
            }
            guard isDead else {
                break
            }
            deaths += 1
            phone.backend.says(.approved)
            let again = try await phone.restart()
            playing.cancel()
            await again.clock.advance(by: 300)
            let told = await again.client.pay(order)
            #expect(told.isApproved, "killed at step \(step): \(told)")
            let keys = Set(again.backend.requests.filter { $0.kind == .start }.map(\.idempotencyKey))
            #expect(keys.count <= 1, "killed at step \(step): one payment")
        }
        #expect(deaths > 10)
        print("killed at \(deaths) steps")
    }
}
