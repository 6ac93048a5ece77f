/// https://developer.apple.com/documentation/swiftui/image
public struct Image: View {
    /// https://developer.apple.com/documentation/swiftui/image/init(systemname:)
    public nonisolated init(systemName: String) {}
    public var body: Never { fatalError("not run") }
}

/// https://developer.apple.com/documentation/swiftui/label
public struct Label<Title: View, Icon: View>: View {
    public var body: Never { fatalError("not run") }
}

extension Label where Title == Text, Icon == Image {
    /// https://developer.apple.com/documentation/swiftui/label/init(_:systemimage:)-tcjl
    public nonisolated init<S: StringProtocol>(_ title: S, systemImage name: String) {}
}

extension Button where Label == Text {
    /// https://developer.apple.com/documentation/swiftui/button/init(_:action:)-lpm7
    public nonisolated init<S: StringProtocol>(_ title: S, action: @escaping @MainActor () -> Void) {}
}

/// https://developer.apple.com/documentation/swiftui/toggle
public struct Toggle<Label: View>: View {
    /// https://developer.apple.com/documentation/swiftui/toggle/init(ison:label:)
    public nonisolated init(isOn: Binding<Bool>, @ViewBuilder label: () -> Label) {}
    public var body: Never { fatalError("not run") }
}

/// https://developer.apple.com/documentation/swiftui/stepper
public struct Stepper<Label: View>: View {
    /// https://developer.apple.com/documentation/swiftui/stepper/init(value:in:step:label:oneditingchanged:)
    public nonisolated init<V: Strideable>(
        value: Binding<V>, in bounds: ClosedRange<V>, step: V.Stride = 1, @ViewBuilder label: () -> Label,
        onEditingChanged: @escaping (Bool) -> Void = { _ in }
    ) {}
    public var body: Never { fatalError("not run") }
}

/// https://developer.apple.com/documentation/swiftui/textfield
public struct TextField<Label: View>: View {
    public var body: Never { fatalError("not run") }
}

extension TextField where Label == Text {
    /// https://developer.apple.com/documentation/swiftui/textfield/init(_:text:)-1kbyd
    public nonisolated init<S: StringProtocol>(_ title: S, text: Binding<String>) {}
}

/// https://developer.apple.com/documentation/swiftui/color
public struct Color: Hashable, Sendable {
    /// https://developer.apple.com/documentation/swiftui/color/primary
    public static let primary = Color()
    /// https://developer.apple.com/documentation/swiftui/color/secondary
    public static let secondary = Color()
    /// https://developer.apple.com/documentation/swiftui/color/red
    public static let red = Color()
    /// https://developer.apple.com/documentation/swiftui/color/orange
    public static let orange = Color()
    /// https://developer.apple.com/documentation/swiftui/color/green
    public static let green = Color()
}

extension Font {
    /// https://developer.apple.com/documentation/swiftui/font/caption
    public static let caption = Font()
    /// https://developer.apple.com/documentation/swiftui/font/title2
    public static let title2 = Font()
}

/// https://developer.apple.com/documentation/swiftui/textinputautocapitalization (iOS 15)
public struct TextInputAutocapitalization: Sendable {
    /// https://developer.apple.com/documentation/swiftui/textinputautocapitalization/never
    public static var never: TextInputAutocapitalization { TextInputAutocapitalization() }
}

/// https://developer.apple.com/documentation/swiftui/view-fundamentals
extension View {
    /// https://developer.apple.com/documentation/swiftui/view/tabitem(_:)
    public nonisolated func tabItem<V: View>(@ViewBuilder _ label: () -> V) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/tag(_:)
    public nonisolated func tag<V: Hashable>(_ tag: V) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/id(_:)
    public nonisolated func id<ID: Hashable>(_ id: ID) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/navigationtitle(_:)-43srq
    public nonisolated func navigationTitle<S: StringProtocol>(_ title: S) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/navigationviewstyle(_:)
    public nonisolated func navigationViewStyle(_ style: StackNavigationViewStyle) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/foregroundcolor(_:)
    public nonisolated func foregroundColor(_ color: Color?) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/disabled(_:)
    public nonisolated func disabled(_ disabled: Bool) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/monospaceddigit() (iOS 15)
    public nonisolated func monospacedDigit() -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/refreshable(action:) (iOS 15)
    public nonisolated func refreshable(action: @escaping @Sendable () async -> Void) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/textinputautocapitalization(_:) (iOS 15)
    public nonisolated func textInputAutocapitalization(_ autocapitalization: TextInputAutocapitalization?) -> some View {
        ModifiedByUs()
    }
    /// https://developer.apple.com/documentation/swiftui/view/disableautocorrection(_:)
    public nonisolated func disableAutocorrection(_ disable: Bool?) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/alert(_:ispresented:actions:message:)-8dvt8 (iOS 15)
    public nonisolated func alert<A: View, M: View>(
        _ title: Text, isPresented: Binding<Bool>, @ViewBuilder actions: () -> A, @ViewBuilder message: () -> M
    ) -> some View { ModifiedByUs() }
    /// https://developer.apple.com/documentation/swiftui/view/sheet(item:ondismiss:content:)
    public nonisolated func sheet<Item: Identifiable, Content: View>(
        item: Binding<Item?>, onDismiss: (() -> Void)? = nil, @ViewBuilder content: @escaping (Item) -> Content
    ) -> some View { ModifiedByUs() }
}

/// https://developer.apple.com/documentation/swiftui/stacknavigationviewstyle
public struct StackNavigationViewStyle: Sendable {
    /// https://developer.apple.com/documentation/swiftui/navigationviewstyle/stack (iOS 15)
    public static var stack: StackNavigationViewStyle { StackNavigationViewStyle() }
}
