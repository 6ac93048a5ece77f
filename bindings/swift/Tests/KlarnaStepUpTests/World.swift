import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A world of the sandbox for one test: a backend, Klarna's side, and a customer, by the control API of `control-api.yaml`.
struct World {
    /// The app's base URL.
    let backend: String
    private let id: Int
    private let control: String
    private let host: String

    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// Makes a world, and ends it when `test` is done.
    static func with(_ test: (World) async throws -> Void) async throws {
        guard let host = ProcessInfo.processInfo.environment["STEPUP_CONTROL"] else {
            throw Problem(description: "STEPUP_CONTROL is not set: run `cargo xtask test swift`, which starts the sandbox")
        }
        struct Made: Decodable {
            let id: Int
            let backend: String
            let control: String
        }
        let made: Made = try await call("POST", host + "/worlds", [String: String]())
        let world = World(backend: made.backend, id: made.id, control: made.control, host: host)
        do {
            try await test(world)
        } catch {
            try await world.end()
            throw error
        }
        try await world.end()
    }

    private func end() async throws {
        _ = try await Self.send("DELETE", host + "/worlds/\(id)", nil)
    }

    /// A customer opens the address, walks through the journey and approves. Returns the link to the app on which it ends.
    func approve(_ url: String) async throws -> String {
        struct Opened: Decodable {
            let id: Int
        }
        struct Report: Decodable {
            let what: String
            let uri: String?
        }
        let opened: Opened = try await Self.call("POST", control + "/customers", ["url": url])
        let steps = ["phone:+4306762600456", "otp:123456", "option", "approve"]
        let reports: [Report] = try await Self.call("POST", control + "/customers/\(opened.id)/steps", ["steps": steps])
        guard let last = reports.last, last.what == "app-link", let uri = last.uri else {
            throw Problem(description: "the journey does not end in the app")
        }
        return uri
    }

    /// `endpoint`: `start`, `status` or `cancel`.
    struct Request: Decodable, Equatable {
        let endpoint: String
        let idempotencyKey: String?
    }

    /// What the phone asked, in this order.
    func wire() async throws -> [Request] {
        try await Self.call("GET", control + "/wire", String?.none)
    }

    struct Payment: Equatable {
        let state: String?
        let transactions: Int
    }

    /// What Klarna recorded: the state and the number of transactions of each payment.
    func klarna() async throws -> [Payment] {
        struct Transaction: Decodable {}
        struct Recorded: Decodable {
            let state: String?
            let transactions: [Transaction]
        }
        struct Books: Decodable {
            let klarna: [Recorded]
        }
        let books: Books = try await Self.call("GET", control + "/books", String?.none)
        return books.klarna.map { Payment(state: $0.state, transactions: $0.transactions.count) }
    }

    private static func call<Answer: Decodable>(_ method: String, _ address: String, _ body: (some Encodable)?) async throws -> Answer {
        let answer = try await send(method, address, body.map { try JSONEncoder().encode($0) })
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Answer.self, from: answer)
    }

    private static func send(_ method: String, _ address: String, _ body: Data?) async throws -> Data {
        guard let url = URL(string: address) else {
            throw Problem(description: "not an address: \(address)")
        }
        var request = URLRequest(url: url, timeoutInterval: 30)
        request.httpMethod = method
        request.httpBody = body
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        let (data, response) = try await URLSession.shared.data(for: request)
        guard let status = (response as? HTTPURLResponse)?.statusCode, (200..<300).contains(status) else {
            throw Problem(description: "\(method) \(address): \(String(decoding: data, as: UTF8.self))")
        }
        return data
    }
}
