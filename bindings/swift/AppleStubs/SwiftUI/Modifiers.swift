import UIKit

/// https://developer.apple.com/documentation/swiftui/view-fundamentals
extension View {
    /// https://developer.apple.com/documentation/swiftui/view/modifier(_:)
    public nonisolated func modifier<Modifier: ViewModifier>(_ modifier: Modifier) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/onopenurl(perform:)
    public nonisolated func onOpenURL(perform action: @escaping (URL) -> Void) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/oncontinueuseractivity(_:perform:)
    public nonisolated func onContinueUserActivity(
        _ activityType: String, perform action: @escaping (NSUserActivity) -> Void
    ) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/onchange(of:perform:)
    public nonisolated func onChange<Value: Equatable>(
        of value: Value, perform action: @escaping (_ newValue: Value) -> Void
    ) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/onappear(perform:)
    public nonisolated func onAppear(perform action: (() -> Void)? = nil) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/task(priority:_:) (iOS 15)
    public nonisolated func task(
        priority: TaskPriority = .userInitiated, _ action: sending @escaping @isolated(any) () async -> Void
    ) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/overlay(alignment:content:) (iOS 15)
    public nonisolated func overlay<Content: View>(@ViewBuilder content: () -> Content) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/background(_:ignoressafeareaedges:) (iOS 15)
    public nonisolated func background(_ style: Material) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/padding(_:_:)
    public nonisolated func padding() -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/font(_:)
    public nonisolated func font(_ font: Font?) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/accessibilityaddtraits(_:)
    public nonisolated func accessibilityAddTraits(_ traits: AccessibilityTraits) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/accessibilitylabel(_:)-1d7jv
    public nonisolated func accessibilityLabel(_ label: Text) -> some View { ModifiedByUs() }
}

/// https://developer.apple.com/documentation/swiftui/accessibilitytraits
public struct AccessibilityTraits: Sendable {
    /// https://developer.apple.com/documentation/swiftui/accessibilitytraits/isheader
    public static let isHeader = AccessibilityTraits()
    /// https://developer.apple.com/documentation/swiftui/accessibilitytraits/ismodal
    public static let isModal = AccessibilityTraits()
}
