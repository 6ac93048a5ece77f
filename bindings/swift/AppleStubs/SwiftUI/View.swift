// SwiftUI exports Foundation, and of Combine what views need.
@_exported import Foundation

// Type-checked, never run: `body` of a primitive view is never asked for.

/// https://developer.apple.com/documentation/swiftui/view
@MainActor @preconcurrency public protocol View {
    associatedtype Body: View
    /// https://developer.apple.com/documentation/swiftui/view/body-8kl5o
    @ViewBuilder @MainActor @preconcurrency var body: Body { get }
}

/// https://developer.apple.com/documentation/swift/never
extension Never: View {
    public var body: Never { fatalError("no view") }
}

/// https://developer.apple.com/documentation/swiftui/viewbuilder
@resultBuilder public enum ViewBuilder {
    public static func buildExpression<Content: View>(_ content: Content) -> Content { content }
    public static func buildBlock<each Content: View>(_ content: repeat each Content) -> Several<(repeat each Content)> { Several() }
    public static func buildBlock<Content: View>(_ content: Content) -> Content { content }
    public static func buildIf<Content: View>(_ content: Content?) -> Content? { content }
    public static func buildEither<First: View, Second: View>(first: First) -> Either<First, Second> { Either() }
    public static func buildEither<First: View, Second: View>(second: Second) -> Either<First, Second> { Either() }

    // What the builder makes has names of Apple's too, which nobody writes.
    public struct Several<Contents>: View {
        public var body: Never { fatalError("not run") }
    }
    public struct Either<First: View, Second: View>: View {
        public var body: Never { fatalError("not run") }
    }
}

/// https://developer.apple.com/documentation/swift/optional
extension Optional: View where Wrapped: View {
    public var body: Never { fatalError("not run") }
}

/// https://developer.apple.com/documentation/swiftui/viewmodifier
@MainActor @preconcurrency public protocol ViewModifier {
    associatedtype Body: View
    /// https://developer.apple.com/documentation/swiftui/viewmodifier/content
    typealias Content = ModifiedByUs
    /// https://developer.apple.com/documentation/swiftui/viewmodifier/body(content:)
    @ViewBuilder @MainActor @preconcurrency func body(content: Content) -> Body
}

/// What a modifier gets.
public struct ModifiedByUs: View {
    public var body: Never { fatalError("not run") }
}

/// https://developer.apple.com/documentation/swiftui/text
public struct Text: View {
    /// https://developer.apple.com/documentation/swiftui/text/init(verbatim:)
    public nonisolated init(verbatim content: String) {}
    public var body: Never { fatalError("not run") }
}

/// https://developer.apple.com/documentation/swiftui/vstack
public struct VStack<Content: View>: View {
    /// https://developer.apple.com/documentation/swiftui/vstack/init(alignment:spacing:content:)
    public nonisolated init(spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {}
    public var body: Never { fatalError("not run") }
}

/// https://developer.apple.com/documentation/swiftui/scrollview
public struct ScrollView<Content: View>: View {
    /// https://developer.apple.com/documentation/swiftui/scrollview/init(_:showsindicators:content:)
    public nonisolated init(@ViewBuilder content: () -> Content) {}
    public var body: Never { fatalError("not run") }
}

/// https://developer.apple.com/documentation/swiftui/button
public struct Button<Label: View>: View {
    /// https://developer.apple.com/documentation/swiftui/button/init(action:label:)
    public init(action: @escaping @MainActor () -> Void, @ViewBuilder label: () -> Label) {}
    public var body: Never { fatalError("not run") }
}

/// https://developer.apple.com/documentation/swiftui/progressview
public struct ProgressView: View {
    /// https://developer.apple.com/documentation/swiftui/progressview/init()
    public nonisolated init() {}
    public var body: Never { fatalError("not run") }
}

/// https://developer.apple.com/documentation/swiftui/material
public struct Material: Sendable {
    /// https://developer.apple.com/documentation/swiftui/shapestyle/regularmaterial (iOS 15)
    public static let regularMaterial = Material()
}

/// https://developer.apple.com/documentation/swiftui/font
public struct Font: Hashable, Sendable {
    /// https://developer.apple.com/documentation/swiftui/font/headline
    public static let headline = Font()
    /// https://developer.apple.com/documentation/swiftui/font/body
    public static let body = Font()
}
