/// Names an attempt everywhere, also at the backend. Not a secret.
public struct AttemptID: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    /// As the backend sees it.
    public let rawValue: String

    /// An id that was kept as text.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// As the backend sees it.
    public var description: String { rawValue }
}

/// Names an outcome. The same at every delivery of it, also after a restart.
public struct OutcomeID: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    /// As text.
    public let rawValue: String

    /// An id that was kept as text.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// As text.
    public var description: String { rawValue }
}
