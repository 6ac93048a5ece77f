#if canImport(UIKit)
import UIKit

/// Shows journeys on the surfaces of iOS, and on nothing else: Klarna forbids browser views inside the app, and none can be reached.
///
/// The core calls off the main thread and in order; everything here happens on it, in the same order.
@available(iOSApplicationExtension, unavailable)
final class SurfacePresenter: JourneyPresenter {
    private let stage: Stage

    init(stage: Stage) {
        self.stage = stage
    }

    func present(_ journey: Journey) {
        onMain { $0.present(journey) }
    }

    func dismiss(_ journey: Journey) {
        onMain { $0.dismiss(journey) }
    }

    /// Links concern adapters of the app's own only. A handover link in particular never ends a web session: the customer is in the
    /// middle of it.
    func forward(_ link: URL, to journey: Journey) {}

    // The main queue and not a Task: tasks do not keep their order.
    private func onMain(_ act: @escaping @MainActor @Sendable (Stage) -> Void) {
        DispatchQueue.main.async { [stage] in
            MainActor.assumeIsolated { act(stage) }
        }
    }
}

/// What is on the screen because of us: at most one web session, whoever asked for it.
@available(iOSApplicationExtension, unavailable)
@MainActor final class Stage {
    /// The app's. The system shows one session at a time, so that clients share it.
    nonisolated static let shared = Stage(callbacks: CallbackSupport())

    let windows = PresentingWindows()
    nonisolated let callbacks: CallbackSupport
    private var web: WebJourney?

    nonisolated init(callbacks: CallbackSupport) {
        self.callbacks = callbacks
    }

    func present(_ journey: Journey) {
        switch journey.surface {
        case .klarnaApp: open(journey, options: [.universalLinksOnly: true])
        case .browser: open(journey, options: [:])
        case .authSession: presentWebSession(journey)
        default: journey.failed(.unavailable)
        }
    }

    /// The app named the window to present from.
    func prefer(_ window: UIWindow) {
        windows.preferred = window
    }

    func dismiss(_ journey: Journey) {
        guard let web, web.shows(journey) else { return }
        self.web = nil
        web.cancel()
    }

    /// Another app shows the journey from here on, so nothing tells when it is over: what became of it is for the backend to say.
    private func open(_ journey: Journey, options: [UIApplication.OpenExternalURLOptionsKey: Any]) {
        guard UIApplication.shared.applicationState != .background else {
            journey.failed(.noHost)
            return
        }
        UIApplication.shared.open(journey.url, options: options) { opened in
            if opened {
                journey.presented()
            } else {
                journey.failed(.unavailable)
            }
        }
    }

    private func presentWebSession(_ journey: Journey) {
        guard let window = windows.current() else {
            journey.failed(.noHost)
            return
        }
        // The system shows one session at a time. The older one may be another attempt's, which has to hear that it is gone.
        web?.supersede()
        let next = WebJourney(journey, over: window, callbacks: callbacks) { [weak self] ended in
            if self?.web === ended {
                self?.web = nil
            }
        }
        web = next
        next.start()
    }
}
#endif
