import Foundation
import Network
import Testing
import UIKit

@testable import KlarnaStepUp

extension AppleShell {
    /// What the core hears of the app coming and going.
    @Suite @MainActor struct LifeCycleTests {
        private let center = NotificationCenter()
        private let network = NWPathMonitor()
        private let told = Told()

        /// What was told, in order.
        private final class Told: @unchecked Sendable {
            private let lock = NSLock()
            private var list: [String] = []

            var all: [String] {
                lock.lock()
                defer { lock.unlock() }
                return list
            }

            func add(_ name: String) {
                lock.lock()
                defer { lock.unlock() }
                list.append(name)
            }
        }

        private func started() async -> AppLifeCycle {
            let lifeCycle = AppLifeCycle(center: center, network: network)
            lifeCycle.start(LifeCycleSignals { [told] in told.add("\($0)") })
            await System.rest()
            return lifeCycle
        }

        @Test func anAppInFrontSaysNothingAtFirst() async {
            _ = System()
            let lifeCycle = await started()
            #expect(told.all.isEmpty)
            lifeCycle.stop()
        }

        @Test func anAppLaunchedInTheBackgroundSaysSo() async {
            let system = System()
            system.application.state = .background
            let lifeCycle = await started()
            #expect(told.all == ["background"])
            lifeCycle.stop()
        }

        @Test func goingAndComingIsTold() async {
            _ = System()
            let lifeCycle = await started()
            center.post(name: UIApplication.didEnterBackgroundNotification, object: nil)
            center.post(name: UIApplication.willEnterForegroundNotification, object: nil)
            #expect(told.all == ["background", "foreground"])
            lifeCycle.stop()
        }

        /// iOS brings the app forward first and hands over the link afterwards: the foreground must have been told by then.
        @Test func theForegroundIsToldBeforeTheLink() async {
            _ = System()
            let lifeCycle = await started()
            center.post(name: UIApplication.willEnterForegroundNotification, object: nil)
            told.add("link")
            #expect(told.all == ["foreground", "link"])
            lifeCycle.stop()
        }

        /// Two windows of an iPad: one of them going away is not the app going away, and either of them coming forward is a window.
        @Test func aSceneOfSeveralIsNotTheApp() async {
            let system = System()
            let lifeCycle = await started()
            let other = UIWindowScene()
            system.application.scenes.insert(other)
            center.post(name: UIScene.didActivateNotification, object: other)
            #expect(told.all == ["hostAttached"])
            lifeCycle.stop()
        }

        @Test func anotherNetworkIsTold() async {
            _ = System()
            let lifeCycle = await started()
            #expect(network.isRunning)
            network.find(NWPath(.satisfied, interface: "en0"))
            #expect(told.all.isEmpty, "the first is the one there is")
            network.find(NWPath(.satisfied, interface: "en0"))
            #expect(told.all.isEmpty, "nothing changed")
            network.find(NWPath(.unsatisfied))
            #expect(told.all.isEmpty, "there is nobody to ask")
            network.find(NWPath(.satisfied, interface: "pdp_ip0"))
            #expect(told.all == ["networkChanged"])
            lifeCycle.stop()
            #expect(!network.isRunning)
        }

        @Test func afterTheEndNothingIsTold() async {
            _ = System()
            let lifeCycle = await started()
            lifeCycle.stop()
            center.post(name: UIApplication.willEnterForegroundNotification, object: nil)
            #expect(told.all.isEmpty)
        }
    }
}
