// UIKit exports Foundation, as it does on iOS.
@_exported import Foundation

/// https://developer.apple.com/documentation/uikit/uiresponder
@MainActor open class UIResponder: NSObject {
    /// https://developer.apple.com/documentation/objectivec/nsobject-swift.class/init()
    public nonisolated override init() {
        super.init()
    }
}
