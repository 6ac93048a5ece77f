import Foundation
import KlarnaStepUp
import SwiftUI
import Testing
import UIKit

// What an app writes, with what an app sees: this file imports the library as an app does.

private struct Shop: View {
    let client: StepUpClient
    @StateObject private var flow: StepUpFlow

    init(client: StepUpClient) {
        self.client = client
        _flow = StateObject(wrappedValue: StepUpFlow(client))
    }

    var body: some View {
        Button(action: pay) { Text(verbatim: flow.isPaying ? "…" : "Pay") }
            .stepUp(client) { url in print(url) }
    }

    private func pay() {
        flow.pay(Order(reference: "42", json: "{}")) { outcome in
            if outcome.isApproved {
                print("thank you")
            }
        }
    }
}

@MainActor private final class Delegate {
    let client: StepUpClient
    let window: UIWindow

    init(client: StepUpClient, window: UIWindow) {
        self.client = client
        self.window = window
    }

    func pay() async -> Bool {
        var isPaid = false
        await client.pay(Order(reference: "42", json: "{}"), presentingFrom: window) { outcome in
            isPaid = outcome.isApproved
        }
        return isPaid
    }

    func plain() async -> Outcome {
        await client.pay(Order(reference: "42", json: "{}"), ifBusy: .replace, presentingFrom: window)
    }

    func scene(_ activity: NSUserActivity) -> Bool {
        client.handle(activity).isOurs
    }

    func waitingScreen(_ status: StepUpStatus) -> (some View)? {
        status.waiting.map { waiting in
            StepUpWaitingView(
                waiting, texts: .inLanguage(of: ["de"]), proceed: { status.proceed() }, useAnotherMethod: { status.useAnotherMethod() })
        }
    }
}

extension AppleShell {
    /// The front door, as an app opens it.
    @Suite @MainActor struct PublicUseTests {
        @Test func aClientIsMadeForThisDeviceAndNothingElseIsNeeded() async throws {
            _ = System()
            let home = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            // Where Linux keeps what iOS keeps in Application Support.
            setenv("XDG_DATA_HOME", home.path, 1)
            defer {
                unsetenv("XDG_DATA_HOME")
                try? FileManager.default.removeItem(at: home)
            }
            let links = ReturnLinks(handover: "shop://klarna", completion: "shop-done://klarna")
            var configuration = StepUpConfiguration(backend: URL(string: "https://backend.invalid")!, links: links, environment: .test)
            configuration.policy.unsentBudget = 0
            let client = try StepUpClient(configuration: configuration)
            #expect(FileManager.default.fileExists(atPath: home.appendingPathComponent("KlarnaStepUp").path))
            let delegate = Delegate(client: client, window: UIWindow(windowScene: UIWindowScene()))
            let activity = NSUserActivity(activityType: NSUserActivityTypeBrowsingWeb)
            activity.webpageURL = URL(string: "https://elsewhere.example/")
            #expect(!delegate.scene(activity))
            // Nothing reaches a backend that does not exist.
            guard case .notStarted(let reason) = await delegate.plain() else {
                Issue.record("started")
                return
            }
            #expect(reason.reason == .unreachable)
            #expect(await !delegate.pay())
            let status = StepUpStatus(client)
            let following = Task { await status.follow() }
            #expect(delegate.waitingScreen(status) == nil)
            await client.close()
            await following.value
        }
    }
}
