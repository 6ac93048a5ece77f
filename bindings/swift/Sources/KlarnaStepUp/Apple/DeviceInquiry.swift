#if canImport(UIKit)
import Foundation

/// What this device and this app's `Info.plist` say.
struct DeviceInquiry: Sendable {
    let callbacks: CallbackSupport
    let registeredSchemes: [String]

    init(callbacks: CallbackSupport, infoDictionary: [String: Any]?) {
        self.callbacks = callbacks
        registeredSchemes = Self.schemes(in: infoDictionary)
    }

    /// The web session is always there; Klarna's app shows when it is tried, which costs nothing where it is missing.
    func facts() -> DeviceFacts {
        DeviceFacts(
            surfaces: [.klarnaApp, .authSession, .browser], httpsLinks: callbacks.https, registeredSchemes: registeredSchemes)
    }

    /// One entry for each registration, so that a scheme registered twice shows. A type with the role `None` declares a scheme of somebody
    /// else's: links with it do not come to this app.
    private static func schemes(in infoDictionary: [String: Any]?) -> [String] {
        let types = infoDictionary?["CFBundleURLTypes"] as? [[String: Any]] ?? []
        return types.filter { $0["CFBundleTypeRole"] as? String != "None" }
            .flatMap { $0["CFBundleURLSchemes"] as? [String] ?? [] }
    }
}
#endif
