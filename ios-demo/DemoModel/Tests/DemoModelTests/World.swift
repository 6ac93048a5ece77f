import DemoModel
import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A sandbox of one test's own, with a customer.
struct World {
    /// As `cargo xtask sandbox` would say it.
    let address: SandboxAddress
    private let id: Int
    private let control: String
    private let host: String

    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// Makes one, and ends it when `test` is done.
    @MainActor static func with(_ test: @MainActor (World) async throws -> Void) async throws {
        guard let host = ProcessInfo.processInfo.environment["STEPUP_CONTROL"] else {
            throw Problem(description: "STEPUP_CONTROL is not set: run `cargo xtask test ios-demo`, which starts the sandbox")
        }
        struct Made: Decodable {
            let id: Int
            let backend: String
            let klarna: String
            let acquirer: String
            let control: String
        }
        let made: Made = try await call("POST", host + "/worlds", [String: String]())
        var link = URLComponents()
        (link.scheme, link.host) = (SandboxAddress.scheme, "sandbox")
        link.queryItems = [
            URLQueryItem(name: "backend", value: made.backend), URLQueryItem(name: "klarna", value: made.klarna),
            URLQueryItem(name: "acquirer", value: made.acquirer), URLQueryItem(name: "control", value: made.control),
        ]
        let address = try SandboxAddress(link: link.url!)
        let world = World(address: address, id: made.id, control: made.control, host: host)
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

    /// The link that names this sandbox.
    var link: URL {
        var link = URLComponents()
        (link.scheme, link.host) = (SandboxAddress.scheme, "sandbox")
        link.queryItems = [
            URLQueryItem(name: "backend", value: address.backend.absoluteString), URLQueryItem(name: "control", value: control),
        ]
        return link.url!
    }

    /// What a customer does who approves.
    static let approving = ["phone:+4306762600456", "otp:123456", "option", "approve"]

    /// A customer opens the address and does this. Returns the link to the app if it ends there.
    @discardableResult
    func customer(_ url: URL, does steps: [String] = approving) async throws -> URL? {
        struct Opened: Decodable {
            let id: Int
        }
        struct Report: Decodable {
            let uri: String?
        }
        let opened: Opened = try await Self.call("POST", control + "/customers", ["url": url.absoluteString])
        let reports: [Report] = try await Self.call("POST", control + "/customers/\(opened.id)/steps", ["steps": steps])
        return reports.last?.uri.flatMap(URL.init)
    }

    /// What Klarna moved: the number of transactions of all payments.
    func transactions() async throws -> Int {
        struct Books: Decodable {
            struct Record: Decodable {
                struct Transaction: Decodable {}
                let transactions: [Transaction]
            }
            let klarna: [Record]
        }
        let books: Books = try await Self.call("GET", control + "/books", String?.none)
        return books.klarna.map(\.transactions.count).reduce(0, +)
    }

    /// How many requests the phone sent to this endpoint: `start`, `status`, `cancel`.
    func requests(_ endpoint: String) async throws -> Int {
        struct Entry: Decodable {
            let endpoint: String
        }
        let entries: [Entry] = try await Self.call("GET", control + "/wire", String?.none)
        return entries.filter { $0.endpoint == endpoint }.count
    }

    private static func call<Answer: Decodable>(_ method: String, _ address: String, _ body: (some Encodable)?) async throws -> Answer {
        try JSONDecoder().decode(Answer.self, from: await send(method, address, body.map { try JSONEncoder().encode($0) }))
    }

    private static func send(_ method: String, _ address: String, _ body: Data?) async throws -> Data {
        var request = URLRequest(url: URL(string: address)!, timeoutInterval: 30)
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
