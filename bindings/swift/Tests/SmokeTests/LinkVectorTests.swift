import Foundation
import KlarnaStepUpCore
import Testing

/// `tests/vectors/links.json`, every case of it, through the client: the attempt under test is a prepared one with the file's nonce.
@Suite struct LinkVectorTests {
    private let vectors: LinkVectors

    init() throws {
        let root = (0..<5).reduce(URL(fileURLWithPath: #filePath)) { path, _ in path.deletingLastPathComponent() }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        vectors = try decoder.decode(
            LinkVectors.self, from: Data(contentsOf: root.appendingPathComponent("tests/vectors/links.json")))
    }

    @Test func linksAreReadAsTheFileSays() async throws {
        var phones: [String: PreparedPhone] = [:]
        try await run("reads", vectors.reads) { read in
            let made: PreparedPhone
            if let phone = phones[read.configuration] {
                made = phone
            } else {
                made = try await PreparedPhone(vectors, read.configuration, httpsLinks: true)
                phones[read.configuration] = made
            }
            let uri = read.uri + String(repeating: "x", count: read.pad ?? 0)
            let disposition = made.client.handleLink(uri: uri)
            #expect(try disposition == made.expected(read.expect), "\(read.name)")
        }
    }

    @Test func linksAreWrittenAsTheFileSays() async throws {
        try await run("writes", vectors.writes) { write in
            let phone = try await PreparedPhone(vectors, write.configuration, httpsLinks: write.httpsLinks)
            #expect(phone.attempt.handoverLink == write.expect.handover, "\(write.name)")
            #expect(phone.attempt.completionLink == write.expect.completion, "\(write.name)")
        }
    }

    @Test func linksThatCannotWorkAreRefusedByField() async throws {
        let journal = try TemporaryFolder()
        try await run("refused_configurations", vectors.refusedConfigurations) { refused in
            let configuration = Phone.configuration("http://127.0.0.1:1", refused.links.returnLinks, journal.path)
            #expect(refusedField(configuration) == refused.field, "\(refused.name)")
        }
    }

    private func run<Case: Named>(_ list: String, _ cases: [Case], _ check: (Case) async throws -> Void) async throws {
        var executed: Set<String> = []
        for one in cases {
            try await check(one)
            executed.insert(one.name)
        }
        #expect(executed == Set(cases.map(\.name)))
        #expect(executed.count == cases.count, "names are unique")
        #expect(!executed.isEmpty)
        print("links.json \(list): \(executed.count) cases")
    }
}

private protocol Named {
    var name: String { get }
}

private struct LinkVectors: Decodable {
    let attemptNonce: String
    let configurations: [String: Links]
    let reads: [Read]
    let writes: [Write]
    let refusedConfigurations: [Refusal]

    struct Links: Decodable {
        let handover: String
        let completion: String
        let fallbackScheme: String?
        let nonce: String?

        var returnLinks: ReturnLinks {
            ReturnLinks(handover: handover, completion: completion, fallbackScheme: fallbackScheme)
        }
    }

    struct Read: Decodable, Named {
        let name: String
        let configuration: String
        let uri: String
        let pad: Int?
        let expect: Expected

        struct Expected: Decodable {
            let ours: String?
            let nonce: String?
            let refused: String?
            let notOurs: Bool?
        }
    }

    struct Write: Decodable, Named {
        let name: String
        let configuration: String
        let httpsLinks: Bool
        let expect: Expected

        struct Expected: Decodable {
            let handover: String
            let completion: String
        }
    }

    struct Refusal: Decodable, Named {
        let name: String
        let links: Links
        let field: String
    }
}

/// A client with one prepared attempt that has the file's nonce. Its backend is out of reach.
private final class PreparedPhone {
    let client: StepUpClient
    let attempt: PreparedAttempt
    private let journal: TemporaryFolder
    private var seen: Set<String> = []

    init(_ vectors: LinkVectors, _ name: String, httpsLinks: Bool) async throws {
        journal = try TemporaryFolder()
        let links = try #require(vectors.configurations[name])
        let nonce = try #require(Data(base64Encoded: Self.padded(vectors.attemptNonce)))
        let configuration = Phone.configuration(
            "http://127.0.0.1:1", links.returnLinks, journal.path, nonce: links.nonce == "off" ? .off : .query)
        client = try StepUpClient.forTesting(
            configuration: configuration,
            parts: HostParts(
                transport: Offline(), deviceFacts: Facts([.authSession], httpsLinks: httpsLinks), credentials: nil, statusSource: nil,
                listener: nil),
            test: TestParts(clock: nil, entropy: Fixed(nonce), stepObserver: nil))
        let prepared = await client.prepare(order: Order(reference: "42", json: "{}"))
        guard case .ready(let attempt) = prepared else {
            client.shutdown()
            throw World.Problem(description: "not prepared: \(prepared)")
        }
        self.attempt = attempt
    }

    deinit {
        client.shutdown()
    }

    func expected(_ read: LinkVectors.Read.Expected) throws -> LinkDisposition {
        if read.notOurs == true {
            return .notOurs
        }
        if let refused = read.refused {
            let reasons: [String: RefusedReason] = [
                "too_long": .tooLong, "unreadable": .unreadable, "user_info": .userInfo, "port_differs": .portDiffers,
                "repeated_nonce": .repeatedNonce,
            ]
            return .refused(reason: try #require(reasons[refused]))
        }
        switch read.nonce {
        case "malformed":
            return .refused(reason: .malformedNonce)
        case "missing":
            // Nothing is in its journey: there is no telling yet what it is for.
            return .accepted
        default:
            let completion = read.ours == "completion"
            guard seen.insert(completion ? "completion" : "handover").inserted else {
                return .duplicate(attempt: attempt.attempt)
            }
            return completion ? .completion(attempt: attempt.attempt) : .handover(attempt: attempt.attempt)
        }
    }

    /// Base64 of URLs has other letters and no padding.
    private static func padded(_ text: String) -> String {
        let letters = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        return letters + String(repeating: "=", count: (4 - letters.count % 4) % 4)
    }
}

private final class Offline: HttpTransport {
    func start(request: HostHttpRequest, completion: HttpCompletion) throws {
        completion.failed(kind: .notSent)
    }

    func cancel(id: UInt64) throws {}
}

private final class Fixed: Entropy {
    private let value: Data

    init(_ value: Data) {
        self.value = value
    }

    func bytes(count: UInt32) throws -> Data {
        value.prefix(Int(count))
    }
}
