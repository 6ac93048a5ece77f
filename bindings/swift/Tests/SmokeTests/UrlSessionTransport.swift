import Foundation
import KlarnaStepUpCore

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// HTTP by the platform, as an app without the built-in client would do it.
final class UrlSessionTransport: HttpTransport {
    private let session: URLSession
    private let tasks = Locked<[UInt64: URLSessionDataTask]>([:])
    private static let limit = 64 * 1024

    init() {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpShouldSetCookies = false
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        session = URLSession(configuration: configuration, delegate: NoRedirects(), delegateQueue: nil)
    }

    deinit {
        session.invalidateAndCancel()
    }

    func start(request: HostHttpRequest, completion: HttpCompletion) throws {
        guard let url = URL(string: request.url) else {
            throw HostError.Failed(reason: "not an address")
        }
        var sent = URLRequest(url: url, timeoutInterval: TimeInterval(request.timeoutMs) / 1000)
        sent.httpMethod = request.method
        sent.httpBody = request.body
        for header in request.headers {
            sent.setValue(header.value, forHTTPHeaderField: header.name)
        }
        let (id, tasks) = (request.id, tasks)
        let task = session.dataTask(with: sent) { body, response, problem in
            tasks.use { $0[id] = nil }
            guard let response = response as? HTTPURLResponse, let body, problem == nil else {
                return completion.failed(kind: Self.kind(of: problem))
            }
            guard body.count <= Self.limit else {
                return completion.failed(kind: .tooLarge)
            }
            let headers = response.allHeaderFields.compactMap { name, value in
                (name as? String).map { HostHttpHeader(name: $0, value: "\(value)") }
            }
            completion.replied(reply: HostHttpReply(status: UInt16(response.statusCode), headers: headers, body: body))
        }
        tasks.use { $0[id] = task }
        task.resume()
    }

    func cancel(id: UInt64) throws {
        tasks.use { $0.removeValue(forKey: id) }?.cancel()
    }

    private static func kind(of problem: (any Error)?) -> HostHttpFailure {
        switch (problem as? URLError)?.code {
        case .cannotConnectToHost, .cannotFindHost, .dnsLookupFailed, .notConnectedToInternet, .secureConnectionFailed: .notSent
        default: .maybeSent
        }
    }
}

private final class NoRedirects: NSObject, URLSessionTaskDelegate {
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}

/// A value behind a lock.
final class Locked<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    init(_ value: Value) {
        self.value = value
    }

    func use<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}
