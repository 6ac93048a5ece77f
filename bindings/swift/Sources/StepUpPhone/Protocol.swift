import Foundation
import KlarnaStepUp

/// A command of the runner's, as `sandbox/scenarios/src/protocol.rs` has it: its name, and whichever of the fields it brings.
struct Command: Decodable {
    let `do`: String
    let call: UInt64?
    let order: OrderText?
    let replace: Bool?
    let attempt: String?
    let reply: StartReply?
    let surface: String?
    let uri: String?
    let number: UInt32?
    let noHost: Bool?
    let full: Bool?
    let owner: String?
    let adoptCurrent: Bool?
    let outcome: String?
    let observed: Bool?
    let wall: Int64?
    let mono: UInt64?
    let effect: String?
    let when: When?
    let nth: Int?

    struct OrderText: Decodable {
        let reference: String
        let json: String
    }

    /// `lost`, `not-sent`, or an answer.
    enum StartReply: Decodable {
        case answered(status: Int, body: String)
        case lost
        case notSent

        private enum Key: String, CodingKey {
            case answered
        }

        private struct Answer: Decodable {
            let status: Int
            let body: String
        }

        init(from decoder: any Decoder) throws {
            if let answers = try? decoder.container(keyedBy: Key.self) {
                let answer = try answers.decode(Answer.self, forKey: .answered)
                self = .answered(status: answer.status, body: answer.body)
                return
            }
            let word = try decoder.singleValueContainer().decode(String.self)
            switch word {
            case "lost": self = .lost
            case "not-sent": self = .notSent
            default: throw Unknown(word: word)
            }
        }
    }
}

enum When: String, Decodable {
    case before
    case after
}

/// A word that the protocol does not have.
struct Unknown: LocalizedError {
    let word: String

    var errorDescription: String? { "what is \(word)?" }
}

/// What `configure` brings.
struct Configure: Decodable {
    let backend: String
    let backendId: String?
    let owner: String?
    let credentials: [CredentialsAnswer]?
    let handover: String
    let completion: String
    let fallbackScheme: String?
    let nonce: Bool?
    let journal: String
    let surfaces: [String]
    let httpsLinks: Bool?
    let presenter: Manner?
    let policy: PolicyChanges?
    let clock: Reading?
    let seed: UInt64?

    struct Reading: Decodable {
        let wall: Int64
        let mono: UInt64
    }

    /// Milliseconds.
    struct PolicyChanges: Decodable {
        let longPoll: Double?
        let maxWait: Double?
        let customerLeft: Double?
        let startBudget: Double?
    }

    enum Manner: String, Decodable {
        case confirm
        case silent
        case refuse
        case noHost = "no-host"
    }

    /// `not-now`, `silence`, or a token.
    enum CredentialsAnswer: Decodable {
        case token(String)
        case notNow
        case silence

        private enum Key: String, CodingKey {
            case token
        }

        init(from decoder: any Decoder) throws {
            if let answers = try? decoder.container(keyedBy: Key.self) {
                self = .token(try answers.decode(String.self, forKey: .token))
                return
            }
            let word = try decoder.singleValueContainer().decode(String.self)
            switch word {
            case "not-now": self = .notNow
            case "silence": self = .silence
            default: throw Unknown(word: word)
            }
        }
    }
}

/// Reports, one JSON object a line on stdout.
final class Output: Sendable {
    private let turn = Locked(())

    func say(_ what: String, _ fields: [String: Any?] = [:]) {
        var report = fields.mapValues { $0 ?? NSNull() }
        report["what"] = what
        guard var line = try? JSONSerialization.data(withJSONObject: report) else {
            return
        }
        line.append(UInt8(ascii: "\n"))
        // A runner that is gone is no reason to stop: the end of stdin is.
        turn.use { _ in try? FileHandle.standardOutput.write(contentsOf: line) }
    }

    func refused(_ error: any Error) {
        say("refused", ["error": refusal(error)])
    }
}
