#if canImport(UIKit)
import UIKit

/// Finds the window to present from. An app may have several, with or without scenes of its own making.
@available(iOSApplicationExtension, unavailable)
@MainActor final class PresentingWindows {
    /// The window that the app named last. The app owns it.
    weak var preferred: UIWindow?

    nonisolated init() {}

    /// The app's window if it is in front, otherwise the best one that is; nil: none is, and the system would show nothing.
    func current() -> UIWindow? {
        if let preferred, let scene = preferred.windowScene, scene.isInFront {
            return preferred
        }
        let scenes = UIApplication.shared.connectedScenes.compactMap { $0 as? UIWindowScene }
        let best = scenes.first { $0.activationState == .foregroundActive } ?? scenes.first(where: \.isInFront)
        return best?.keyWindow ?? best?.windows.first
    }
}

extension UIScene {
    /// Inactive is in front too: so is a scene below a system alert.
    fileprivate var isInFront: Bool {
        activationState == .foregroundActive || activationState == .foregroundInactive
    }
}
#endif
