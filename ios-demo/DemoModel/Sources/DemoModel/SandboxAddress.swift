import Foundation

/// Where the sandbox is, as `cargo xtask sandbox` says it in a link: `klarnastepup-demo://sandbox?backend=…&klarna=…&acquirer=…&control=…`.
public struct SandboxAddress: Codable, Hashable, Sendable {
    /// What the library is configured with.
    public let backend: URL
    /// Klarna's pages.
    public let klarna: URL?
    /// The acquirer's pages.
    public let acquirer: URL?
    /// The control API; nil behind a tunnel, where the phone cannot reach it.
    public let control: URL?

    /// The app's own scheme: of the link above and of the handover link.
    public static let scheme = "klarnastepup-demo"

    /// Why a text is no sandbox's address.
    public enum Problem: Error, Hashable, Sendable {
        /// Another app's link, or another kind of link of ours.
        case notALink
        /// It names no backend.
        case noBackend
        /// What stands there is no http or https address.
        case notAnAddress(String)
    }

    /// Reads the link.
    public init(link: URL) throws(Problem) {
        guard let parts = URLComponents(url: link, resolvingAgainstBaseURL: false), Self.isSandboxLink(parts) else {
            throw .notALink
        }
        let items = parts.queryItems ?? []
        func address(_ name: String) throws(Problem) -> URL? {
            guard let text = items.first(where: { $0.name == name })?.value else {
                return nil
            }
            return try Self.address(text, named: name)
        }
        guard let backend = try address("backend") else {
            throw .noBackend
        }
        self.backend = backend
        klarna = try address("klarna")
        acquirer = try address("acquirer")
        control = try address("control")
    }

    /// Reads what somebody typed or pasted: the link, the configuration that the sandbox prints, or the backend's address alone.
    public init(pasted text: String) throws(Problem) {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if text.lowercased().hasPrefix(Self.scheme), let link = URL(string: text) {
            try self.init(link: link)
            return
        }
        let configuration = try? JSONDecoder().decode([String: String].self, from: Data(text.utf8))
        self.init(backend: try Self.address(configuration?["backend"] ?? text, named: "backend"))
    }

    private init(backend: URL) {
        self.backend = backend
        (klarna, acquirer, control) = (nil, nil, nil)
    }

    /// Hosts other than this machine's own that a journey may be on.
    public var hosts: [String] {
        let hosts = [backend, klarna, acquirer].compactMap { $0?.host?.lowercased() }
        return Set(hosts).subtracting(["127.0.0.1", "localhost", "::1", "[::1]"]).sorted()
    }

    /// What the app's own link looks like, whether or not the rest of it can be read.
    public static func isSandboxLink(_ link: URL) -> Bool {
        URLComponents(url: link, resolvingAgainstBaseURL: false).map(isSandboxLink) ?? false
    }

    private static func isSandboxLink(_ parts: URLComponents) -> Bool {
        parts.scheme?.lowercased() == scheme && parts.host?.lowercased() == "sandbox"
    }

    private static func address(_ text: String, named name: String) throws(Problem) -> URL {
        guard let url = URL(string: text), ["http", "https"].contains(url.scheme?.lowercased()), url.host?.isEmpty == false else {
            throw .notAnAddress(name)
        }
        return url
    }
}

extension SandboxAddress.Problem {
    /// What the person is told.
    public var text: String {
        switch self {
        case .notALink: "This is not the link that `cargo xtask sandbox` prints."
        case .noBackend: "The link names no backend."
        case .notAnAddress(let name): "“\(name)” is not an http or https address."
        }
    }
}
