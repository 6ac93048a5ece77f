import Foundation
import SwiftUI
import UIKit

// What an app writes and the library does not: names of SwiftUI's and UIKit's that the guide's snippets use beyond the stand-ins, with Apple's signatures. Compiled
// with the snippets, never run.

// https://developer.apple.com/documentation/swiftui/app
@MainActor @preconcurrency protocol App {
    associatedtype Body: Scene
    @SceneBuilder @MainActor @preconcurrency var body: Body { get }
    @MainActor @preconcurrency init()
}

extension App {
    static func main() {}
}

// https://developer.apple.com/documentation/swiftui/scene
@MainActor @preconcurrency protocol Scene {}

// https://developer.apple.com/documentation/swiftui/scenebuilder
@resultBuilder enum SceneBuilder {
    static func buildBlock<Content: Scene>(_ content: Content) -> Content { content }
}

// https://developer.apple.com/documentation/swiftui/windowgroup
struct WindowGroup<Content: View>: Scene {
    nonisolated init(@ViewBuilder content: () -> Content) {}
}

// https://developer.apple.com/documentation/swiftui/button/init(_:action:)
extension Button where Label == Text {
    init<S: StringProtocol>(_ title: S, action: @escaping @MainActor () -> Void) {
        self.init(action: action) { Text(verbatim: String(title)) }
    }
}

// https://developer.apple.com/documentation/uikit/uiscenesession
@MainActor class UISceneSession: NSObject {}

// https://developer.apple.com/documentation/uikit/uiopenurlcontext
@MainActor class UIOpenURLContext: NSObject {
    var url: URL { URL(fileURLWithPath: "/") }
}

extension UIScene {
    // https://developer.apple.com/documentation/uikit/uiscene/connectionoptions
    @MainActor class ConnectionOptions: NSObject {
        var urlContexts: Set<UIOpenURLContext> { [] }
        var userActivities: Set<NSUserActivity> { [] }
    }
}

// https://developer.apple.com/documentation/uikit/uiwindowscenedelegate
@MainActor protocol UIWindowSceneDelegate: AnyObject {
    func scene(_ scene: UIScene, willConnectTo session: UISceneSession, options connectionOptions: UIScene.ConnectionOptions)
    func scene(_ scene: UIScene, openURLContexts URLContexts: Set<UIOpenURLContext>)
    func scene(_ scene: UIScene, continue userActivity: NSUserActivity)
}

// https://developer.apple.com/documentation/uikit/uiview
@MainActor class UIView: UIResponder {
    var window: UIWindow? { nil }
}

// https://developer.apple.com/documentation/uikit/uiviewcontroller
@MainActor class UIViewController: UIResponder {
    // swift-format-ignore: NeverUseImplicitlyUnwrappedOptionals
    var view: UIView! = UIView()
    var title: String?
}

// https://developer.apple.com/documentation/swiftui/uihostingcontroller
@MainActor class UIHostingController<Content: View>: UIViewController {
    init(rootView: Content) {}
}
