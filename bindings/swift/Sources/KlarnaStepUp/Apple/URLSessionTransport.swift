import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// HTTP by the system: its proxies, the roots that a device management installed, App Transport Security. Nothing is followed, kept or cached.
final class URLSessionTransport: HTTPTransport {
    private let session: URLSession
    private let exchanges = Exchanges()

    init() {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        configuration.urlCredentialStorage = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        session = URLSession(configuration: configuration, delegate: exchanges, delegateQueue: nil)
    }

    deinit {
        // A session keeps its delegate, and itself, until it is told.
        session.invalidateAndCancel()
    }

    func start(_ request: HTTPRequest, completion: HTTPCompletion) {
        guard let url = URL(string: request.url) else {
            completion(.notSent)
            return
        }
        var sent = URLRequest(url: url, timeoutInterval: request.timeout)
        sent.httpMethod = request.method
        sent.httpBody = request.body
        for header in request.headers {
            sent.setValue(header.value, forHTTPHeaderField: header.name)
        }
        let task = session.dataTask(with: sent)
        exchanges.add(Exchange(task: task, completion: completion), id: request.id)
        task.resume()
        // The system's own time-out begins anew with every byte.
        DispatchQueue.global().asyncAfter(deadline: .now() + request.timeout) { [weak exchanges] in
            exchanges?.giveUp(task.taskIdentifier)
        }
    }

    func cancel(_ id: UInt64) {
        exchanges.take(id)?.task.cancel()
    }
}

/// A request that is under way.
private struct Exchange: Sendable {
    let task: URLSessionDataTask
    let completion: HTTPCompletion
    var body = Data()
}

/// All that are.
final class Exchanges: NSObject, URLSessionDataDelegate {
    private struct Open: Sendable {
        var exchanges: [Int: Exchange] = [:]
        var tasks: [UInt64: Int] = [:]

        mutating func end(_ task: Int) -> Exchange? {
            tasks = tasks.filter { $0.value != task }
            return exchanges.removeValue(forKey: task)
        }
    }

    private let open = Locked(Open())

    fileprivate func add(_ exchange: Exchange, id: UInt64) {
        open.use { open in
            open.exchanges[exchange.task.taskIdentifier] = exchange
            open.tasks[id] = exchange.task.taskIdentifier
        }
    }

    /// Nobody waits for its answer any more.
    fileprivate func take(_ id: UInt64) -> Exchange? {
        open.use { open in open.tasks[id].flatMap { open.end($0) } }
    }

    fileprivate func giveUp(_ task: Int) {
        guard let exchange = open.use({ $0.end(task) }) else { return }
        exchange.task.cancel()
        exchange.completion(.maybeSent)
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let tooLarge = open.use { open -> Exchange? in
            let number = dataTask.taskIdentifier
            open.exchanges[number]?.body.append(data)
            return (open.exchanges[number]?.body.count ?? 0) > HTTPResult.limit ? open.end(number) : nil
        }
        if let tooLarge {
            tooLarge.completion(.tooLarge)
            dataTask.cancel()
        }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard let exchange = open.use({ $0.end(task.taskIdentifier) }) else { return }
        exchange.completion(Self.result(task, exchange.body, error))
    }

    private static func result(_ task: URLSessionTask, _ body: Data, _ error: (any Error)?) -> HTTPResult {
        if let error {
            // The system may have tried again on a new connection after it had sent on an old one.
            let untouched = task.countOfBytesSent == 0 && task.response == nil
            return untouched && isBeforeSending(error) ? .notSent : .maybeSent
        }
        guard let response = task.response as? HTTPURLResponse, let status = UInt16(exactly: response.statusCode) else {
            return .maybeSent
        }
        let headers = ["Date", "Retry-After"].compactMap { name in
            response.value(forHTTPHeaderField: name).map { (name: name, value: $0) }
        }
        return .replied(status: status, headers: headers, body: body)
    }

    /// These come before a byte of HTTP was sent. Everything else, time-outs included, may come later.
    static func isBeforeSending(_ error: any Error) -> Bool {
        switch (error as? URLError)?.code {
        case .badURL, .unsupportedURL, .cannotFindHost, .dnsLookupFailed, .cannotConnectToHost, .notConnectedToInternet,
            .dataNotAllowed, .internationalRoamingOff, .callIsActive, .secureConnectionFailed, .serverCertificateUntrusted,
            .serverCertificateHasBadDate, .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid,
            .appTransportSecurityRequiresSecureConnection:
            true
        default: false
        }
    }
}
