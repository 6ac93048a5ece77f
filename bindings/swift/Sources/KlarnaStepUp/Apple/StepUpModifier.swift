#if canImport(SwiftUI) && canImport(UIKit)
import SwiftUI
import UIKit

extension View {
    /// Wires a client into the app: links, coming to the front, and the waiting screen over this view while it is needed. Put it once, around
    /// the app's content.
    ///
    /// - Parameters:
    ///   - client: The app's client.
    ///   - texts: What the waiting screen says.
    ///   - otherLink: Gets the links that are not the client's.
    public nonisolated func stepUp(
        _ client: StepUpClient, texts: WaitingTexts = .standard, otherLink: @escaping @MainActor (URL) -> Void = { _ in }
    ) -> some View {
        modifier(StepUpModifier(client: client, texts: texts, otherLink: otherLink))
    }
}

struct StepUpModifier: ViewModifier {
    private let client: StepUpClient
    private let texts: WaitingTexts
    private let otherLink: @MainActor (URL) -> Void
    @StateObject private var status: StepUpStatus
    @Environment(\.scenePhase) private var scenePhase

    nonisolated init(client: StepUpClient, texts: WaitingTexts, otherLink: @escaping @MainActor (URL) -> Void) {
        self.client = client
        self.texts = texts
        self.otherLink = otherLink
        _status = StateObject(wrappedValue: StepUpStatus(client))
    }

    func body(content: Content) -> some View {
        content
            .overlay {
                if let waiting = status.waiting {
                    StepUpWaitingView(
                        waiting, texts: texts, proceed: { status.proceed() }, useAnotherMethod: { status.useAnotherMethod() })
                }
            }
            .task { await status.follow() }
            .onOpenURL { url in take(url) }
            .onContinueUserActivity(NSUserActivityTypeBrowsingWeb) { activity in activity.webpageURL.map(take) }
            // A client that was made after its scene became active has missed UIKit's notification of it.
            .onChange(of: scenePhase) { phase in
                if phase == .active {
                    client.signal(.hostAttached)
                }
            }
    }

    private func take(_ url: URL) {
        if !client.handle(url).isOurs {
            otherLink(url)
        }
    }
}
#endif
