import Foundation

@testable import KlarnaStepUp

/// A backend of the contract (docs/backend-api.yaml) with one payment, whose word a test says. It answers a long poll when there is a new word.
final class ScriptedBackend: @unchecked Sendable {
    private let condition = NSCondition()
    private var word = "pending"
    private var klarna = "IN_PROGRESS"
    private var questions = 0
    private var cancels = 0
    private var isClosed = false
    private var links: (completion: String, handover: String)?
    private var server: Loopback?

    init() throws {
        server = try Loopback { [weak self] connection, request in self?.serve(connection, request) }
    }

    deinit {
        close()
    }

    var url: URL { URL(string: "http://127.0.0.1:\(server?.port ?? 0)")! }

    /// The links of the attempt, once it was started.
    var completionLink: URL { locked { URL(string: links?.completion ?? "missing")! } }
    var handoverLink: URL { locked { URL(string: links?.handover ?? "missing")! } }

    var askedHowOften: Int { locked { questions } }
    var canceledHowOften: Int { locked { cancels } }

    func say(_ word: String) {
        locked {
            self.word = word
            condition.broadcast()
        }
    }

    /// Klarna's own state of the payment request, which settles nothing.
    func klarnaSays(_ state: String) {
        locked { klarna = state }
    }

    /// Nobody waits for a word any more.
    func close() {
        locked {
            isClosed = true
            condition.broadcast()
        }
        server?.stop()
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        condition.lock()
        defer { condition.unlock() }
        return body()
    }

    private func serve(_ connection: Loopback.Connection, _ request: String) {
        let line = request.prefix { $0 != "\r\n" }
        let answer = locked { () -> String in
            if line.contains("/cancel") {
                cancels += 1
                word = "canceled"
                condition.broadcast()
            } else if line.hasPrefix("POST") {
                start(request)
            } else {
                questions += 1
                while line.contains("wait="), word == "pending", !isClosed {
                    condition.wait()
                }
            }
            return """
                {"status":"\(word)","payment_id":"p","version":\(word == "pending" ? 1 : 2),"klarna":{"state":"\(klarna)",\
                "payment_request_id":"krn:p","payment_request_url":"http://127.0.0.1/eu/requests/x/start"}}
                """
        }
        connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: \(answer.utf8.count)\r\n\r\n\(answer)")
    }

    private func start(_ request: String) {
        let body = request.range(of: "\r\n\r\n").map { request[$0.upperBound...] } ?? ""
        let order = try? JSONDecoder().decode([String: String].self, from: Data(body.utf8))
        links = (order?["return_url"] ?? "missing", order?["app_return_url"] ?? "missing")
    }
}
