/// Where a journey is shown.
public struct Surface: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// Its name.
    public let rawValue: String

    /// A surface by its name; one that nobody knows is like `.custom`.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Its name.
    public var description: String { rawValue }

    /// Klarna's own app, reached by its universal link.
    public static let klarnaApp = Surface(rawValue: "klarna-app")
    /// The system's web session for signing in (`ASWebAuthenticationSession`), with the customer's own cookies.
    public static let authSession = Surface(rawValue: "auth-session")
    /// The system's browser, outside the app.
    public static let browser = Surface(rawValue: "browser")
    /// The presenter that the app brings itself (`StepUpConfiguration.customPresenter`).
    public static let custom = Surface(rawValue: "custom")
    // Android's own: scenarios that every façade plays name them.
    package static let authTab = Surface(rawValue: "auth-tab")
    package static let customTab = Surface(rawValue: "custom-tab")
}
