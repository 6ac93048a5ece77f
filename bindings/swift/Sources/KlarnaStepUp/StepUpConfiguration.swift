import Foundation

/// How a client is set up. Checked once, when the client is made.
public struct StepUpConfiguration: Sendable {
    /// The base URL of the Partner's or Acquiring Partner's backend; `/payments` follows.
    public var backend: URL
    /// The links on which the customer comes back.
    public var links: ReturnLinks
    /// Which Klarna hosts a journey may be on.
    public var environment: KlarnaEnvironment
    /// Tells backends apart in the journal; the origin of `backend` if not given.
    public var backendID: String?
    /// Hosts that a `redirect_url` may be on.
    public var redirectHosts: [String] = []
    /// Whether links carry the attempt's nonce.
    public var linkNonce: LinkNonce = .query
    /// How the start request names the two links.
    public var fieldNames = FieldNames()
    /// The backend's words where they differ from the contract's.
    public var words: [WordMapping] = []
    /// Headers for every request. Their values are never shown.
    public var headers: [String: String] = [:]
    /// Headers that expire, such as a token. Asked within ten seconds, with `true` if the backend answered 401 to the last ones. An error
    /// means: not now; `credentialsChanged()` asks again.
    public var credentials: (@Sendable (_ afterRejection: Bool) async throws -> [String: String])?
    /// Asks the backend in the app's own way, in place of the built-in requests for status and cancellation. An error means: no answer.
    public var statusSource: (@Sendable (StatusQuestion) async throws -> StatusAnswer)?
    /// The signed-in account at the start, as for `setOwner(_:adoptCurrent:)`.
    public var owner: String?
    /// When to ask and how long to wait.
    public var policy: ConfirmationPolicy = .standard
    /// Shows journeys on `Surface.custom`, before any other surface: an adapter around Klarna's own SDK, in an app that ships it.
    public var customPresenter: (any JourneyPresenter)?
    /// Lets an app that is not debuggable use the sandbox. Never in the App Store.
    public var allowsSandboxInRelease = false

    /// What every app has to say; the rest has defaults.
    public init(backend: URL, links: ReturnLinks, environment: KlarnaEnvironment = .live) {
        self.backend = backend
        self.links = links
        self.environment = environment
    }
}

extension StepUpConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without headers and account.
    public var description: String { "StepUpConfiguration(\(environment))" }
    /// As `description`.
    public var debugDescription: String { description }
    /// Shows no more than `description`.
    public var customMirror: Mirror { Mirror(self, children: ["environment": environment]) }
}

/// The links on which the customer comes back. Give the two different schemes where the app can.
public struct ReturnLinks: Sendable, Hashable {
    /// The `app_return_url`: brings the app to the front. Custom scheme (`shop://klarna`) or https (universal link).
    public var handover: String
    /// Where the web journey ends. May be the same as `handover`.
    public var completion: String
    /// The scheme, alone, that replaces https where the system does not bring https links to the app.
    public var fallbackScheme: String?

    /// Both links.
    public init(handover: String, completion: String, fallbackScheme: String? = nil) {
        self.handover = handover
        self.completion = completion
        self.fallbackScheme = fallbackScheme
    }
}

/// Which Klarna the app talks to.
public enum KlarnaEnvironment: Sendable, Hashable {
    /// Real money.
    case live
    /// Klarna's test system.
    case test
    /// The project's sandbox: http, loopback and these hosts, one by one and without port, are allowed as well.
    case sandbox(hosts: [String] = [])
}

/// Whether links carry the attempt's nonce.
public enum LinkNonce: Sendable, Hashable {
    /// As the query parameter `stepup`.
    case query
    /// Not at all, for acquirers that register exact URLs. Links can then only make us ask.
    case off
}

/// How the start request names the two links.
public struct FieldNames: Sendable, Hashable {
    /// The completion link.
    public var returnURL: String
    /// The handover link.
    public var appReturnURL: String

    /// The contract's names, or others.
    public init(returnURL: String = "return_url", appReturnURL: String = "app_return_url") {
        self.returnURL = returnURL
        self.appReturnURL = appReturnURL
    }
}

/// One word of the backend's own.
public struct WordMapping: Sendable, Hashable {
    /// As the backend writes it.
    public var text: String
    /// What it means.
    public var word: Word

    /// A word and its meaning.
    public init(_ text: String, means word: Word) {
        self.text = text
        self.word = word
    }
}

/// What the backend says about the payment.
public enum Word: String, Sendable, Hashable, CaseIterable {
    /// Not decided.
    case pending
    /// Paid.
    case approved
    /// Klarna or the backend said no.
    case declined
    /// Cancelled; no money can move.
    case canceled
    /// Not finished in time.
    case expired
    /// Went wrong; no money can move.
    case failed
}

/// What a status source is asked.
public struct StatusQuestion: Sendable, Hashable {
    /// The attempt.
    public let attempt: AttemptID
    /// The backend's name for the payment; the attempt's id where it gave none.
    public let payment: String
    /// Ask the backend to cancel the payment, rather than for its status.
    public let cancelsPayment: Bool
    /// Send it with a cancellation.
    public let idempotencyKey: String?
}

/// What the backend said to a status source.
public enum StatusAnswer: Sendable, Hashable {
    /// Its word, its reason, and details for the receipt as JSON of at most 8 KiB.
    case word(Word, reason: String? = nil, details: String? = nil)
    /// The backend does not know the payment.
    case notFound
}
