import AuthenticationServices
import Foundation
import Testing
import UIKit

@testable import KlarnaStepUp

extension AppleShell {
    /// `ASWebAuthenticationSession`, through each of its ends.
    @Suite @MainActor struct WebSessionTests {
        private let heard = Heard()

        @Test func aJourneyIsShownOverTheWindowAndNeverEphemeral() async throws {
            let system = System()
            await system.present(.test(.authSession, heard))
            let session = try #require(Fake.started.first?.session, "it lives while the journey lasts")
            #expect(session.url.absoluteString == "https://pay.test.klarna.com/eu/requests/x/start")
            #expect(session.watched == .scheme("shop"))
            #expect(!session.startedEphemeral)
            #expect(Fake.anchors == [system.window])
            #expect(heard.reports == [.presented])
        }

        @Test func itEndsOnALink() async {
            let system = System()
            await system.present(.test(.authSession, heard))
            Fake.started[0].finish(URL(string: "shop://done?stepup=x"))
            await System.rest()
            #expect(heard.reports == [.presented, .closed("shop://done?stepup=x")])
            #expect(Fake.started[0].session == nil, "the session object goes with the journey")
        }

        /// Also the handover link ends a session that watches for a scheme: the core tells the two apart, not we.
        @Test func endingOnTheHandoverLinkIsToldWithThatLink() async {
            let system = System()
            await system.present(.test(.authSession, heard))
            Fake.started[0].finish(URL(string: "shop://klarna?stepup=x"))
            await System.rest()
            #expect(heard.reports == [.presented, .closed("shop://klarna?stepup=x")])
        }

        @Test func aLinkCountsWhateverErrorComesWithIt() async {
            let system = System()
            await system.present(.test(.authSession, heard, callback: Journey.https))
            Fake.started[0].finish(
                URL(string: "https://shop.example/klarna/done"), ASWebAuthenticationSessionError(.canceledLogin, failureReason: "?"))
            await System.rest()
            #expect(heard.reports == [.presented, .closed("https://shop.example/klarna/done")])
            #expect(Fake.started.count == 1)
        }

        @Test(arguments: [ASWebAuthenticationSessionError.Code.canceledLogin, .presentationContextNotProvided, .presentationContextInvalid])
        func everyErrorIsEvidenceAndNothingElse(_ code: ASWebAuthenticationSessionError.Code) async {
            let system = System()
            await system.present(.test(.authSession, heard))
            Fake.started[0].finish(nil, ASWebAuthenticationSessionError(code))
            await System.rest()
            #expect(heard.reports == [.presented, .closed(nil)])
        }

        @Test func anErrorOfAnotherKindIsEvidenceToo() async {
            let system = System()
            await system.present(.test(.authSession, heard, callback: Journey.https))
            Fake.started[0].finish(nil, URLError(.networkConnectionLost))
            await System.rest()
            #expect(heard.reports == [.presented, .closed(nil)])
        }

        @Test func neitherLinkNorErrorIsEvidenceToo() async {
            let system = System()
            await system.present(.test(.authSession, heard))
            Fake.started[0].finish()
            await System.rest()
            #expect(heard.reports == [.presented, .closed(nil)])
        }

        @Test func itMayEndOnAnyThreadAndTwice() async {
            let system = System()
            await system.present(.test(.authSession, heard))
            let web = Fake.started[0]
            await withCheckedContinuation { done in
                DispatchQueue.global().async {
                    web.finish(URL(string: "shop://done"))
                    web.finish(nil, ASWebAuthenticationSessionError(.canceledLogin))
                    done.resume()
                }
            }
            await System.rest()
            #expect(heard.reports == [.presented, .closed("shop://done")])
        }

        @Test func aSessionThatDoesNotStartLeavesTheNextSurface() async {
            let system = System()
            Fake.startAnswers = false
            await system.present(.test(.authSession, heard))
            #expect(heard.reports == [.failed(.unavailable)])
            Fake.startAnswers = true
            await system.present(.test(.authSession, heard, number: 2))
            #expect(heard.reports == [.failed(.unavailable), .presented], "it is not in the way of the next")
        }

        /// Below a system alert: not a reason to take the customer to the browser.
        @Test func aSessionThatDoesNotStartInAnInactiveSceneIsTriedAgain() async {
            let system = System()
            system.scene.activation = .foregroundInactive
            Fake.startAnswers = false
            await system.present(.test(.authSession, heard))
            #expect(heard.reports == [.failed(.noHost)])
        }

        @Test func anErrorBeforeStartReturnsIsToldOnce() async {
            let system = System()
            Fake.startAnswers = false
            Fake.saysInStart = ASWebAuthenticationSessionError(.presentationContextInvalid)
            await system.present(.test(.authSession, heard))
            #expect(heard.reports == [.failed(.unavailable)])
        }

        @Test func aSessionThatNeverEndsIsTakenAwayByTheCore() async throws {
            let system = System()
            let journey = Journey.test(.authSession, heard)
            await system.present(journey)
            let session = try #require(Fake.started[0].session)
            await system.dismiss(journey)
            #expect(session.isCanceled)
            #expect(heard.reports == [.presented], "no answer is wanted, and a cancel of ours is not the customer's")
            await system.present(.test(.authSession, heard, number: 2))
            #expect(heard.reports == [.presented, .presented])
        }

        @Test func aSessionThatWeCancelSaysSoToNobody() async {
            let system = System()
            Fake.saysCanceled = true
            let journey = Journey.test(.authSession, heard)
            await system.present(journey)
            await system.dismiss(journey)
            #expect(heard.reports == [.presented])
        }

        @Test func aDismissalOfAnOlderShowingTouchesNothing() async throws {
            let system = System()
            let old = Journey.test(.authSession, heard, number: 1)
            await system.present(old)
            await system.present(.test(.authSession, heard, number: 2))
            await system.dismiss(old)
            await system.dismiss(.test(.authSession, heard, attempt: "another", number: 2))
            #expect(try !#require(Fake.started[1].session).isCanceled)
        }

        @Test func theHandoverLinkNeverEndsASession() async throws {
            let system = System()
            let journey = Journey.test(.authSession, heard)
            await system.present(journey)
            system.presenter.forward(URL(string: "shop://klarna?stepup=x")!, to: journey)
            await System.rest()
            #expect(try !#require(Fake.started[0].session).isCanceled)
            #expect(heard.reports == [.presented])
        }

        @Test(arguments: [false, true]) func aSecondStartEndsTheFirst(saysCanceled: Bool) async throws {
            let system = System()
            Fake.saysCanceled = saysCanceled
            let second = Heard()
            await system.present(.test(.authSession, heard, attempt: "first"))
            let first = try #require(Fake.started[0].session)
            await system.present(.test(.authSession, second, attempt: "second"))
            #expect(first.isCanceled)
            #expect(heard.reports == [.presented, .closed(nil)], "the other attempt hears that its surface is gone")
            #expect(second.reports == [.presented])
            Fake.started[0].finish(URL(string: "shop://late"))
            await System.rest()
            #expect(heard.reports == [.presented, .closed(nil)])
            #expect(second.reports == [.presented], "what comes late of the first does not end the second")
            Fake.started[1].finish(URL(string: "shop://done"))
            await System.rest()
            #expect(second.reports == [.presented, .closed("shop://done")])
        }
    }
}
