import Foundation

/// HTTP by the platform, in place of the library's own.
///
/// `start` is called off the main thread and returns at once. Redirects are not followed, cookies and caches not used, nothing is
/// repeated.
package protocol HTTPTransport: AnyObject, Sendable {
    /// Begins a request. `completion` counts once; if it is dropped unanswered the request counts as perhaps sent.
    func start(_ request: HTTPRequest, completion: HTTPCompletion)
    /// The answer to this request is no longer wanted.
    func cancel(_ id: UInt64)
}

/// One request.
package struct HTTPRequest: Sendable {
    /// Names it for `cancel`.
    package let id: UInt64
    /// `GET` or `POST`.
    package let method: String
    /// The whole address.
    package let url: String
    /// In this order.
    package let headers: [(name: String, value: String)]
    /// JSON, for a POST.
    package let body: Data?
    /// From the call to the last byte of the reply, seconds.
    package let timeout: TimeInterval

    package init(
        id: UInt64, method: String, url: String, headers: [(name: String, value: String)], body: Data?, timeout: TimeInterval
    ) {
        self.id = id
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

/// What became of a request.
package enum HTTPResult: Sendable {
    /// A reply, whatever its status. At most 64 KiB of body are wanted. Only `Date` and `Retry-After` are looked at.
    case replied(status: UInt16, headers: [(name: String, value: String)], body: Data)
    /// Provably nothing reached the server: no network, name not found, connection refused, TLS failed.
    case notSent
    /// No reply, and it may have been sent. When in doubt, this.
    case maybeSent
    /// The reply is longer than 64 KiB.
    case tooLarge

    /// The longest body that is read, in bytes.
    package static let limit = 64 * 1024
}

/// Takes the answer to one request, once.
package struct HTTPCompletion: Sendable {
    private let answer: @Sendable (HTTPResult) -> Void

    package init(_ answer: @escaping @Sendable (HTTPResult) -> Void) {
        self.answer = answer
    }

    package func callAsFunction(_ result: HTTPResult) {
        answer(result)
    }
}
