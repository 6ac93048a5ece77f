import Foundation
import KlarnaStepUp

/// A backend that says what the test tells it to, in the contract of `docs/backend-api.yaml`. As long as it is told nothing, a payment is
/// pending and has a journey.
public final class ScriptedBackend: Sendable {
    /// A request as it left the phone.
    public struct Request: Sendable, Hashable {
        /// What is asked.
        public let kind: Kind
        /// For which attempt.
        public let attempt: AttemptID
        /// The same at every send of the same request; nil for a question.
        public let idempotencyKey: String?
        /// The order with both links, of a start.
        public let body: Data?

        /// What a request asks.
        public enum Kind: Sendable, Hashable {
            /// Start the payment.
            case start
            /// How does it stand?
            case status
            /// Cancel it.
            case cancel
        }
    }

    /// What becomes of a request.
    public enum Answer: Sendable, Hashable {
        /// An answer: HTTP status and body.
        case reply(Int, String)
        /// The request is taken, and the answer is lost.
        case lost
        /// It provably never leaves the phone.
        case unreachable
    }

    /// Where the journeys are that it starts.
    public static let journey = "https://pay.test.klarna.com/eu/requests/journey/start"

    private struct State {
        var script: [Answer] = []
        var word = Word.pending
        var reason: String?
        var details: String?
        var isOffline = false
        var isDeaf = false
        var isDead = false
        var requests: [Request] = []
        var links: [AttemptID: (handover: String, completion: String)] = [:]
    }

    private let state = Locked(State())

    /// A backend that knows no payment.
    public init() {}

    /// What becomes of the next request that nothing was said about yet.
    public func then(_ answer: Answer) {
        state.use { $0.script.append(answer) }
    }

    /// From now on this is how payments stand.
    ///
    /// - Parameters:
    ///   - word: The backend's word.
    ///   - reason: Its reason, if it gives one.
    ///   - details: The receipt, as JSON.
    public func says(_ word: Word, reason: String? = nil, details: String? = nil) {
        state.use { state in
            state.word = word
            state.reason = reason
            state.details = details
        }
    }

    /// From now on the answer to every request for which nothing is scripted is lost.
    public func losesOtherAnswers(_ isDeaf: Bool = true) {
        state.use { $0.isDeaf = isDeaf }
    }

    /// All requests so far.
    public var requests: [Request] {
        state.use { $0.requests }
    }

    /// No request reaches it.
    public var isOffline: Bool {
        get { state.use { $0.isOffline } }
        set { state.use { $0.isOffline = newValue } }
    }

    /// The two links that the app gave for this attempt.
    package func links(of attempt: AttemptID) -> (handover: String, completion: String)? {
        state.use { $0.links[attempt] }
    }

    /// The same backend for the same app in a new process; to the old one nothing is said any more.
    package func afterRestart() -> ScriptedBackend {
        let other = ScriptedBackend()
        let kept = state.use { state in
            defer { state.isDead = true }
            return state
        }
        other.state.use { $0 = kept }
        return other
    }

    private func answer(_ request: Request, _ state: inout State) -> HTTPResult? {
        guard !state.isDead else {
            return nil
        }
        guard !state.isOffline else {
            return .notSent
        }
        state.requests.append(request)
        if let body = request.body.flatMap({ try? JSONSerialization.jsonObject(with: $0) }) as? [String: Any],
            let handover = body["app_return_url"] as? String, let completion = body["return_url"] as? String
        {
            state.links[request.attempt] = (handover, completion)
        }
        switch state.script.isEmpty ? nil : state.script.removeFirst() {
        case .reply(let status, let body): return .replied(status: UInt16(status), headers: [], body: Data(body.utf8))
        case .lost: return .maybeSent
        case .unreachable: return .notSent
        case nil where state.isDeaf: return .maybeSent
        case nil: break
        }
        if request.kind == .cancel, state.word == .pending {
            state.word = .canceled
        }
        var reply: [String: Any] = ["status": state.word.rawValue, "payment_id": request.attempt.rawValue]
        reply["reason"] = state.reason
        reply["details"] = state.details.flatMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) }
        if state.word == .pending {
            reply["klarna"] = ["payment_request_id": "krn:payment:test", "payment_request_url": Self.journey]
        }
        return .replied(status: 200, headers: [], body: (try? JSONSerialization.data(withJSONObject: reply)) ?? Data())
    }
}

extension ScriptedBackend: HTTPTransport {
    package func start(_ request: HTTPRequest, completion: HTTPCompletion) {
        let header = { (name: String) in request.headers.first { $0.name.lowercased() == name }?.value }
        let kind: Request.Kind = request.method == "GET" ? .status : request.url.hasSuffix("/cancel") ? .cancel : .start
        let asked = Request(
            kind: kind, attempt: AttemptID(rawValue: header("stepup-attempt") ?? ""), idempotencyKey: header("idempotency-key"),
            body: request.body)
        if let result = state.use({ answer(asked, &$0) }) {
            completion(result)
        }
    }

    package func cancel(_ id: UInt64) {}
}
