import Foundation
import KlarnaStepUp
import KlarnaStepUpTesting
import Testing

/// `tests/vectors/links.json`, every case of it, through the client: the attempt under test is a prepared one with the file's nonce.
@Suite struct LinkVectorTests {
    private let vectors: LinkVectors

    init() throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        vectors = try decoder.decode(LinkVectors.self, from: Vectors.read("links.json"))
    }

    @Test func linksAreReadAsTheFileSays() async throws {
        var phones: [String: PreparedPhone] = [:]
        try await Vectors.run("links.json reads", vectors.reads.map { ($0.name, $0) }) { read in
            let made: PreparedPhone
            if let phone = phones[read.configuration] {
                made = phone
            } else {
                made = try await PreparedPhone(vectors, read.configuration, httpsLinks: true)
                phones[read.configuration] = made
            }
            let uri = read.uri + String(repeating: "x", count: read.pad ?? 0)
            let url = URL(string: uri)
            // Some of them are no URL to Foundation, or another one; the system can hand over none of those.
            let disposition = url?.absoluteString == uri ? url.map(made.client.handle) : made.client.handle(link: uri)
            #expect(try disposition == made.expected(read.expect), "\(read.name)")
        }
    }

    @Test func linksAreWrittenAsTheFileSays() async throws {
        try await Vectors.run("links.json writes", vectors.writes.map { ($0.name, $0) }) { write in
            let phone = try await PreparedPhone(vectors, write.configuration, httpsLinks: write.httpsLinks)
            #expect(phone.attempt.handoverLink == write.expect.handover, "\(write.name)")
            #expect(phone.attempt.completionLink == write.expect.completion, "\(write.name)")
        }
    }

    @Test func linksThatCannotWorkAreRefusedByField() async throws {
        try await Vectors.run("links.json refused_configurations", vectors.refusedConfigurations.map { ($0.name, $0) }) { refused in
            var configuration = TestPhone.configuration
            configuration.links = refused.links.returnLinks
            #expect(refusedField(configuration) == refused.field, "\(refused.name)")
        }
    }
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

    struct Read: Decodable {
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

    struct Write: Decodable {
        let name: String
        let configuration: String
        let httpsLinks: Bool
        let expect: Expected

        struct Expected: Decodable {
            let handover: String
            let completion: String
        }
    }

    struct Refusal: Decodable {
        let name: String
        let links: Links
        let field: String
    }
}

/// A client with one prepared attempt that has the file's nonce. Its backend is out of reach.
private final class PreparedPhone {
    let client: StepUpClient
    let attempt: PreparedAttempt
    private let phone: TestPhone
    private var seen: Set<String> = []

    init(_ vectors: LinkVectors, _ name: String, httpsLinks: Bool) async throws {
        let links = try #require(vectors.configurations[name])
        let nonce = try #require(Data(base64Encoded: Self.padded(vectors.attemptNonce)))
        var configuration = TestPhone.configuration
        configuration.links = links.returnLinks
        configuration.linkNonce = links.nonce == "off" ? .off : .query
        let device = DeviceFacts(surfaces: [.authSession], httpsLinks: httpsLinks)
        phone = try TestPhone(configuration, device, ScriptedBackend(), VirtualClock(), TestJournal()) { seams in
            seams.entropy = { count in nonce.prefix(count) }
        }
        phone.inject(.offline)
        client = phone.client
        guard case .ready(let attempt) = await client.prepare(Order(reference: "42", json: "{}")) else {
            throw World.Problem(description: "not prepared")
        }
        self.attempt = attempt
    }

    func expected(_ read: LinkVectors.Read.Expected) throws -> LinkDisposition {
        if read.notOurs == true {
            return .notOurs
        }
        if let refused = read.refused {
            let reason = LinkRefusal(rawValue: refused.replacingOccurrences(of: "_", with: "-"))
            return .refused(try #require(reason))
        }
        switch read.nonce {
        case "malformed":
            return .refused(.malformedNonce)
        case "missing":
            // Nothing is in its journey: there is no telling yet what it is for.
            return .accepted
        default:
            let completion = read.ours == "completion"
            guard seen.insert(completion ? "completion" : "handover").inserted else {
                return .duplicate(attempt.attempt)
            }
            return completion ? .completion(attempt.attempt) : .handover(attempt.attempt)
        }
    }

    /// Base64 of URLs has other letters and no padding.
    private static func padded(_ text: String) -> String {
        let letters = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        return letters + String(repeating: "=", count: (4 - letters.count % 4) % 4)
    }
}

/// The field for which a client of this configuration is refused, if it is.
func refusedField(_ configuration: StepUpConfiguration) -> String? {
    do {
        _ = try TestPhone(configuration)
        return nil
    } catch StepUpError.configuration(let field, _, _) {
        return field
    } catch {
        return nil
    }
}
