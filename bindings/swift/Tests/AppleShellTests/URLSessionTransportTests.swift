import Foundation
import Testing

@testable import KlarnaStepUp

extension AppleShell {
    /// HTTP by the system, against a server that behaves and misbehaves.
    @Suite struct URLSessionTransportTests {
        private let transport = URLSessionTransport()

        private enum Result: Equatable {
            case replied(UInt16, headers: [String: String], body: String)
            case notSent, maybeSent, tooLarge

            init(_ result: HTTPResult) {
                switch result {
                case .replied(let status, let headers, let body):
                    self = .replied(
                        status, headers: Dictionary(uniqueKeysWithValues: headers.map { ($0.name, $0.value) }),
                        body: String(decoding: body, as: UTF8.self))
                case .notSent: self = .notSent
                case .maybeSent: self = .maybeSent
                case .tooLarge: self = .tooLarge
                }
            }
        }

        private func ask(
            _ server: Loopback, path: String = "/payments", scheme: String = "http", body: String? = nil, id: UInt64 = 1,
            timeout: TimeInterval = 20
        ) async -> Result {
            await ask("\(scheme)://127.0.0.1:\(server.port)\(path)", body: body, id: id, timeout: timeout)
        }

        private func ask(_ url: String, body: String? = nil, id: UInt64 = 1, timeout: TimeInterval = 20) async -> Result {
            let request = HTTPRequest(
                id: id, method: body == nil ? "GET" : "POST", url: url,
                headers: [("Idempotency-Key", "a:start"), ("StepUp-Attempt", "a"), ("Content-Type", "application/json")],
                body: body.map { Data($0.utf8) },
                timeout: timeout)
            return await withCheckedContinuation { done in
                transport.start(request, completion: HTTPCompletion { done.resume(returning: Result($0)) })
            }
        }

        private func reply(_ status: String, _ headers: [String] = [], _ body: String) -> String {
            (["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers).joined(separator: "\r\n") + "\r\n\r\n" + body
        }

        @Test func aReplyIsHandedOverWithTheTwoHeadersThatCount() async throws {
            let answer = reply(
                "201 Created", ["Date: Wed, 25 Nov 2026 12:00:00 GMT", "retry-after: 7", "Set-Cookie: a=b"], "{\"status\":\"pending\"}")
            let server = try Loopback { connection, _ in connection.write(answer) }
            let result = await ask(server, body: "{\"order\":1}")
            #expect(
                result
                    == .replied(
                        201, headers: ["Date": "Wed, 25 Nov 2026 12:00:00 GMT", "Retry-After": "7"], body: "{\"status\":\"pending\"}"))
            let request = try #require(server.requests.first)
            #expect(request.hasPrefix("POST /payments HTTP/1.1\r\n"))
            // Names of headers have no case.
            let head = request.lowercased()
            #expect(head.contains("\r\nidempotency-key: a:start\r\n"))
            #expect(head.contains("\r\nstepup-attempt: a\r\n"))
            #expect(head.contains("\r\ncontent-type: application/json\r\n"))
            #expect(request.hasSuffix("\r\n\r\n{\"order\":1}"))
        }

        @Test(arguments: ["400 Bad Request", "401 Unauthorized", "503 Service Unavailable"])
        func everyStatusIsAReply(status: String) async throws {
            let answer = reply(status, ["WWW-Authenticate: Bearer realm=\"x\""], "no")
            let server = try Loopback { connection, _ in connection.write(answer) }
            #expect(await ask(server) == .replied(UInt16(status.prefix(3))!, headers: [:], body: "no"))
            #expect(server.requests.count == 1)
        }

        @Test func aRedirectIsNotFollowed() async throws {
            let server = try Loopback { [self] connection, request in
                let elsewhere = request.contains("/elsewhere")
                connection.write(
                    elsewhere ? reply("200 OK", [], "followed") : reply("307 Temporary Redirect", ["Location: /elsewhere"], ""))
            }
            #expect(await ask(server, body: "{}") == .replied(307, headers: [:], body: ""))
            #expect(server.requests.count == 1)
        }

        @Test func cookiesAreNotKept() async throws {
            let answer = reply("200 OK", ["Set-Cookie: session=1; Path=/"], "")
            let server = try Loopback { connection, _ in connection.write(answer) }
            _ = await ask(server)
            _ = await ask(server)
            #expect(server.requests.count == 2)
            #expect(server.requests.allSatisfy { !$0.lowercased().contains("cookie:") })
        }

        @Test func repliesAreNotCached() async throws {
            let answer = reply("200 OK", ["Cache-Control: max-age=3600", "ETag: \"1\""], "{}")
            let server = try Loopback { connection, _ in connection.write(answer) }
            _ = await ask(server)
            _ = await ask(server)
            #expect(server.requests.count == 2)
            #expect(server.requests.allSatisfy { !$0.lowercased().contains("if-none-match") })
        }

        @Test func aReplyOf64KiBIsReadAndALongerOneIsNot() async throws {
            let fits = String(repeating: "x", count: HTTPResult.limit)
            let server = try Loopback { [self] connection, request in
                connection.write(reply("200 OK", [], request.contains("/long") ? fits + "x" : fits))
            }
            #expect(await ask(server) == .replied(200, headers: [:], body: fits))
            #expect(await ask(server, path: "/long") == .tooLarge)
        }

        /// Its length is not announced, and its end never comes.
        @Test func anEndlessReplyIsCutOff() async throws {
            let server = try Loopback { connection, _ in
                connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in 0...HTTPResult.limit / 0x1000 {
                    connection.write("1000\r\n" + String(repeating: "x", count: 0x1000) + "\r\n")
                }
                connection.stall()
            }
            #expect(await ask(server) == .tooLarge)
        }

        @Test func aRefusedConnectionWasNotSent() async throws {
            let server = try Loopback { _, _ in }
            server.stop()
            #expect(await ask(server, body: "{}") == .notSent)
        }

        @Test func anAddressThatIsNoneWasNotSent() async {
            #expect(await ask("not an address") == .notSent)
        }

        /// By code, because Linux reports TLS and most of these as "unknown".
        @Test(arguments: [
            URLError.Code.notConnectedToInternet, .cannotFindHost, .dnsLookupFailed, .secureConnectionFailed, .serverCertificateUntrusted,
            .appTransportSecurityRequiresSecureConnection,
        ]) func whatFailsBeforeTheRequestWasNotSent(code: URLError.Code) {
            #expect(Exchanges.isBeforeSending(URLError(code)))
        }

        @Test(arguments: [
            URLError.Code.timedOut, .networkConnectionLost, .cancelled, .unknown, .badServerResponse, .clientCertificateRejected,
        ]) func whatMayFailAfterwardsMayHaveBeenSent(code: URLError.Code) {
            #expect(!Exchanges.isBeforeSending(URLError(code)))
        }

        @Test func aConnectionThatIsLostAfterTheRequestMayHaveBeenSent() async throws {
            let server = try Loopback { _, _ in }
            #expect(await ask(server, body: "{}") == .maybeSent)
        }

        @Test func aReplyThatBreaksOffMayHaveBeenSent() async throws {
            let server = try Loopback { connection, _ in connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf") }
            #expect(await ask(server, body: "{}") == .maybeSent)
        }

        @Test func whatIsNoHttpMayHaveBeenSent() async throws {
            let server = try Loopback { connection, _ in connection.write("\u{0}\u{1}\u{2} what?\r\n\r\n") }
            #expect(await ask(server, body: "{}") == .maybeSent)
        }

        @Test func aServerThatSaysNothingIsGivenUp() async throws {
            let server = try Loopback { connection, _ in connection.stall() }
            #expect(await ask(server, body: "{}", timeout: 0.2) == .maybeSent)
        }

        /// Every byte begins the system's own time-out anew.
        @Test func aServerThatDripsIsGivenUpToo() async throws {
            let server = try Loopback { connection, _ in
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
                while connection.write("x") { usleep(20_000) }
            }
            #expect(await ask(server, body: "{}", timeout: 0.3) == .maybeSent)
        }

        @Test func aCanceledRequestIsBrokenOffAndAnswersNothing() async throws {
            let arrived = AsyncStream.makeStream(of: String.self)
            let server = try Loopback { connection, request in
                arrived.continuation.yield("request")
                connection.stall()
                arrived.continuation.yield("gone")
                arrived.continuation.finish()
            }
            let request = HTTPRequest(
                id: 7, method: "GET", url: "http://127.0.0.1:\(server.port)/", headers: [], body: nil, timeout: 20)
            transport.start(request, completion: HTTPCompletion { _ in Issue.record("an answer nobody wants") })
            for await event in arrived.stream where event == "request" {
                transport.cancel(7)
                transport.cancel(8)
            }
            #expect(await ask(server, timeout: 0.2) == .maybeSent, "and the next is served")
        }

        @Test func manyAtOnceAreKeptApart() async throws {
            let server = try Loopback { [self] connection, request in
                connection.write(reply("200 OK", [], String(request.split(separator: " ")[1])))
            }
            let right = await withTaskGroup(of: Bool.self) { group in
                for id in 1...UInt64(32) {
                    group.addTask { await ask(server, path: "/\(id)", id: id) == .replied(200, headers: [:], body: "/\(id)") }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(right == 32)
        }

        @Test func aTransportThatIsLetGoBreaksOffWhatIsUnderWay() async throws {
            let gone = AsyncStream.makeStream(of: Void.self)
            let server = try Loopback { connection, _ in
                gone.continuation.yield()
                connection.stall()
                gone.continuation.finish()
            }
            var mine: URLSessionTransport? = URLSessionTransport()
            mine?.start(
                HTTPRequest(id: 1, method: "GET", url: "http://127.0.0.1:\(server.port)/", headers: [], body: nil, timeout: 20),
                completion: HTTPCompletion { _ in })
            for await _ in gone.stream {
                mine = nil
            }
            #expect(mine == nil, "the server saw the connection go")
        }
    }
}
