// error: 'shared' is unavailable in application extensions for iOS
import UIKit

@MainActor func applicationInExtension() -> UIApplication {
    UIApplication.shared
}
