import Foundation
import KlarnaStepUp

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A world of the sandbox: a backend, Klarna's side, and customers who do as they are told.
struct Sandbox: Sendable {
    /// The backend's base URL.
    let backend: URL
    private let control: String

    struct Problem: Error {
        let what: String
    }

    /// Makes a world at the control API that `STEPUP_CONTROL` names.
    static func open() async throws -> Sandbox {
        struct Made: Decodable {
            let backend: URL
            let control: String
        }
        guard let host = ProcessInfo.processInfo.environment["STEPUP_CONTROL"] else {
            throw Problem(what: "STEPUP_CONTROL is not set")
        }
        let made: Made = try await post(host + "/worlds", [String: String]())
        return Sandbox(backend: made.backend, control: made.control)
    }

    /// A customer opens the address and approves. Returns the link into the app on which the journey ends.
    func approve(_ journey: URL) async throws -> URL? {
        struct Opened: Decodable {
            let id: Int
        }
        struct Report: Decodable {
            let uri: URL?
        }
        let opened: Opened = try await Self.post(control + "/customers", ["url": journey.absoluteString])
        let steps = ["steps": ["phone:+4306762600456", "otp:123456", "option", "approve"]]
        let reports: [Report] = try await Self.post(control + "/customers/\(opened.id)/steps", steps)
        return reports.last?.uri
    }

    private static func post<Answer: Decodable>(_ address: String, _ body: some Encodable) async throws -> Answer {
        guard let url = URL(string: address) else {
            throw Problem(what: "not an address: \(address)")
        }
        var request = URLRequest(url: url, timeoutInterval: 30)
        request.httpMethod = "POST"
        request.httpBody = try JSONEncoder().encode(body)
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        return try JSONDecoder().decode(Answer.self, from: try await URLSession.shared.data(for: request).0)
    }
}

/// Shows journeys to a scripted customer.
final class Customer: JourneyPresenter {
    private let sandbox: Sandbox

    init(_ sandbox: Sandbox) {
        self.sandbox = sandbox
    }

    func present(_ journey: Journey) {
        journey.presented()
        Task { [sandbox] in
            journey.closed(returning: try? await sandbox.approve(journey.url))
        }
    }

    func dismiss(_ journey: Journey) {}

    func forward(_ link: URL, to journey: Journey) {}
}
