#if canImport(UIKit)
import AuthenticationServices
import UIKit

/// A journey in web sessions of the system: one, or a second one where the system refused the first one's https callback.
///
/// However it ends, the end is evidence and no more. In particular `canceledLogin` also comes when a customer merely went to their bank's app.
@MainActor final class WebJourney: NSObject, ASWebAuthenticationPresentationContextProviding {
    private let journey: Journey
    private let window: UIWindow
    private let callbacks: CallbackSupport
    private let onEnd: (WebJourney) -> Void
    /// Kept as long as the journey lasts: a session that goes takes its page with it.
    private var session: ASWebAuthenticationSession?
    /// Counts the sessions: what an earlier one still says is of no interest.
    private var current = 0
    private var told = false
    private var over = false

    init(_ journey: Journey, over window: UIWindow, callbacks: CallbackSupport, onEnd: @escaping (WebJourney) -> Void) {
        self.journey = journey
        self.window = window
        self.callbacks = callbacks
        self.onEnd = onEnd
    }

    func shows(_ other: Journey) -> Bool {
        other.attempt == journey.attempt && other.number == journey.number
    }

    func start() {
        let watched = watchedFor()
        if run(watched) {
            return
        }
        // Whether a refused callback shows here or in the completion is not documented.
        if case .https? = watched, run(nil) {
            return
        }
        // Below a system alert or in a transition nothing can be shown for the moment; the scene's activation tries again.
        let isActive = window.windowScene?.activationState == .foregroundActive
        end { $0.failed(isActive ? .unavailable : .noHost) }
    }

    /// Takes the session away. The core asked for it and needs no answer.
    func cancel() {
        over = true
        session?.cancel()
        session = nil
    }

    /// Makes room for another journey.
    func supersede() {
        guard !over else { return }
        cancel()
        journey.closed()
    }

    func presentationAnchor(for session: ASWebAuthenticationSession) -> ASPresentationAnchor {
        window
    }

    private func watchedFor() -> Journey.Callback? {
        switch journey.callback {
        case .https: callbacks.https ? journey.callback : nil
        // The system takes no web scheme here. Without a callback the customer closes the page, or the backend's word does.
        case .scheme("https"), .scheme("http"): nil
        case .scheme: journey.callback
        }
    }

    private func run(_ watched: Journey.Callback?) -> Bool {
        current += 1
        let session = makeSession(watched)
        session.presentationContextProvider = self
        // Klarna forbids ephemeral sessions: the customer's own cookies are what logs them in.
        session.prefersEphemeralWebBrowserSession = false
        self.session = session
        guard session.start() else {
            self.session = nil
            return false
        }
        if !told {
            told = true
            journey.presented()
        }
        return true
    }

    private func makeSession(_ watched: Journey.Callback?) -> ASWebAuthenticationSession {
        switch watched {
        case .https(let host, let path):
            if #available(iOS 17.4, *) {
                let ended = listener(httpsCallback: true)
                return ASWebAuthenticationSession(
                    url: journey.url, callback: .https(host: host, path: path), completionHandler: ended)
            }
            return ASWebAuthenticationSession(
                url: journey.url, callbackURLScheme: nil, completionHandler: listener(httpsCallback: false))
        case .scheme(let scheme):
            return ASWebAuthenticationSession(
                url: journey.url, callbackURLScheme: scheme, completionHandler: listener(httpsCallback: false))
        case nil:
            return ASWebAuthenticationSession(
                url: journey.url, callbackURLScheme: nil, completionHandler: listener(httpsCallback: false))
        }
    }

    /// Apple's page does not say on which thread the completion comes, nor that it comes once.
    private func listener(httpsCallback: Bool) -> ASWebAuthenticationSession.CompletionHandler {
        { @Sendable [weak self, current] link, error in
            let refused = httpsCallback && link == nil && Self.isRefusal(error)
            DispatchQueue.main.async { [weak self] in
                MainActor.assumeIsolated { self?.ended(current, link, refused: refused) }
            }
        }
    }

    private func ended(_ session: Int, _ link: URL?, refused: Bool) {
        guard !over, session == current else { return }
        if refused {
            callbacks.refused()
            if run(nil) {
                return
            }
        }
        end { $0.closed(returning: link) }
    }

    private func end(_ tell: (Journey) -> Void) {
        over = true
        session = nil
        onEnd(self)
        tell(journey)
    }

    /// The system has no code for a refused callback: it says `canceledLogin` and explains itself, which it does not do when the customer
    /// closes the page (auth0/Auth0.swift#832, strelov1/freehire#1942).
    private nonisolated static func isRefusal(_ error: (any Error)?) -> Bool {
        guard let error = error as? ASWebAuthenticationSessionError else { return false }
        return error.code == .canceledLogin && !error.errorUserInfo.isEmpty
    }
}
#endif
