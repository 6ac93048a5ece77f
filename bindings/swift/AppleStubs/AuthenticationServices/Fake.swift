import UIKit

/// The system's side of web sessions, played by a test.
@MainActor package enum Fake {
    /// What `start` answers.
    package static var startAnswers = true
    /// What the next calls of `start` answer, before `startAnswers` counts.
    package static var startAnswersInTurn: [Bool] = []
    /// What a session says before its `start` returns.
    package static var saysInStart: (any Error)?
    /// Whether a session that is canceled by the app says so.
    package static var saysCanceled = false
    /// The sessions that were started, oldest first. Not kept alive: that is the app's part.
    package static var started: [WebSession] = []
    /// The windows over which they were shown.
    package static var anchors: [ASPresentationAnchor] = []

    package static func reset() {
        startAnswers = true
        startAnswersInTurn = []
        saysInStart = nil
        saysCanceled = false
        started = []
        anchors = []
    }

    static func start(_ web: WebSession) -> Bool {
        started.append(web)
        if let session = web.session, let provider = session.presentationContextProvider {
            anchors.append(provider.presentationAnchor(for: session))
        }
        if let said = saysInStart {
            web.session?.completion(nil, said)
        }
        return startAnswersInTurn.isEmpty ? startAnswers : startAnswersInTurn.removeFirst()
    }

    static func canceled(_ web: WebSession) {
        if saysCanceled {
            web.session?.completion(nil, ASWebAuthenticationSessionError(.canceledLogin))
        }
    }
}

/// A session as a test sees it.
package struct WebSession: @unchecked Sendable {
    package private(set) weak var session: ASWebAuthenticationSession?
    private let completion: ASWebAuthenticationSession.CompletionHandler

    init(session: ASWebAuthenticationSession) {
        self.session = session
        completion = session.completion
    }

    /// The session ends. From any thread: Apple's page promises none.
    package func finish(_ url: URL? = nil, _ error: (any Error)? = nil) {
        completion(url, error)
    }
}
