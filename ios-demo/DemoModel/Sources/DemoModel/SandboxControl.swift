import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Something the shop does at the sandbox's control API (`sandbox/control/control-api.yaml`).
public enum ControlAction: Hashable, Sendable {
    /// Something goes wrong between phone and backend.
    case fault(JSONValue)
    /// Something goes wrong at Klarna, and nothing else does. An empty object ends it.
    case klarnaFaults(JSONValue)
    /// The backend deviates like this and no further. An empty object ends it.
    case acquirerFaults(JSONValue)
    /// One fault between phone and backend ends.
    case endFault(Int)
    /// All faults between phone and backend end.
    case clearFaults
    /// The phone has a network, or none.
    case network(online: Bool)
    /// An open payment request expires.
    case expire(paymentRequest: String)
}

/// What is set at the sandbox.
public struct FaultStatus: Hashable, Sendable {
    /// A fault between phone and backend.
    public struct Report: Decodable, Hashable, Sendable {
        /// Its number.
        public let id: Int
        /// Its name.
        public let fault: String
        /// Which requests it strikes; all if nil.
        public let endpoint: String?
        /// How often it struck.
        public let hits: Int
        /// It can strike.
        public let active: Bool
    }

    /// Between phone and backend, ended ones too.
    public var gateway: [Report] = []
    /// At Klarna.
    public var klarna: JSONValue = .object([:])
    /// At the backend.
    public var acquirer: JSONValue = .object([:])
    /// The phone's way to the backend is open. The API does not tell: it is what the shop said last.
    public var isOnline = true

    /// Nothing is set.
    public init() {}

    init(gateway: [Report], klarna: JSONValue, acquirer: JSONValue, isOnline: Bool) {
        (self.gateway, self.klarna, self.acquirer, self.isOnline) = (gateway, klarna, acquirer, isOnline)
    }
}

/// The sandbox's control API.
public struct SandboxControl: Sendable {
    private let base: URL
    private let session: URLSession

    /// Why it did not do what was asked.
    public struct Failure: Error, Hashable, Sendable {
        /// In words for the person.
        public let text: String
    }

    /// - Parameter base: `SandboxAddress.control`.
    public init(base: URL) {
        self.base = base
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = 10
        session = URLSession(configuration: configuration)
    }

    /// Does it.
    public func perform(_ action: ControlAction) async throws(Failure) {
        switch action {
        case .fault(let fault): _ = try await send("POST", "faults", fault)
        case .klarnaFaults(let faults): _ = try await send("PUT", "klarna/faults", faults)
        case .acquirerFaults(let faults): _ = try await send("PUT", "acquirer/faults", faults)
        case .endFault(let id): _ = try await send("DELETE", "faults/\(id)", nil)
        case .clearFaults: _ = try await send("DELETE", "faults", nil)
        case .network(let online): _ = try await send("PUT", "network", .object(["online": .bool(online)]))
        case .expire(let request):
            _ = try await send("POST", "klarna/expire", .object(["payment_request_id": .string(request)]))
        }
    }

    /// What is set now.
    public func status(isOnline: Bool) async throws(Failure) -> FaultStatus {
        FaultStatus(
            gateway: try await ask("faults"), klarna: try await ask("klarna/faults"), acquirer: try await ask("acquirer/faults"),
            isOnline: isOnline)
    }

    /// Klarna's names of the payment requests that are still open, oldest first.
    public func openPaymentRequests() async throws(Failure) -> [String] {
        struct Books: Decodable {
            struct Record: Decodable {
                let request: String?
                let state: String?

                enum CodingKeys: String, CodingKey {
                    case request = "payment_request_id"
                    case state
                }
            }
            let klarna: [Record]
        }
        let books: Books = try await ask("books")
        return books.klarna.filter { ["SUBMITTED", "IN_PROGRESS"].contains($0.state) }.compactMap(\.request)
    }

    private func ask<Answer: Decodable>(_ path: String) async throws(Failure) -> Answer {
        let data = try await send("GET", path, nil)
        do {
            return try JSONDecoder().decode(Answer.self, from: data)
        } catch {
            throw Failure(text: "The sandbox's answer to “\(path)” cannot be read.")
        }
    }

    private func send(_ method: String, _ path: String, _ body: JSONValue?) async throws(Failure) -> Data {
        var request = URLRequest(url: base.appendingPathComponent(path))
        request.httpMethod = method
        let answer: (Data, URLResponse)
        do {
            if let body {
                request.httpBody = try JSONEncoder().encode(body)
                request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            }
            answer = try await session.data(for: request)
        } catch {
            throw Failure(text: "The sandbox's control cannot be reached. Is `cargo xtask sandbox` running?")
        }
        guard let status = (answer.1 as? HTTPURLResponse)?.statusCode, (200..<300).contains(status) else {
            struct Refusal: Decodable {
                let error: String
            }
            let said = try? JSONDecoder().decode(Refusal.self, from: answer.0).error
            throw Failure(text: said ?? "The sandbox refused “\(path)”.")
        }
        return answer.0
    }
}
