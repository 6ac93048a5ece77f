import Foundation

/// A value behind a lock. (`Mutex` and `OSAllocatedUnfairLock` are newer than iOS 15.)
package final class Locked<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    package init(_ value: Value) {
        self.value = value
    }

    package func use<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}

/// The core's client for those whom the core itself holds: it must not live because of them.
final class CoreReference<Core: AnyObject & Sendable>: Sendable {
    private struct Weak {
        weak var core: Core?
    }

    private let reference = Locked(Weak())

    func set(_ core: Core) {
        reference.use { $0.core = core }
    }

    var core: Core? { reference.use { $0.core } }
}
