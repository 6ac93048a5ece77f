/// https://developer.apple.com/documentation/swiftui/emptyview
public struct EmptyView: View {
    public var body: Never { fatalError("not run") }
}

/// https://developer.apple.com/documentation/swiftui/list
public struct List<SelectionValue: Hashable, Content: View>: View {
    public var body: Never { fatalError("not run") }
}

extension List where SelectionValue == Never {
    /// https://developer.apple.com/documentation/swiftui/list/init(content:)
    public nonisolated init(@ViewBuilder content: () -> Content) {}
}

/// https://developer.apple.com/documentation/swiftui/section
public struct Section<Parent: View, Content: View, Footer: View>: View {
    public var body: Never { fatalError("not run") }
}

extension Section where Parent == Text, Footer == EmptyView {
    /// https://developer.apple.com/documentation/swiftui/section/init(_:content:)-7dwfs (iOS 15)
    public nonisolated init<S: StringProtocol>(_ title: S, @ViewBuilder content: () -> Content) {}
}

extension Section where Parent == EmptyView, Footer == EmptyView {
    /// https://developer.apple.com/documentation/swiftui/section/init(content:)
    public nonisolated init(@ViewBuilder content: () -> Content) {}
}

/// https://developer.apple.com/documentation/swiftui/foreach
public struct ForEach<Data: RandomAccessCollection, ID: Hashable, Content> {}

/// https://developer.apple.com/documentation/swiftui/foreach
extension ForEach: View where Content: View {
    public var body: Never { fatalError("not run") }
}

extension ForEach where ID == Data.Element.ID, Content: View, Data.Element: Identifiable {
    /// https://developer.apple.com/documentation/swiftui/foreach/init(_:content:)-1jmc4
    public nonisolated init(_ data: Data, @ViewBuilder content: @escaping (Data.Element) -> Content) {}
}

extension ForEach where Content: View {
    /// https://developer.apple.com/documentation/swiftui/foreach/init(_:id:content:)-82bxt
    public nonisolated init(_ data: Data, id: KeyPath<Data.Element, ID>, @ViewBuilder content: @escaping (Data.Element) -> Content) {}
}

/// https://developer.apple.com/documentation/swiftui/tabview
public struct TabView<SelectionValue: Hashable, Content: View>: View {
    /// https://developer.apple.com/documentation/swiftui/tabview/init(selection:content:)
    public nonisolated init(selection: Binding<SelectionValue>?, @ViewBuilder content: () -> Content) {}
    public var body: Never { fatalError("not run") }
}

/// https://developer.apple.com/documentation/swiftui/navigationview
public struct NavigationView<Content: View>: View {
    /// https://developer.apple.com/documentation/swiftui/navigationview/init(content:)
    public nonisolated init(@ViewBuilder content: () -> Content) {}
    public var body: Never { fatalError("not run") }
}

/// https://developer.apple.com/documentation/swiftui/hstack
public struct HStack<Content: View>: View {
    /// https://developer.apple.com/documentation/swiftui/hstack/init(alignment:spacing:content:)
    public nonisolated init(@ViewBuilder content: () -> Content) {}
    public var body: Never { fatalError("not run") }
}

/// https://developer.apple.com/documentation/swiftui/horizontalalignment
public struct HorizontalAlignment: Equatable, Sendable {
    /// https://developer.apple.com/documentation/swiftui/horizontalalignment/leading
    public static let leading = HorizontalAlignment()
}

extension VStack {
    /// https://developer.apple.com/documentation/swiftui/vstack/init(alignment:spacing:content:)
    public nonisolated init(alignment: HorizontalAlignment, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {
        self.init(spacing: spacing, content: content)
    }
}

/// https://developer.apple.com/documentation/swiftui/spacer
public struct Spacer: View {
    /// https://developer.apple.com/documentation/swiftui/spacer/init(minlength:)
    public nonisolated init(minLength: CGFloat? = nil) {}
    public var body: Never { fatalError("not run") }
}
