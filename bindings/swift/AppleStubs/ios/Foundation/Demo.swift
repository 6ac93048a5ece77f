// What the demo app (`ios-demo/`) uses of Foundation beyond the façade.

extension Data: Codable {
    /// https://developer.apple.com/documentation/foundation/data/init(from:)
    public init(from decoder: any Decoder) throws { self.init() }
    /// https://developer.apple.com/documentation/foundation/data/encode(to:)
    public func encode(to encoder: any Encoder) throws {}
    /// https://developer.apple.com/documentation/foundation/data/init(contentsof:options:)
    public init(contentsOf url: URL) throws { self.init() }
    /// https://developer.apple.com/documentation/foundation/data/write(to:options:)
    public func write(to url: URL, options: WritingOptions = []) throws {}

    /// https://developer.apple.com/documentation/foundation/nsdata/writingoptions
    public struct WritingOptions: OptionSet, Sendable {
        public let rawValue: UInt
        public init(rawValue: UInt) {
            self.rawValue = rawValue
        }
        /// https://developer.apple.com/documentation/foundation/nsdata/writingoptions/atomic
        public static let atomic = WritingOptions(rawValue: 1)
    }
}

extension Date: Codable {
    /// https://developer.apple.com/documentation/foundation/date/init()
    public init() {
        self.init(timeIntervalSince1970: 0)
    }
    /// https://developer.apple.com/documentation/foundation/date/init(from:)
    public init(from decoder: any Decoder) throws {
        self.init(timeIntervalSince1970: 0)
    }
    /// https://developer.apple.com/documentation/foundation/date/encode(to:)
    public func encode(to encoder: any Encoder) throws {}
}

extension URL: Codable {
    /// https://developer.apple.com/documentation/foundation/url/init(from:)
    public init(from decoder: any Decoder) throws {
        self.init(fileURLWithPath: "")
    }
    /// https://developer.apple.com/documentation/foundation/url/encode(to:)
    public func encode(to encoder: any Encoder) throws {}
    /// https://developer.apple.com/documentation/foundation/url/scheme
    public var scheme: String? { nil }
    /// https://developer.apple.com/documentation/foundation/url/host
    public var host: String? { nil }
    /// https://developer.apple.com/documentation/foundation/url/pathextension
    public var pathExtension: String { "" }
    /// https://developer.apple.com/documentation/foundation/url/deletinglastpathcomponent()
    public func deletingLastPathComponent() -> URL { self }
}

/// https://developer.apple.com/documentation/foundation/urlqueryitem
public struct URLQueryItem: Hashable, Sendable {
    /// https://developer.apple.com/documentation/foundation/urlqueryitem/name
    public var name: String
    /// https://developer.apple.com/documentation/foundation/urlqueryitem/value
    public var value: String?
}

/// https://developer.apple.com/documentation/foundation/urlcomponents
public struct URLComponents: Hashable, Sendable {
    /// https://developer.apple.com/documentation/foundation/urlcomponents/init(url:resolvingagainstbaseurl:)
    public init?(url: URL, resolvingAgainstBaseURL: Bool) {}
    /// https://developer.apple.com/documentation/foundation/urlcomponents/scheme
    public var scheme: String?
    /// https://developer.apple.com/documentation/foundation/urlcomponents/host
    public var host: String?
    /// https://developer.apple.com/documentation/foundation/urlcomponents/queryitems
    public var queryItems: [URLQueryItem]?
}

/// https://developer.apple.com/documentation/foundation/characterset
public struct CharacterSet: Hashable, Sendable {
    /// https://developer.apple.com/documentation/foundation/characterset/whitespacesandnewlines
    public static var whitespacesAndNewlines: CharacterSet { CharacterSet() }
}

extension StringProtocol {
    /// https://developer.apple.com/documentation/foundation/nsstring/trimmingcharacters(in:)
    public func trimmingCharacters(in set: CharacterSet) -> String { String(self) }
    /// https://developer.apple.com/documentation/swift/stringprotocol/contains(_:)
    public func contains<Other: StringProtocol>(_ other: Other) -> Bool { false }
}

extension JSONEncoder {
    /// https://developer.apple.com/documentation/foundation/jsonencoder/outputformatting-swift.struct
    public struct OutputFormatting: OptionSet, Sendable {
        public let rawValue: UInt
        public init(rawValue: UInt) {
            self.rawValue = rawValue
        }
        /// https://developer.apple.com/documentation/foundation/jsonencoder/outputformatting-swift.struct/prettyprinted
        public static let prettyPrinted = OutputFormatting(rawValue: 1)
        /// https://developer.apple.com/documentation/foundation/jsonencoder/outputformatting-swift.struct/sortedkeys
        public static let sortedKeys = OutputFormatting(rawValue: 2)
        /// https://developer.apple.com/documentation/foundation/jsonencoder/outputformatting-swift.struct/withoutescapingslashes
        public static let withoutEscapingSlashes = OutputFormatting(rawValue: 8)
    }
    /// https://developer.apple.com/documentation/foundation/jsonencoder/keyencodingstrategy-swift.enum
    public enum KeyEncodingStrategy: Sendable {
        case useDefaultKeys
        case convertToSnakeCase
    }
    /// https://developer.apple.com/documentation/foundation/jsonencoder/outputformatting-swift.property
    public var outputFormatting: OutputFormatting {
        get { [] }
        set {}
    }
    /// https://developer.apple.com/documentation/foundation/jsonencoder/keyencodingstrategy-swift.property
    public var keyEncodingStrategy: KeyEncodingStrategy {
        get { .useDefaultKeys }
        set {}
    }
}

extension URLSessionConfiguration {
    /// https://developer.apple.com/documentation/foundation/urlsessionconfiguration/timeoutintervalforrequest
    public var timeoutIntervalForRequest: TimeInterval {
        get { 0 }
        set {}
    }
}

extension URLSession {
    /// https://developer.apple.com/documentation/foundation/urlsession/init(configuration:)
    public convenience init(configuration: URLSessionConfiguration) {
        self.init(configuration: configuration, delegate: nil, delegateQueue: nil)
    }
    /// https://developer.apple.com/documentation/foundation/urlsession/data(for:delegate:) (iOS 15)
    public func data(for request: URLRequest) async throws -> (Data, URLResponse) { fatalError("not run") }
}

extension Bundle {
    /// https://developer.apple.com/documentation/foundation/bundle/url(forresource:withextension:)
    public func url(forResource name: String?, withExtension kind: String?) -> URL? { nil }
    /// https://developer.apple.com/documentation/foundation/bundle/object(forinfodictionarykey:)
    public func object(forInfoDictionaryKey key: String) -> Any? { nil }
}

extension FileManager {
    /// https://developer.apple.com/documentation/foundation/filemanager/urls(for:in:)
    public func urls(for directory: SearchPathDirectory, in domain: SearchPathDomainMask) -> [URL] { [] }
}

/// https://developer.apple.com/documentation/foundation/processinfo
open class ProcessInfo: NSObject, @unchecked Sendable {
    /// https://developer.apple.com/documentation/foundation/processinfo/processinfo
    open class var processInfo: ProcessInfo { ProcessInfo() }
    /// https://developer.apple.com/documentation/foundation/processinfo/arguments
    open var arguments: [String] { [] }
}
