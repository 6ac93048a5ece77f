/// https://developer.apple.com/documentation/objectivec/nsobjectprotocol
public protocol NSObjectProtocol: AnyObject {}

/// https://developer.apple.com/documentation/objectivec/nsobject-swift.class
open class NSObject: NSObjectProtocol, Hashable {
    /// https://developer.apple.com/documentation/objectivec/nsobject-swift.class/init()
    public init() {}
    /// https://developer.apple.com/documentation/objectivec/nsobject-swift.class/hash(into:)
    public func hash(into hasher: inout Hasher) {}
    /// https://developer.apple.com/documentation/objectivec/nsobject-swift.class/==(_:_:)
    public static func == (one: NSObject, other: NSObject) -> Bool { one === other }
}

/// https://developer.apple.com/documentation/foundation/nslock
open class NSLock: @unchecked Sendable {
    /// https://developer.apple.com/documentation/foundation/nslock/init()
    public init() {}
    /// https://developer.apple.com/documentation/foundation/nslocking/lock()
    @available(*, noasync) open func lock() {}
    /// https://developer.apple.com/documentation/foundation/nslocking/unlock()
    @available(*, noasync) open func unlock() {}
}

/// https://developer.apple.com/documentation/foundation/nsnotification
open class NSNotification: NSObject {
    /// https://developer.apple.com/documentation/foundation/nsnotification/name-swift.struct
    public struct Name: Hashable, Sendable {
        /// https://developer.apple.com/documentation/foundation/nsnotification/name-swift.struct/init(_:)
        public init(_ rawValue: String) {}
    }
}

/// https://developer.apple.com/documentation/foundation/notification
public struct Notification {}

/// https://developer.apple.com/documentation/foundation/operationqueue
open class OperationQueue: NSObject, @unchecked Sendable {}

/// https://developer.apple.com/documentation/foundation/notificationcenter
open class NotificationCenter: NSObject, @unchecked Sendable {
    /// https://developer.apple.com/documentation/foundation/notificationcenter/default
    open class var `default`: NotificationCenter { NotificationCenter() }
    /// https://developer.apple.com/documentation/foundation/notificationcenter/addobserver(forname:object:queue:using:)
    open func addObserver(
        forName name: NSNotification.Name?, object: Any?, queue: OperationQueue?, using block: @escaping @Sendable (Notification) -> Void
    ) -> any NSObjectProtocol { self }
    /// https://developer.apple.com/documentation/foundation/notificationcenter/removeobserver(_:)
    open func removeObserver(_ observer: Any) {}
}

/// https://developer.apple.com/documentation/foundation/bundle
open class Bundle: NSObject, @unchecked Sendable {
    /// https://developer.apple.com/documentation/foundation/bundle/main
    open class var main: Bundle { Bundle() }
    /// https://developer.apple.com/documentation/foundation/bundle/infodictionary
    open var infoDictionary: [String: Any]? { nil }
    /// https://developer.apple.com/documentation/foundation/bundle/preferredlocalizations
    open var preferredLocalizations: [String] { [] }
}

/// https://developer.apple.com/documentation/foundation/fileattributekey
public struct FileAttributeKey: Hashable, Sendable {
    /// https://developer.apple.com/documentation/foundation/fileattributekey/protectionkey
    public static let protectionKey = FileAttributeKey()
}

/// https://developer.apple.com/documentation/foundation/fileprotectiontype
public struct FileProtectionType: Hashable, Sendable {
    /// https://developer.apple.com/documentation/foundation/fileprotectiontype/completeuntilfirstuserauthentication
    public static let completeUntilFirstUserAuthentication = FileProtectionType()
}

/// https://developer.apple.com/documentation/foundation/urlresourcekey
public struct URLResourceKey: Hashable, Sendable {}

/// https://developer.apple.com/documentation/foundation/filemanager
open class FileManager: NSObject, @unchecked Sendable {
    /// https://developer.apple.com/documentation/foundation/filemanager/searchpathdirectory
    public enum SearchPathDirectory: Sendable {
        case applicationSupportDirectory
    }
    /// https://developer.apple.com/documentation/foundation/filemanager/searchpathdomainmask
    public struct SearchPathDomainMask: Sendable {
        /// https://developer.apple.com/documentation/foundation/filemanager/searchpathdomainmask/userdomainmask
        public static let userDomainMask = SearchPathDomainMask()
    }

    /// https://developer.apple.com/documentation/foundation/filemanager/default
    open class var `default`: FileManager { FileManager() }
    /// https://developer.apple.com/documentation/foundation/filemanager/temporarydirectory
    open var temporaryDirectory: URL { fatalError("not run") }
    /// https://developer.apple.com/documentation/foundation/filemanager/removeitem(at:)
    open func removeItem(at url: URL) throws {}
    /// https://developer.apple.com/documentation/foundation/filemanager/copyitem(at:to:)
    open func copyItem(at source: URL, to target: URL) throws {}
    /// https://developer.apple.com/documentation/foundation/filemanager/contentsofdirectory(at:includingpropertiesforkeys:options:)
    open func contentsOfDirectory(at url: URL, includingPropertiesForKeys keys: [URLResourceKey]?) throws -> [URL] { [] }
    /// https://developer.apple.com/documentation/foundation/filemanager/url(for:in:appropriatefor:create:)
    open func url(
        for directory: SearchPathDirectory, in domain: SearchPathDomainMask, appropriateFor url: URL?, create: Bool
    ) throws -> URL { fatalError("not run") }
    /// https://developer.apple.com/documentation/foundation/filemanager/createdirectory(at:withintermediatedirectories:attributes:)
    open func createDirectory(
        at url: URL, withIntermediateDirectories: Bool, attributes: [FileAttributeKey: Any]? = nil
    ) throws {}
    /// https://developer.apple.com/documentation/foundation/filemanager/setattributes(_:ofitematpath:)
    open func setAttributes(_ attributes: [FileAttributeKey: Any], ofItemAtPath path: String) throws {}
}
