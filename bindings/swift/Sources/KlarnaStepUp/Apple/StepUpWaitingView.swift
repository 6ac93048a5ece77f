#if canImport(SwiftUI) && canImport(UIKit)
import SwiftUI
import UIKit

/// The waiting screen: what is going on, and the two choices where the customer has to act.
///
/// Its text follows Dynamic Type and scrolls where it gets long, VoiceOver says each change, and nothing moves where motion is reduced.
public struct StepUpWaitingView: View {
    private let waiting: Waiting
    private let texts: WaitingTexts
    private let proceed: @MainActor () -> Void
    private let useAnotherMethod: @MainActor () -> Void
    @Environment(\.accessibilityReduceMotion) private var reduceMotion

    /// - Parameters:
    ///   - waiting: What `StepUpStatus` says.
    ///   - texts: What the screen says.
    ///   - proceed: *Continue*.
    ///   - useAnotherMethod: *Use another method*.
    public init(
        _ waiting: Waiting, texts: WaitingTexts = .standard, proceed: @escaping @MainActor () -> Void,
        useAnotherMethod: @escaping @MainActor () -> Void
    ) {
        self.waiting = waiting
        self.texts = texts
        self.proceed = proceed
        self.useAnotherMethod = useAnotherMethod
    }

    /// The screen.
    public var body: some View {
        ScrollView {
            VStack(spacing: 16) {
                if waiting.stage != .waiting {
                    if reduceMotion {
                        Text(verbatim: texts.busy).font(.body)
                    } else {
                        ProgressView().accessibilityLabel(Text(verbatim: texts.busy))
                    }
                }
                Text(verbatim: said.title).font(.headline).accessibilityAddTraits(.isHeader)
                Text(verbatim: said.text).font(.body)
                if waiting.offersContinue {
                    Button(action: proceed) { Text(verbatim: texts.continueWithKlarna) }
                }
                if waiting.offersAnotherMethod {
                    Button(action: useAnotherMethod) { Text(verbatim: texts.useAnotherMethod) }
                }
            }
            .padding()
        }
        .background(.regularMaterial)
        .accessibilityAddTraits(.isModal)
        .onAppear { announce(said) }
        .onChange(of: waiting.stage) { stage in announce(texts.text(at: stage)) }
    }

    private var said: WaitingTexts.Text { texts.text(at: waiting.stage) }

    private func announce(_ said: WaitingTexts.Text) {
        WaitingAnnouncement.post(said)
    }
}

/// What VoiceOver says of a change that nobody touched.
enum WaitingAnnouncement {
    @MainActor static func post(_ said: WaitingTexts.Text) {
        UIAccessibility.post(notification: .announcement, argument: said.title + " " + said.text)
    }
}
#endif
