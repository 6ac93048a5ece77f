import AuthenticationServices
import Foundation
import Testing
import UIKit

@testable import KlarnaStepUp

extension AppleShell {
    /// Whole payments: the real client and library, the whole shell, a system played by the test.
    @Suite @MainActor struct JourneyTests {
        @Test func aSessionThatEndsOnTheCompletionLinkLeadsToTheBackendsWord() async throws {
            let phone = try Phone()
            let outcome = phone.pay()
            let web = try await phone.session()
            #expect(web.session?.watched == .scheme("shop-done"))
            phone.backend.say("approved")
            web.finish(phone.backend.completionLink)
            #expect(await outcome.value.isApproved)
        }

        /// The core ends the session, and the shell by itself never.
        @Test func aCompletionLinkThatComesToTheAppEndsTheSession() async throws {
            let phone = try Phone()
            let outcome = phone.pay()
            let session = try #require(await phone.session().session)
            guard case .completion = phone.client.handle(phone.backend.completionLink) else {
                Issue.record("not the completion link")
                return
            }
            await System.until { session.isCanceled }
            phone.backend.say("declined")
            guard case .declined = await outcome.value else {
                Issue.record("the backend's word is the outcome")
                return
            }
        }

        @Test func aHandoverLinkLeavesTheSessionUpUntilTheBackendsWord() async throws {
            let phone = try Phone()
            let outcome = phone.pay()
            let session = try #require(await phone.session().session)
            guard case .handover(let attempt) = phone.client.handle(phone.backend.handoverLink) else {
                Issue.record("not the handover link")
                return
            }
            try await phone.client.checkAgain(attempt)
            await System.rest()
            #expect(!session.isCanceled)
            phone.backend.say("approved")
            #expect(await outcome.value.isApproved)
            // A final word takes the surface away.
            await System.until { session.isCanceled }
        }

        @Test func aCustomerWhoClosesThePageIsAskedAndNotCanceled() async throws {
            let phone = try Phone()
            let outcome = phone.pay()
            try await phone.session().finish(nil, ASWebAuthenticationSessionError(.canceledLogin))
            let waiting = try await phone.state(where: \.isWaitingForCustomer)
            #expect(waiting.canReopen && waiting.canAbandon)
            try await phone.client.reopen(waiting.id)
            _ = try await phone.session(2)
            phone.backend.say("approved")
            #expect(await outcome.value.isApproved)
            #expect(phone.backend.canceledHowOften == 0)
        }

        @Test func aSessionThatEndsOnTheHandoverLinkWaitsForTheCustomer() async throws {
            // One scheme for both: the session ends on either.
            let phone = try Phone(handover: "shop://klarna", completion: "shop://klarna/done")
            let outcome = phone.pay()
            try await phone.session().finish(phone.backend.handoverLink)
            _ = try await phone.state(where: \.isWaitingForCustomer)
            phone.backend.say("approved")
            #expect(await outcome.value.isApproved)
        }

        @Test func klarnasAppIsTriedFirst() async throws {
            let phone = try Phone()
            phone.system.application.answerToOpen = { _, universalLinksOnly in universalLinksOnly }
            let outcome = phone.pay()
            _ = try await phone.state { $0.surface == .klarnaApp }
            phone.backend.say("approved")
            #expect(await outcome.value.isApproved)
            #expect(Fake.started.isEmpty)
        }

        @Test func theBrowserIsTheEscapeHatch() async throws {
            let phone = try Phone()
            let outcome = phone.pay()
            let session = try #require(await phone.session().session)
            let attempt = try #require(await phone.client.unfinished.first)
            phone.system.application.answerToOpen = { _, universalLinksOnly in !universalLinksOnly }
            try await phone.client.reopen(attempt.id, on: .browser)
            // Two surfaces at once would confuse.
            await System.until { session.isCanceled && phone.system.application.opened.count == 2 }
            #expect(phone.system.application.opened.map(\.universalLinksOnly) == [true, false])
            phone.backend.say("approved")
            #expect(await outcome.value.isApproved)
        }

        @Test func anAppWithoutAWindowShowsTheJourneyWhenItHasOne() async throws {
            let phone = try Phone()
            phone.system.scene.activation = .background
            let outcome = phone.pay()
            _ = try await phone.state { $0.phase == .inJourney && $0.surface == nil }
            await System.rest()
            #expect(Fake.started.isEmpty)
            phone.system.scene.activation = .foregroundActive
            NotificationCenter.default.post(name: UIScene.didActivateNotification, object: phone.system.scene)
            _ = try await phone.session()
            phone.backend.say("approved")
            #expect(await outcome.value.isApproved)
        }

        /// iOS brings the app forward before it hands over the link.
        @Test func theForegroundComesBeforeTheLink() async throws {
            let phone = try Phone()
            let outcome = phone.pay()
            _ = try await phone.session()
            NotificationCenter.default.post(name: UIApplication.didEnterBackgroundNotification, object: nil)
            NotificationCenter.default.post(name: UIApplication.willEnterForegroundNotification, object: nil)
            guard case .completion = phone.client.handle(phone.backend.completionLink) else {
                Issue.record("not the completion link")
                return
            }
            phone.backend.say("approved")
            #expect(await outcome.value.isApproved)
        }

        @Test func aRefusedHttpsCallbackLeavesTheBackendsWord() async throws {
            let phone = try Phone(
                handover: "https://shop.example/klarna", completion: "https://shop.example/klarna/done", fallback: "shop")
            let outcome = phone.pay()
            let first = try await phone.session()
            #expect(first.session?.watched == .https(host: "shop.example", path: "/klarna/done"))
            first.finish(nil, ASWebAuthenticationSessionError(.canceledLogin, failureReason: "not associated"))
            let second = try #require(await phone.session(2).session)
            #expect(second.watched == nil)
            phone.backend.say("approved")
            #expect(await outcome.value.isApproved)
            await System.until { second.isCanceled }
        }

        /// Below iOS 17.4 the links that the backend gets have the app's own scheme.
        @Test func anOlderSystemUsesTheAppsOwnScheme() async throws {
            let phone = try Phone(
                handover: "https://shop.example/klarna", completion: "https://shop.example/klarna/done", fallback: "shop",
                httpsCallback: false)
            let outcome = phone.pay()
            let web = try await phone.session()
            #expect(web.session?.watched == .scheme("shop"))
            #expect(phone.backend.completionLink.scheme == "shop")
            phone.backend.say("approved")
            web.finish(phone.backend.completionLink)
            #expect(await outcome.value.isApproved)
        }

        @Test func anActivityIsALink() async throws {
            let phone = try Phone(handover: "https://shop.example/klarna", completion: "https://shop.example/klarna/done")
            let outcome = phone.pay()
            _ = try await phone.session()
            let activity = NSUserActivity(activityType: NSUserActivityTypeBrowsingWeb)
            #expect(phone.client.handle(activity) == .notOurs, "an activity without an address")
            activity.webpageURL = phone.backend.completionLink
            guard case .completion = phone.client.handle(activity) else {
                Issue.record("not the completion link")
                return
            }
            phone.backend.say("approved")
            #expect(await outcome.value.isApproved)
        }

        @Test(arguments: [
            (["shop", "shop-done"], nil), ([], "scheme-not-registered"), (["other"], "scheme-not-registered"),
            (["shop", "shop-done", "shop-done"], "scheme-registered-twice"),
        ]) func theDoctorReadsInfoPlist(schemes: [String], expected: String?) async throws {
            let phone = try Phone(schemes: schemes)
            let codes = await phone.client.doctor().map(\.code).filter { $0.hasPrefix("scheme-") }
            #expect(codes == [expected].compactMap { $0 })
        }
    }
}
