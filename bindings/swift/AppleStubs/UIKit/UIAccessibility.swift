/// https://developer.apple.com/documentation/uikit/uiaccessibility-enum
public enum UIAccessibility {
    /// https://developer.apple.com/documentation/uikit/uiaccessibility/notification
    public struct Notification: Hashable, Sendable {
        let rawValue: UInt32

        /// https://developer.apple.com/documentation/uikit/uiaccessibility/notification/announcement
        public static let announcement = Self(rawValue: 1008)
    }

    /// https://developer.apple.com/documentation/uikit/uiaccessibility/post(notification:argument:)
    @MainActor public static func post(notification: Notification, argument: Any?) {
        if notification == .announcement, let text = argument as? String {
            announced.append(text)
        }
    }

    /// What VoiceOver was asked to say.
    @MainActor package static var announced: [String] = []
}
