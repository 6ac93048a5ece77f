// error: is only available in application extensions for iOS 17.4 or newer
import AuthenticationServices
import UIKit

@MainActor func httpsCallbackUnchecked(_ url: URL) {
    _ = ASWebAuthenticationSession(url: url, callback: .https(host: "shop.example", path: "/done")) { _, _ in }
}
