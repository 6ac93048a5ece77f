#if canImport(UIKit)
import UIKit

@available(iOSApplicationExtension, unavailable)
extension Platform {
    /// An iPhone or iPad. `info` and `journalBase` are the app's own if not given.
    static func apple(
        http: HTTPStack, stage: Stage, info: [String: Any]? = Bundle.main.infoDictionary, journalBase: URL? = nil
    ) -> Platform {
        let inquiry = DeviceInquiry(callbacks: stage.callbacks, infoDictionary: info)
        return Platform(
            journalDirectory: { try JournalDirectory.make(in: journalBase) }, device: { inquiry.facts() },
            presenter: SurfacePresenter(stage: stage), transport: http == .system ? URLSessionTransport() : nil,
            lifeCycle: AppLifeCycle(), isDebuggable: isDebugBuild)
    }

    private static var isDebugBuild: Bool {
        #if DEBUG
        true
        #else
        false
        #endif
    }
}
#endif
