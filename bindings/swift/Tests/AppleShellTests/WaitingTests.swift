import AuthenticationServices
import Foundation
import Testing
import UIKit

@testable import KlarnaStepUp

extension AppleShell {
    /// What a waiting customer is shown, and what their two choices do: everything of the SwiftUI side but the views themselves.
    @Suite @MainActor struct WaitingTests {
        private func following(_ phone: Phone) -> (StepUpStatus, Task<Void, Never>) {
            let status = StepUpStatus(phone.client)
            return (status, Task { await status.follow() })
        }

        @Test func duringTheJourneyThereIsNothingToShow() async throws {
            let phone = try Phone()
            let (status, following) = following(phone)
            let outcome = phone.pay()
            _ = try await phone.session()
            _ = try await phone.state { $0.surface == .authSession }
            await System.rest()
            #expect(status.waiting == nil)
            phone.backend.say("approved")
            _ = await outcome.value
            following.cancel()
            await following.value
        }

        @Test func aCustomerWhoLeftIsOfferedBothChoicesAndGoesOn() async throws {
            let phone = try Phone()
            let (status, following) = following(phone)
            let outcome = phone.pay()
            try await phone.session().finish()
            await System.until { status.waiting?.stage == .waiting }
            #expect(status.waiting?.offersContinue == true)
            #expect(status.waiting?.offersAnotherMethod == true)
            status.proceed()
            _ = try await phone.session(2)
            await System.until { status.waiting == nil }
            phone.backend.say("approved")
            #expect(await outcome.value.isApproved)
            following.cancel()
            await following.value
        }

        @Test func anotherMethodIsTheBackendsWordToo() async throws {
            let phone = try Phone()
            let (status, following) = following(phone)
            let outcome = phone.pay()
            try await phone.session().finish()
            await System.until { status.waiting?.offersAnotherMethod == true }
            status.useAnotherMethod()
            guard case .canceled(let cancellation) = await outcome.value else {
                Issue.record("not canceled")
                return
            }
            #expect(cancellation.reason == .byCustomer)
            #expect(phone.backend.canceledHowOften == 1)
            await System.until { status.waiting == nil }
            following.cancel()
            await following.value
        }

        @Test func whenKlarnaIsDoneTheCustomerIsToldThatThePaymentIsBeingFinished() async throws {
            let phone = try Phone()
            let (status, following) = following(phone)
            let outcome = phone.pay()
            let session = try await phone.session()
            phone.backend.klarnaSays("COMPLETED")
            session.finish()
            await System.until { status.waiting?.stage == .finishing }
            #expect(status.waiting?.offersContinue == false && status.waiting?.offersAnotherMethod == false)
            phone.backend.say("approved")
            #expect(await outcome.value.isApproved)
            following.cancel()
            await following.value
        }

        @Test func aFlowTakesAButtonToAnOutcome() async throws {
            let phone = try Phone()
            let flow = StepUpFlow(phone.client)
            var dealtWith: [Outcome] = []
            flow.pay(Order(reference: "42", json: "{}")) { dealtWith.append($0) }
            flow.pay(Order(reference: "43", json: "{}")) { _ in Issue.record("a second tap pays nothing") }
            #expect(flow.isPaying && flow.outcome == nil)
            _ = try await phone.session()
            phone.backend.say("approved")
            await System.until { !flow.isPaying }
            #expect(flow.outcome?.isApproved == true)
            #expect(dealtWith.count == 1)
            // Acknowledged: it does not come again.
            while await !phone.client.unacknowledged.isEmpty {
                await System.rest()
            }
        }

        @Test func anOutcomeThatCouldNotBeDealtWithStays() async throws {
            let phone = try Phone()
            let flow = StepUpFlow(phone.client)
            flow.pay(Order(reference: "42", json: "{}")) { _ in throw CocoaError(.fileWriteOutOfSpace) }
            _ = try await phone.session()
            phone.backend.say("declined")
            await System.until { !flow.isPaying }
            #expect(await phone.client.unacknowledged.count == 1)
        }

        @Test func aFlowThatIsGoneStillDealsWithTheOutcome() async throws {
            let phone = try Phone()
            var flow: StepUpFlow? = StepUpFlow(phone.client)
            weak var gone = flow
            var outcomes: [Outcome] = []
            flow?.pay(Order(reference: "42", json: "{}")) { outcomes.append($0) }
            flow = nil
            _ = try await phone.session()
            #expect(gone == nil, "a screen that was left is let go")
            phone.backend.say("approved")
            await System.until { !outcomes.isEmpty }
            #expect(outcomes.first?.isApproved == true)
        }

        @Test func voiceOverSaysTitleAndText() {
            _ = System()
            let texts = WaitingTexts.inLanguage(of: ["sv"])
            WaitingAnnouncement.post(texts.text(at: .finishing))
            #expect(UIAccessibility.announced == ["Vi slutför din betalning Du är klar hos Klarna. Vi väntar på bekräftelsen."])
        }

        @Test func thePresentingWindowIsTheOneThatPayNames() async throws {
            let phone = try Phone()
            let other = UIWindowScene()
            let window = UIWindow(windowScene: other)
            UIApplication.shared.scenes.insert(other)
            phone.system.stage.prefer(window)
            let outcome = phone.pay()
            _ = try await phone.session()
            #expect(Fake.anchors == [window])
            phone.backend.say("approved")
            _ = await outcome.value
        }
    }
}
