#if canImport(UIKit)
import UIKit

/// Which HTTP the client uses. Both speak https only and follow no redirect.
public enum HTTPStack: Sendable, Hashable {
    /// The library's own.
    case library
    /// The system's (`URLSession`): its proxies, the roots that a device management installed, App Transport Security.
    case system
}

// Not for app extensions: they cannot open Klarna's app, and a second process must not hold the journal.
@available(iOSApplicationExtension, unavailable)
extension StepUpClient {
    /// Checks the configuration and opens the journal. No socket, and no thread unless the journal has something in it.
    ///
    /// Make it at launch, for example in the app's or scene's delegate: it follows the app's life from then on.
    ///
    /// - Throws: ``StepUpError``.
    public init(configuration: StepUpConfiguration, http: HTTPStack = .standard) throws {
        try self.init(configuration: configuration, platform: .apple(http: http, stage: .shared))
    }

    /// As `pay(_:ifBusy:)`. A journey in a web session is shown over `window`, or over another window of the app's if that one is not in
    /// front by then.
    public func pay(_ order: Order, ifBusy: IfBusy = .join, presentingFrom window: UIWindow) async -> Outcome {
        await Stage.shared.prefer(window)
        return await pay(order, ifBusy: ifBusy)
    }

    /// As `pay(_:ifBusy:presentingFrom:)`, and acknowledges the outcome when `handler` returns without an error.
    ///
    /// - Throws: What the handler throws.
    @discardableResult
    public func pay<Failure: Error>(
        _ order: Order, ifBusy: IfBusy = .join, presentingFrom window: UIWindow, isolation: isolated (any Actor)? = #isolation,
        handler: (Outcome) async throws(Failure) -> Void
    ) async throws(Failure) -> Outcome {
        await Stage.shared.prefer(window)
        return try await pay(order, ifBusy: ifBusy, isolation: isolation, handler: handler)
    }
}

extension HTTPStack {
    /// What this build of the library has.
    public static var standard: HTTPStack {
        #if KLARNA_STEP_UP_SLIM
        .system
        #else
        .library
        #endif
    }
}
#endif
