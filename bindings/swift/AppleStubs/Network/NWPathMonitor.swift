import Foundation

/// https://developer.apple.com/documentation/network/nwpath
public struct NWPath: Equatable, Sendable {
    /// https://developer.apple.com/documentation/network/nwpath/status-swift.enum
    public enum Status: Sendable {
        case satisfied
        case unsatisfied
        case requiresConnection
    }

    /// https://developer.apple.com/documentation/network/nwpath/status-swift.property
    public let status: Status
    let interface: String

    /// A path over a network of this name.
    package init(_ status: Status, interface: String = "") {
        self.status = status
        self.interface = interface
    }
}

/// https://developer.apple.com/documentation/network/nwpathmonitor
public final class NWPathMonitor {
    /// https://developer.apple.com/documentation/network/nwpathmonitor/init()
    public init() {}

    /// https://developer.apple.com/documentation/network/nwpathmonitor/pathupdatehandler
    public var pathUpdateHandler: (@Sendable (_ newPath: NWPath) -> Void)?

    /// https://developer.apple.com/documentation/network/nwpathmonitor/start(queue:)
    public func start(queue: DispatchQueue) {
        isRunning = true
    }

    /// https://developer.apple.com/documentation/network/nwpathmonitor/cancel()
    public func cancel() {
        isRunning = false
    }

    /// Between `start` and `cancel`.
    package private(set) var isRunning = false

    /// The system found another path.
    package func find(_ path: NWPath) {
        pathUpdateHandler?(path)
    }
}
