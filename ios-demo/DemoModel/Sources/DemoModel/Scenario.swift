import Foundation

/// A file of `tests/scenarios`, as far as a shop in somebody's hand needs it.
public struct Scenario: Decodable, Hashable, Identifiable, Sendable {
    /// The file's name without `.json`.
    public let name: String
    /// What is shown by it, in a sentence.
    public let about: String
    /// The sandbox's set-up.
    public let world: World
    /// How app and phone differ from the usual, by the names of `schema.json`.
    public let app: [String: JSONValue]
    /// What is paid.
    public let order: Order
    /// What happens, in order.
    public let steps: [Step]
    /// Every outcome that the app is told, in order.
    public let told: [Told]

    /// As its name.
    public var id: String { name }

    /// The sandbox's set-up.
    public struct World: Decodable, Hashable, Sendable {
        /// Whether the backend holds questions; yes if nil.
        public var longPoll: Bool?
        /// How the backend names the journey: `klarna` (also if nil) or `redirect`.
        public var replyShape: String?
        /// What only the start of a sandbox decides is in use: sessions, a database, another life of requests.
        public var needsAnotherSandbox = false

        private enum Keys: String, CodingKey {
            case longPoll = "long_poll"
            case replyShape = "reply_shape"
            case requestLife = "request_life_ms"
            case sessions, database
        }

        init() {}

        /// Reads it.
        public init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Keys.self)
            longPoll = try fields.decodeIfPresent(Bool.self, forKey: .longPoll)
            replyShape = try fields.decodeIfPresent(String.self, forKey: .replyShape)
            needsAnotherSandbox = [.requestLife, .sessions, .database].contains { fields.contains($0) }
        }
    }

    /// What is paid.
    public struct Order: Decodable, Hashable, Sendable {
        /// Decides how Klarna answers.
        public var email: String?
    }

    /// One step.
    public struct Step: Decodable, Hashable, Sendable {
        /// Which.
        public let kind: String
        /// Everything that stands in it, `step` too.
        public let fields: JSONValue

        /// Reads it.
        public init(from decoder: any Decoder) throws {
            fields = try JSONValue(from: decoder)
            guard let kind = fields["step"]?.string else {
                throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "a step without a name"))
            }
            self.kind = kind
        }
    }

    /// An outcome that is expected.
    public struct Told: Decodable, Hashable, Sendable {
        /// `approved`, `declined`, `canceled`, `undetermined`, `not-started`.
        public let outcome: String
        /// Why, where it matters.
        public let reason: String?
    }

    private struct Expect: Decodable {
        let told: [Told]
    }

    private enum Keys: String, CodingKey {
        case name, about, world, app, order, steps, expect
    }

    /// Reads a file.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Keys.self)
        name = try fields.decode(String.self, forKey: .name)
        about = try fields.decode(String.self, forKey: .about)
        world = try fields.decodeIfPresent(World.self, forKey: .world) ?? World()
        app = try fields.decodeIfPresent([String: JSONValue].self, forKey: .app) ?? [:]
        order = try fields.decodeIfPresent(Order.self, forKey: .order) ?? Order()
        steps = try fields.decode([Step].self, forKey: .steps)
        told = try fields.decode(Expect.self, forKey: .expect).told
    }
}

/// The scenarios that came with the app.
public struct ScenarioLibrary: Sendable {
    /// By name.
    public let scenarios: [Scenario]

    /// None.
    public static let empty = ScenarioLibrary(scenarios: [])

    init(scenarios: [Scenario]) {
        self.scenarios = scenarios
    }

    /// Reads all files of a folder: `tests/scenarios`, which the app carries as it is.
    ///
    /// - Throws: If the folder cannot be read, or a file of it is no scenario.
    public init(folder: URL) throws {
        let decoder = JSONDecoder()
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" && $0.lastPathComponent != "schema.json" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        scenarios = try files.map { try decoder.decode(Scenario.self, from: Data(contentsOf: $0)) }
    }

    /// One by its name.
    public func named(_ name: String?) -> Scenario? {
        scenarios.first { $0.name == name }
    }

    /// Those that hold this text, in name or sentence; all for an empty one. What can be played by hand comes first.
    public func search(_ text: String) -> [Scenario] {
        let words = text.lowercased().split(separator: " ")
        let found = scenarios.filter { scenario in
            words.allSatisfy { (scenario.name + " " + scenario.about).lowercased().contains($0) }
        }
        return found.filter { $0.obstacle == nil } + found.filter { $0.obstacle != nil }
    }
}
