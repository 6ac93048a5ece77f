/// JSON of which only parts are of interest: steps of scenarios, faults.
public enum JSONValue: Codable, Hashable, Sendable {
    /// `null`.
    case null
    /// `true`, `false`.
    case bool(Bool)
    /// Everything that scenarios and faults count is whole.
    case int(Int)
    /// A text.
    case string(String)
    /// A list.
    case array([JSONValue])
    /// An object.
    case object([String: JSONValue])

    /// Reads any JSON without fractions.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let int = try? value.decode(Int.self) {
            self = .int(int)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([JSONValue].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: JSONValue].self))
        }
    }

    /// Writes it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let bool): try container.encode(bool)
        case .int(let int): try container.encode(int)
        case .string(let string): try container.encode(string)
        case .array(let array): try container.encode(array)
        case .object(let object): try container.encode(object)
        }
    }

    /// A member of an object; nil if there is none, or no object.
    public subscript(_ name: String) -> JSONValue? {
        if case .object(let object) = self { object[name] } else { nil }
    }

    /// The text, if it is one.
    public var string: String? {
        if case .string(let string) = self { string } else { nil }
    }

    /// The number, if it is one.
    public var int: Int? {
        if case .int(let int) = self { int } else { nil }
    }

    /// The truth, if it is one.
    public var bool: Bool? {
        if case .bool(let bool) = self { bool } else { nil }
    }

    /// The texts, if it is a list of them.
    public var strings: [String]? {
        if case .array(let array) = self { array.compactMap(\.string) } else { nil }
    }

    /// For a person: `webhook delay_ms 30000, event completed`.
    var words: String {
        switch self {
        case .null: "none"
        case .bool(let bool): "\(bool)"
        case .int(let int): "\(int)"
        case .string(let string): string
        case .array(let array): array.map(\.words).joined(separator: ", ")
        case .object(let object):
            object.sorted { $0.key < $1.key }.map { $0.key + " " + $0.value.words }.joined(separator: ", ")
        }
    }

    /// What stands at this path; nil if nothing does.
    func at(_ path: [String]) -> JSONValue? {
        path.reduce(self) { value, name in value?[name] }
    }

    /// The same with another value at this path, or with none.
    func with(_ value: JSONValue?, at path: [String]) -> JSONValue {
        guard let name = path.first else {
            return value ?? .null
        }
        var members: [String: JSONValue] = if case .object(let object) = self { object } else { [:] }
        if path.count == 1 {
            members[name] = value
        } else {
            members[name] = (members[name] ?? .object([:])).with(value, at: Array(path.dropFirst()))
        }
        return .object(members)
    }
}
