/// https://developer.apple.com/documentation/uikit/uiapplication
@MainActor open class UIApplication: UIResponder {
    /// https://developer.apple.com/documentation/uikit/uiapplication/shared
    @available(iOSApplicationExtension, unavailable)
    public class var shared: UIApplication { system }

    /// https://developer.apple.com/documentation/uikit/uiapplication/state
    public enum State: Int, Sendable {
        case active
        case inactive
        case background
    }

    /// https://developer.apple.com/documentation/uikit/uiapplication/openexternalurloptionskey
    public struct OpenExternalURLOptionsKey: RawRepresentable, Hashable, Sendable {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// https://developer.apple.com/documentation/uikit/uiapplication/openexternalurloptionskey/universallinksonly
        public static let universalLinksOnly = Self(rawValue: "UIApplicationOpenURLOptionUniversalLinksOnly")
    }

    /// https://developer.apple.com/documentation/uikit/uiapplication/willenterforegroundnotification
    public nonisolated class var willEnterForegroundNotification: NSNotification.Name {
        NSNotification.Name("UIApplicationWillEnterForegroundNotification")
    }
    /// https://developer.apple.com/documentation/uikit/uiapplication/didenterbackgroundnotification
    public nonisolated class var didEnterBackgroundNotification: NSNotification.Name {
        NSNotification.Name("UIApplicationDidEnterBackgroundNotification")
    }

    /// https://developer.apple.com/documentation/uikit/uiapplication/applicationstate
    public var applicationState: State { state }
    /// https://developer.apple.com/documentation/uikit/uiapplication/connectedscenes
    public var connectedScenes: Set<UIScene> { scenes }

    /// https://developer.apple.com/documentation/uikit/uiapplication/open(_:options:completionhandler:)
    open func open(
        _ url: URL, options: [OpenExternalURLOptionsKey: Any] = [:],
        completionHandler completion: (@MainActor @Sendable (Bool) -> Void)? = nil
    ) {
        let universalLinksOnly = options[.universalLinksOnly] as? Bool ?? false
        opened.append(Opened(url: url, universalLinksOnly: universalLinksOnly, completion: completion))
        if let answer = answerToOpen?(url, universalLinksOnly) {
            completion?(answer)
        }
    }

    // The system, played by a test.

    /// One call of `open`.
    package struct Opened {
        package let url: URL
        package let universalLinksOnly: Bool
        package let completion: (@MainActor @Sendable (Bool) -> Void)?
    }

    package static let system = UIApplication()
    package var state = State.active
    package var scenes: Set<UIScene> = []
    package var opened: [Opened] = []
    /// What `open` answers; nil: nothing, ever.
    package var answerToOpen: ((URL, Bool) -> Bool?)?

    /// A fresh app, in front and without a window.
    package func reset() {
        state = .active
        scenes = []
        opened = []
        answerToOpen = nil
    }
}
