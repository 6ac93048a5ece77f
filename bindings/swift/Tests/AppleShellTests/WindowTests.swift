import AuthenticationServices
import Foundation
import Testing
import UIKit

@testable import KlarnaStepUp

extension AppleShell {
    /// Which window a journey is shown over, in apps with one and with several.
    @Suite @MainActor struct WindowTests {
        private let heard = Heard()

        @Test func theWindowThatTheAppNamedIsTaken() async {
            let system = System()
            let other = UIWindowScene()
            let named = UIWindow(windowScene: other)
            system.application.scenes.insert(other)
            system.stage.windows.preferred = named
            await system.present(.test(.authSession, heard))
            #expect(Fake.anchors == [named])
        }

        @Test func aNamedWindowInTheBackgroundGivesWayToOneInFront() async {
            let system = System()
            let other = UIWindowScene()
            let named = UIWindow(windowScene: other)
            system.stage.windows.preferred = named
            other.activation = .background
            system.application.scenes.insert(other)
            await system.present(.test(.authSession, heard))
            #expect(Fake.anchors == [system.window])
        }

        @Test func aNamedWindowIsNotKeptAlive() async {
            let system = System()
            weak var gone: UIWindow?
            do {
                let scene = UIWindowScene()
                let named = UIWindow(windowScene: scene)
                system.stage.windows.preferred = named
                gone = named
            }
            #expect(gone == nil)
            await system.present(.test(.authSession, heard))
            #expect(Fake.anchors == [system.window])
        }

        @Test func anActiveSceneComesBeforeAnInactiveOne() async {
            let system = System()
            system.scene.activation = .foregroundInactive
            let active = UIWindowScene()
            let window = UIWindow(windowScene: active)
            system.application.scenes.insert(active)
            await system.present(.test(.authSession, heard))
            #expect(Fake.anchors == [window])
        }

        /// A system alert makes a scene inactive.
        @Test func anInactiveSceneIsGoodEnough() async {
            let system = System()
            system.scene.activation = .foregroundInactive
            await system.present(.test(.authSession, heard))
            #expect(Fake.anchors == [system.window])
        }

        @Test(arguments: [UIScene.ActivationState.background, .unattached])
        func withoutAWindowInFrontTheCoreIsToldSo(_ state: UIScene.ActivationState) async {
            let system = System()
            system.scene.activation = state
            await system.present(.test(.authSession, heard))
            #expect(heard.reports == [.failed(.noHost)])
            #expect(Fake.started.isEmpty)
        }

        @Test func withoutAWindowARunningSessionIsLeftAlone() async throws {
            let system = System()
            await system.present(.test(.authSession, heard))
            system.scene.activation = .background
            await system.present(.test(.authSession, heard, attempt: "another"))
            #expect(heard.reports == [.presented, .failed(.noHost)])
            #expect(try !#require(Fake.started[0].session).isCanceled)
        }
    }
}
