import Foundation
import Testing
import UIKit

@testable import KlarnaStepUp

extension AppleShell {
    /// Klarna's app and the browser: the journey goes on elsewhere.
    @Suite @MainActor struct OtherAppTests {
        private let heard = Heard()

        @Test func klarnasAppIsOpenedByUniversalLinkOnly() async throws {
            let system = System()
            system.application.answerToOpen = { _, _ in true }
            await system.present(.test(.klarnaApp, heard))
            let opened = try #require(system.application.opened.first)
            #expect(system.application.opened.count == 1)
            #expect(opened.universalLinksOnly)
            #expect(opened.url.absoluteString == "https://pay.test.klarna.com/eu/requests/x/start")
            #expect(heard.reports == [.presented])
        }

        @Test func withoutKlarnasAppTheNextSurfaceIsTried() async {
            let system = System()
            system.application.answerToOpen = { _, universalLinksOnly in !universalLinksOnly }
            await system.present(.test(.klarnaApp, heard))
            #expect(heard.reports == [.failed(.unavailable)])
            #expect(system.application.opened.count == 1, "no browser is opened behind the core's back")
        }

        @Test func theEscapeHatchIsTheSystemsBrowser() async throws {
            let system = System()
            system.application.answerToOpen = { _, _ in true }
            await system.present(.test(.browser, heard))
            let opened = try #require(system.application.opened.first)
            #expect(!opened.universalLinksOnly)
            #expect(heard.reports == [.presented])
        }

        @Test func whatRunsElsewhereIsNeverReportedClosed() async {
            let system = System()
            system.application.answerToOpen = { _, _ in true }
            let journey = Journey.test(.klarnaApp, heard)
            await system.present(journey)
            await system.dismiss(journey)
            #expect(heard.reports == [.presented])
        }

        @Test func inTheBackgroundNothingIsOpened() async {
            let system = System()
            system.application.state = .background
            await system.present(.test(.klarnaApp, heard))
            #expect(heard.reports == [.failed(.noHost)])
            #expect(system.application.opened.isEmpty)
        }

        @Test func anOpenThatIsNeverAnsweredHoldsNothingUp() async {
            let system = System()
            let silent = Heard()
            await system.present(.test(.klarnaApp, silent))
            await system.present(.test(.authSession, heard, number: 2))
            #expect(silent.reports.isEmpty, "the core's ten seconds decide")
            #expect(heard.reports == [.presented])
        }

        @Test(arguments: [Surface.custom, .authTab, .customTab, Surface(rawValue: "web-view")])
        func nothingElseCanBeReached(_ surface: Surface) async {
            let system = System()
            await system.present(.test(surface, heard))
            #expect(heard.reports == [.failed(.unavailable)])
            #expect(system.application.opened.isEmpty)
        }
    }
}
