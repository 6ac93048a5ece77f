import Foundation

/// What happened in an attempt, line by line: the library's own trace, from which it has taken out whatever is secret.
public struct Timeline: Hashable, Sendable {
    /// One line, or several equal ones in a row.
    public struct Line: Hashable, Identifiable, Sendable {
        /// Its place.
        public fileprivate(set) var id: Int
        /// Milliseconds since the first.
        public let milliseconds: Int
        /// Something that happened, rather than something that the library did about it.
        public let isIncoming: Bool
        /// What, by the library's name (`docs/architecture.md`).
        public let name: String
        /// How often in a row.
        public fileprivate(set) var count = 1

        /// `3.250 s`.
        public var time: String {
            let rest = String(1000 + milliseconds % 1000).dropFirst()
            return "\(milliseconds / 1000).\(rest) s"
        }

        /// The name without what stands in brackets.
        fileprivate var kind: String { String(name.prefix { $0.isLetter }) }

        /// The same but for the numbers of questions and presentations.
        fileprivate func isLike(_ other: Line) -> Bool {
            isIncoming == other.isIncoming && name.filter { !$0.isNumber } == other.name.filter { !$0.isNumber }
        }
    }

    /// Oldest first.
    public let lines: [Line]

    /// Nothing happened yet.
    public static let empty = Timeline(lines: [])

    private init(lines: [Line]) {
        self.lines = lines
    }

    /// Reads what `StepUpClient.trace(of:)` gives. What cannot be read is an empty timeline.
    ///
    /// - Parameter folded: Leaves out what only the library's inside is concerned with, and counts repetitions instead of showing them.
    public init(trace: String?, folded: Bool = true) {
        struct Trace: Decodable {
            struct Step: Decodable {
                let ms: Int
                let `in`: String?
                let out: String?
            }
            let steps: [Step]
        }
        let steps = (try? JSONDecoder().decode(Trace.self, from: Data((trace ?? "").utf8)))?.steps ?? []
        var lines = steps.enumerated().map { number, step in
            Line(id: number, milliseconds: step.ms, isIncoming: step.in != nil, name: step.in ?? step.out ?? "")
        }
        if folded {
            lines = Self.folded(lines.filter { !Self.inside.contains($0.kind) })
        }
        for number in lines.indices {
            lines[number].id = number
        }
        self.lines = lines
    }

    /// Of no interest to somebody who looks at a payment.
    private static let inside: Set = ["Persist", "Persisted", "WakeAt", "Tick"]
    /// So many lines may repeat together, such as a question and its answer.
    private static let longestCycle = 6

    private static func folded(_ lines: [Line]) -> [Line] {
        var kept: [Line] = []
        for line in lines {
            kept.append(line)
            for length in 1...longestCycle where kept.count >= 2 * length {
                let (earlier, later) = (kept.count - 2 * length, kept.count - length)
                guard (0..<length).allSatisfy({ kept[earlier + $0].isLike(kept[later + $0]) }) else {
                    continue
                }
                for place in 0..<length {
                    kept[earlier + place].count += kept[later + place].count
                }
                kept.removeLast(length)
                break
            }
        }
        return kept
    }
}

/// A trace to hand to somebody: a file's name and its content.
public struct SharedTrace: Hashable, Sendable {
    /// `klarna-step-up-….json`; says nothing about order or customer.
    public let fileName: String
    /// JSON.
    public let text: String

    private struct Document: Encodable {
        let app = "KlarnaStepUp demo, iOS"
        let scenario: String?
        let outcomes: [String]
        let trace: JSONValue
    }

    /// - Parameter number: Tells the files of one phone apart.
    init?(trace: String?, of record: PaymentRecord, number: Int) {
        guard let trace, let value = try? JSONDecoder().decode(JSONValue.self, from: Data(trace.utf8)) else {
            return nil
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let document = Document(scenario: record.scenario, outcomes: record.told.map(\.name), trace: value)
        guard let data = try? encoder.encode(document) else {
            return nil
        }
        fileName = "klarna-step-up-\(number).json"
        text = String(decoding: data, as: UTF8.self)
    }
}
