import AuthenticationServices
import Foundation
import Testing
import UIKit

@testable import KlarnaStepUp

extension AppleShell {
    /// What a session watches for, on systems before and after iOS 17.4, and what happens when the system refuses it.
    @Suite @MainActor struct CallbackTests {
        private let heard = Heard()
        private let refusal = ASWebAuthenticationSessionError(
            .canceledLogin, failureReason: "Application is not associated with domain shop.example.")

        @Test func anHttpsLinkIsWatchedForFrom17Point4On() async {
            let system = System(httpsCallback: true)
            await system.present(.test(.authSession, heard, callback: Journey.https))
            #expect(Fake.started[0].session?.watched == .https(host: "shop.example", path: "/klarna/done"))
        }

        @Test func olderSystemsWatchForNoHttpsLink() async {
            let system = System(httpsCallback: false)
            await system.present(.test(.authSession, heard, callback: Journey.https))
            #expect(Fake.started.count == 1)
            #expect(Fake.started[0].session.map { $0.watched == nil } == true)
            #expect(heard.reports == [.presented])
        }

        @Test(arguments: [true, false]) func aSchemeOfTheAppsIsWatchedForOnAllSystems(httpsCallback: Bool) async {
            let system = System(httpsCallback: httpsCallback)
            await system.present(.test(.authSession, heard, callback: .scheme("shop")))
            #expect(Fake.started[0].session?.watched == .scheme("shop"))
        }

        @Test(arguments: ["https", "http"]) func aWebSchemeIsNoCallback(scheme: String) async {
            let system = System()
            await system.present(.test(.authSession, heard, callback: .scheme(scheme)))
            #expect(Fake.started[0].session.map { $0.watched == nil } == true)
        }

        @Test func aRefusedCallbackFallsBackToASessionWithoutOne() async {
            let system = System()
            await system.present(.test(.authSession, heard, callback: Journey.https))
            Fake.started[0].finish(nil, refusal)
            await System.rest()
            #expect(Fake.started.count == 2)
            #expect(Fake.started[1].session.map { $0.watched == nil && !$0.startedEphemeral } == true)
            #expect(Fake.started[1].session?.url.absoluteString == "https://pay.test.klarna.com/eu/requests/x/start")
            #expect(heard.reports == [.presented], "the same showing goes on")
            Fake.started[1].finish(nil, ASWebAuthenticationSessionError(.canceledLogin))
            await System.rest()
            #expect(heard.reports == [.presented, .closed(nil)])
        }

        @Test func aRefusalInStartFallsBackToo() async {
            let system = System()
            Fake.startAnswersInTurn = [false, true]
            await system.present(.test(.authSession, heard, callback: Journey.https))
            #expect(Fake.started.count == 2)
            #expect(Fake.started[1].session.map { $0.watched == nil } == true)
            #expect(heard.reports == [.presented])
        }

        @Test func whatARefusedSessionSaysLateEndsNothing() async {
            let system = System()
            Fake.startAnswersInTurn = [false, true]
            await system.present(.test(.authSession, heard, callback: Journey.https))
            Fake.started[0].finish(nil, refusal)
            await System.rest()
            #expect(Fake.started.count == 2)
            #expect(heard.reports == [.presented])
        }

        @Test func aFallbackThatDoesNotStartIsASurfaceThatIsGone() async {
            let system = System()
            await system.present(.test(.authSession, heard, callback: Journey.https))
            Fake.startAnswers = false
            Fake.started[0].finish(nil, refusal)
            await System.rest()
            #expect(heard.reports == [.presented, .closed(nil)])
        }

        @Test func aFallbackIsTakenAwayByTheCoreToo() async throws {
            let system = System()
            let journey = Journey.test(.authSession, heard, callback: Journey.https)
            await system.present(journey)
            Fake.started[0].finish(nil, refusal)
            await System.rest()
            let second = try #require(Fake.started[1].session)
            await system.dismiss(journey)
            #expect(second.isCanceled)
            #expect(heard.reports == [.presented])
        }

        @Test func onceRefusedTheDeviceSaysSo() async {
            let system = System()
            let inquiry = DeviceInquiry(callbacks: system.callbacks, infoDictionary: nil)
            #expect(inquiry.facts().httpsLinks)
            await system.present(.test(.authSession, heard, callback: Journey.https))
            Fake.started[0].finish(nil, refusal)
            await System.rest()
            #expect(!inquiry.facts().httpsLinks, "the next attempt gets links with the app's own scheme")
        }

        /// A customer who closes the page is not asked again by another page.
        @Test func aPlainCancelIsNoRefusal() async {
            let system = System()
            await system.present(.test(.authSession, heard, callback: Journey.https))
            Fake.started[0].finish(nil, ASWebAuthenticationSessionError(.canceledLogin))
            await System.rest()
            #expect(Fake.started.count == 1)
            #expect(heard.reports == [.presented, .closed(nil)])
            #expect(system.callbacks.https)
        }

        @Test func aSchemeIsNeverRefused() async {
            let system = System()
            await system.present(.test(.authSession, heard))
            Fake.started[0].finish(nil, refusal)
            await System.rest()
            #expect(Fake.started.count == 1)
            #expect(heard.reports == [.presented, .closed(nil)])
        }
    }
}
