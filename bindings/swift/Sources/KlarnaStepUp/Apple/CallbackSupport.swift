#if canImport(UIKit)
import Foundation

/// Whether a web session can end on an https link: from iOS 17.4 on, and until the system refuses it.
///
/// It refuses where the app's `webcredentials` domain is not associated, in a wrong set-up always and otherwise for the few customers whose
/// phone has not fetched the association. Nothing tells beforehand.
final class CallbackSupport: Sendable {
    private let supported: Locked<Bool>

    /// - Parameter supported: What this version of the system can.
    init(supported: Bool = CallbackSupport.bySystemVersion) {
        self.supported = Locked(supported)
    }

    var https: Bool { supported.use { $0 } }

    /// The system refused one. Links of later attempts take the app's own scheme, where there is one.
    func refused() {
        supported.use { $0 = false }
    }

    static var bySystemVersion: Bool {
        if #available(iOS 17.4, *) { true } else { false }
    }
}
#endif
