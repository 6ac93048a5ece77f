/// https://developer.apple.com/documentation/foundation/urlrequest
public struct URLRequest: Sendable {
    /// https://developer.apple.com/documentation/foundation/urlrequest/init(url:cachepolicy:timeoutinterval:)
    public init(url: URL, timeoutInterval: TimeInterval = 60) {}
    /// https://developer.apple.com/documentation/foundation/urlrequest/httpmethod
    public var httpMethod: String?
    /// https://developer.apple.com/documentation/foundation/urlrequest/httpbody
    public var httpBody: Data?
    /// https://developer.apple.com/documentation/foundation/urlrequest/setvalue(_:forhttpheaderfield:)
    public mutating func setValue(_ value: String?, forHTTPHeaderField field: String) {}
}

/// https://developer.apple.com/documentation/foundation/nsurlrequest/cachepolicy-swift.enum
public enum NSURLRequestCachePolicy: Sendable {
    case reloadIgnoringLocalCacheData
}

/// https://developer.apple.com/documentation/foundation/urlsessionconfiguration
open class URLSessionConfiguration: NSObject, @unchecked Sendable {
    /// https://developer.apple.com/documentation/foundation/urlsessionconfiguration/ephemeral
    open class var ephemeral: URLSessionConfiguration { URLSessionConfiguration() }
    /// https://developer.apple.com/documentation/foundation/urlsessionconfiguration/httpcookiestorage
    open var httpCookieStorage: HTTPCookieStorage?
    /// https://developer.apple.com/documentation/foundation/urlsessionconfiguration/httpshouldsetcookies
    open var httpShouldSetCookies = true
    /// https://developer.apple.com/documentation/foundation/urlsessionconfiguration/urlcache
    open var urlCache: URLCache?
    /// https://developer.apple.com/documentation/foundation/urlsessionconfiguration/urlcredentialstorage
    open var urlCredentialStorage: URLCredentialStorage?
    /// https://developer.apple.com/documentation/foundation/urlsessionconfiguration/requestcachepolicy
    open var requestCachePolicy = NSURLRequestCachePolicy.reloadIgnoringLocalCacheData
}

/// https://developer.apple.com/documentation/foundation/httpcookiestorage
open class HTTPCookieStorage: NSObject, @unchecked Sendable {}
/// https://developer.apple.com/documentation/foundation/urlcache
open class URLCache: NSObject, @unchecked Sendable {}
/// https://developer.apple.com/documentation/foundation/urlcredentialstorage
open class URLCredentialStorage: NSObject, @unchecked Sendable {}

/// https://developer.apple.com/documentation/foundation/urlsession
open class URLSession: NSObject, @unchecked Sendable {
    /// https://developer.apple.com/documentation/foundation/urlsession/init(configuration:delegate:delegatequeue:)
    public init(configuration: URLSessionConfiguration, delegate: (any URLSessionDelegate)?, delegateQueue: OperationQueue?) {}
    /// https://developer.apple.com/documentation/foundation/urlsession/datatask(with:)-10dy7
    open func dataTask(with request: URLRequest) -> URLSessionDataTask { fatalError("not run") }
    /// https://developer.apple.com/documentation/foundation/urlsession/invalidateandcancel()
    open func invalidateAndCancel() {}
}

/// https://developer.apple.com/documentation/foundation/urlsessiontask
open class URLSessionTask: NSObject, @unchecked Sendable {
    /// https://developer.apple.com/documentation/foundation/urlsessiontask/taskidentifier
    open var taskIdentifier: Int { 0 }
    /// https://developer.apple.com/documentation/foundation/urlsessiontask/response
    open var response: URLResponse? { nil }
    /// https://developer.apple.com/documentation/foundation/urlsessiontask/countofbytessent
    open var countOfBytesSent: Int64 { 0 }
    /// https://developer.apple.com/documentation/foundation/urlsessiontask/resume()
    open func resume() {}
    /// https://developer.apple.com/documentation/foundation/urlsessiontask/cancel()
    open func cancel() {}
}

/// https://developer.apple.com/documentation/foundation/urlsessiondatatask
open class URLSessionDataTask: URLSessionTask, @unchecked Sendable {}

/// https://developer.apple.com/documentation/foundation/urlresponse
open class URLResponse: NSObject, @unchecked Sendable {}

/// https://developer.apple.com/documentation/foundation/httpurlresponse
open class HTTPURLResponse: URLResponse, @unchecked Sendable {
    /// https://developer.apple.com/documentation/foundation/httpurlresponse/statuscode
    open var statusCode: Int { 0 }
    /// https://developer.apple.com/documentation/foundation/httpurlresponse/value(forhttpheaderfield:)
    open func value(forHTTPHeaderField field: String) -> String? { nil }
}

/// https://developer.apple.com/documentation/foundation/urlsessiondelegate
public protocol URLSessionDelegate: NSObjectProtocol, Sendable {}

/// https://developer.apple.com/documentation/foundation/urlsessiontaskdelegate
public protocol URLSessionTaskDelegate: URLSessionDelegate {
    /// https://developer.apple.com/documentation/foundation/urlsessiontaskdelegate/urlsession(_:task:willperformhttpredirection:newrequest:completionhandler:)
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    )
    /// https://developer.apple.com/documentation/foundation/urlsessiontaskdelegate/urlsession(_:task:didcompletewitherror:)
    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?)
}

/// https://developer.apple.com/documentation/foundation/urlsessiondatadelegate
public protocol URLSessionDataDelegate: URLSessionTaskDelegate {
    /// https://developer.apple.com/documentation/foundation/urlsessiondatadelegate/urlsession(_:datatask:didreceive:)
    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data)
}

/// https://developer.apple.com/documentation/foundation/urlerror
public struct URLError: Error {
    /// https://developer.apple.com/documentation/foundation/urlerror/code-swift.struct
    public struct Code: Hashable, Sendable {
        public static let badURL = Code()
        public static let unsupportedURL = Code()
        public static let cannotFindHost = Code()
        public static let dnsLookupFailed = Code()
        public static let cannotConnectToHost = Code()
        public static let notConnectedToInternet = Code()
        public static let dataNotAllowed = Code()
        public static let internationalRoamingOff = Code()
        public static let callIsActive = Code()
        public static let secureConnectionFailed = Code()
        public static let serverCertificateUntrusted = Code()
        public static let serverCertificateHasBadDate = Code()
        public static let serverCertificateHasUnknownRoot = Code()
        public static let serverCertificateNotYetValid = Code()
        public static let appTransportSecurityRequiresSecureConnection = Code()
    }

    /// https://developer.apple.com/documentation/foundation/urlerror/code-swift.property
    public let code: Code
}
