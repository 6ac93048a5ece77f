// Foundation, as far as the façade and the demo app use it, and nothing of it that is newer than iOS 15. For the type check against iOS only: Linux has its own.
@_exported import Dispatch

/// https://developer.apple.com/documentation/foundation/timeinterval
public typealias TimeInterval = Double

/// https://developer.apple.com/documentation/corefoundation/cgfloat
public typealias CGFloat = Double

/// https://developer.apple.com/documentation/foundation/data
public struct Data: Hashable, Sendable, RandomAccessCollection {
    /// https://developer.apple.com/documentation/foundation/data/init()
    public init() {}
    /// https://developer.apple.com/documentation/foundation/data/init(_:)-3i6zt
    public init(_ elements: some Sequence<UInt8>) {}
    /// https://developer.apple.com/documentation/foundation/data/append(_:)-8fogo
    public mutating func append(_ other: Data) {}
    /// https://developer.apple.com/documentation/foundation/data/append(contentsof:)-3dkgz
    public mutating func append(contentsOf elements: some Sequence<UInt8>) {}
    /// https://developer.apple.com/documentation/foundation/data/startindex
    public var startIndex: Int { 0 }
    /// https://developer.apple.com/documentation/foundation/data/endindex
    public var endIndex: Int { 0 }
    /// https://developer.apple.com/documentation/foundation/data/subscript(_:)-7f1a4
    public subscript(index: Int) -> UInt8 { 0 }
    /// https://developer.apple.com/documentation/foundation/data/subscript(_:)-3ky1l
    public subscript(bounds: Range<Int>) -> Data { self }
}

/// https://developer.apple.com/documentation/foundation/date
public struct Date: Hashable, Comparable, Sendable {
    /// https://developer.apple.com/documentation/foundation/date/init(timeintervalsince1970:)
    public init(timeIntervalSince1970: TimeInterval) {}
    /// https://developer.apple.com/documentation/foundation/date/timeintervalsince1970
    public var timeIntervalSince1970: TimeInterval { 0 }
    /// https://developer.apple.com/documentation/foundation/date/_(_:_:)
    public static func < (one: Date, other: Date) -> Bool { false }
}

/// https://developer.apple.com/documentation/foundation/url
public struct URL: Hashable, Sendable {
    /// https://developer.apple.com/documentation/foundation/url/init(string:)
    public init?(string: String) {}
    /// https://developer.apple.com/documentation/foundation/url/init(fileurlwithpath:)
    public init(fileURLWithPath: String) {}
    /// https://developer.apple.com/documentation/foundation/url/lastpathcomponent
    public var lastPathComponent: String { "" }
    /// https://developer.apple.com/documentation/foundation/url/appendingpathcomponent(_:)
    public func appendingPathComponent(_ component: String) -> URL { self }
    /// https://developer.apple.com/documentation/foundation/url/absolutestring
    public var absoluteString: String { "" }
    /// https://developer.apple.com/documentation/foundation/url/path
    public var path: String { "" }
    /// https://developer.apple.com/documentation/foundation/url/appendingpathcomponent(_:isdirectory:)
    public func appendingPathComponent(_ component: String, isDirectory: Bool) -> URL { self }
    /// https://developer.apple.com/documentation/foundation/url/setresourcevalues(_:)
    public mutating func setResourceValues(_ values: URLResourceValues) throws {}
}

/// https://developer.apple.com/documentation/foundation/uuid
public struct UUID: Hashable, Sendable {
    /// https://developer.apple.com/documentation/foundation/uuid/init()
    public init() {}
    /// https://developer.apple.com/documentation/foundation/uuid/uuidstring
    public var uuidString: String { "" }
}

/// https://developer.apple.com/documentation/foundation/urlresourcevalues
public struct URLResourceValues {
    /// https://developer.apple.com/documentation/foundation/urlresourcevalues/init()
    public init() {}
    /// https://developer.apple.com/documentation/foundation/urlresourcevalues/isexcludedfrombackup
    public var isExcludedFromBackup: Bool?
}

/// https://developer.apple.com/documentation/foundation/localizederror
public protocol LocalizedError: Error {
    /// https://developer.apple.com/documentation/foundation/localizederror/errordescription
    var errorDescription: String? { get }
    /// https://developer.apple.com/documentation/foundation/localizederror/failurereason
    var failureReason: String? { get }
    /// https://developer.apple.com/documentation/foundation/localizederror/recoverysuggestion
    var recoverySuggestion: String? { get }
}

/// https://developer.apple.com/documentation/foundation/localizederror
extension LocalizedError {
    public var errorDescription: String? { nil }
    public var failureReason: String? { nil }
    public var recoverySuggestion: String? { nil }
}

/// https://developer.apple.com/documentation/foundation/customnserror
public protocol CustomNSError: Error {
    /// https://developer.apple.com/documentation/foundation/customnserror/errordomain
    static var errorDomain: String { get }
    /// https://developer.apple.com/documentation/foundation/customnserror/errorcode
    var errorCode: Int { get }
    /// https://developer.apple.com/documentation/foundation/customnserror/erroruserinfo
    var errorUserInfo: [String: Any] { get }
}

/// https://developer.apple.com/documentation/foundation/nslocalizedfailurereasonerrorkey
public let NSLocalizedFailureReasonErrorKey = "NSLocalizedFailureReason"

/// https://developer.apple.com/documentation/foundation/jsonserialization
open class JSONSerialization {
    /// https://developer.apple.com/documentation/foundation/jsonserialization/readingoptions
    public struct ReadingOptions: OptionSet, Sendable {
        public let rawValue: UInt
        public init(rawValue: UInt) {
            self.rawValue = rawValue
        }
    }
    /// https://developer.apple.com/documentation/foundation/jsonserialization/writingoptions
    public struct WritingOptions: OptionSet, Sendable {
        public let rawValue: UInt
        public init(rawValue: UInt) {
            self.rawValue = rawValue
        }
        /// https://developer.apple.com/documentation/foundation/jsonserialization/writingoptions/sortedkeys
        public static let sortedKeys = WritingOptions(rawValue: 2)
        /// https://developer.apple.com/documentation/foundation/jsonserialization/writingoptions/fragmentsallowed
        public static let fragmentsAllowed = WritingOptions(rawValue: 4)
    }

    /// https://developer.apple.com/documentation/foundation/jsonserialization/jsonobject(with:options:)-8nhuv
    open class func jsonObject(with data: Data, options: ReadingOptions = []) throws -> Any { data }
    /// https://developer.apple.com/documentation/foundation/jsonserialization/data(withjsonobject:options:)
    open class func data(withJSONObject object: Any, options: WritingOptions = []) throws -> Data { Data() }
}

/// https://developer.apple.com/documentation/foundation/jsonencoder
open class JSONEncoder {
    /// https://developer.apple.com/documentation/foundation/jsonencoder/init()
    public init() {}
    /// https://developer.apple.com/documentation/foundation/jsonencoder/encode(_:)
    open func encode<Value: Encodable>(_ value: Value) throws -> Data { Data() }
}

/// https://developer.apple.com/documentation/foundation/jsondecoder
open class JSONDecoder {
    /// https://developer.apple.com/documentation/foundation/jsondecoder/init()
    public init() {}
    /// https://developer.apple.com/documentation/foundation/jsondecoder/decode(_:from:)-4sfp4
    open func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value { fatalError("not run") }
}
