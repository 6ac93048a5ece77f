/// https://developer.apple.com/documentation/uikit/uiscene
@MainActor open class UIScene: UIResponder {
    /// https://developer.apple.com/documentation/uikit/uiscene/activationstate-swift.enum
    public enum ActivationState: Int, Sendable {
        case unattached = -1
        case foregroundActive
        case foregroundInactive
        case background
    }

    /// https://developer.apple.com/documentation/uikit/uiscene/didactivatenotification
    public nonisolated class var didActivateNotification: NSNotification.Name {
        NSNotification.Name("UISceneDidActivateNotification")
    }

    /// https://developer.apple.com/documentation/uikit/uiscene/activationstate-swift.property
    public var activationState: ActivationState { activation }

    package var activation = ActivationState.foregroundActive
}

/// https://developer.apple.com/documentation/uikit/uiwindowscene
@MainActor open class UIWindowScene: UIScene {
    /// https://developer.apple.com/documentation/uikit/uiwindowscene/windows
    public var windows: [UIWindow] { all }
    /// https://developer.apple.com/documentation/uikit/uiwindowscene/keywindow (iOS 15)
    public var keyWindow: UIWindow? { all.first(where: \.isKeyWindow) }

    package var all: [UIWindow] = []
}

/// https://developer.apple.com/documentation/uikit/uiwindow
@MainActor open class UIWindow: UIResponder {
    /// https://developer.apple.com/documentation/uikit/uiwindow/windowscene
    public weak var windowScene: UIWindowScene?
    /// https://developer.apple.com/documentation/uikit/uiwindow/iskeywindow
    public var isKeyWindow: Bool { isKey }

    /// https://developer.apple.com/documentation/uikit/uiwindow/init(windowscene:)
    public init(windowScene: UIWindowScene) {
        self.windowScene = windowScene
        super.init()
        windowScene.all.append(self)
    }

    package var isKey = false
}
