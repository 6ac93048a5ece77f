import Foundation

/// What only the testing product steers. Apps cannot reach it: no public initialiser takes one.
package struct Seams: Sendable {
    /// The time; the system's if nil.
    package var clock: (any ClockSeam)?
    /// Random bytes; the system's if nil.
    package var entropy: (@Sendable (_ count: Int) -> Data)?
    /// Called on the core's own loop before and after each effect: whoever blocks there stops the core.
    package var observer: (@Sendable (Step) -> Void)?
    /// Runs what the client does besides its callers' tasks; a task of its own for each if nil.
    package var spawn: (@Sendable (@escaping @Sendable () async -> Void) -> Task<Void, Never>)?

    package init() {}

    /// An effect of the core's.
    package struct Step: Sendable, Hashable {
        package let attempt: AttemptID
        package let effect: String
        package let isDone: Bool

        package init(attempt: AttemptID, effect: String, isDone: Bool) {
            self.attempt = attempt
            self.effect = effect
            self.isDone = isDone
        }
    }
}

/// Tells the time, for tests.
package protocol ClockSeam: AnyObject, Sendable {
    /// Unix milliseconds, and milliseconds that never go back.
    func now() -> (wall: Int64, monotonic: UInt64)
    /// The core has nothing to do until `at` (monotonic milliseconds), or until something happens: call `rest.wake` then. Replaces an
    /// earlier wish. `inFlight`: requests and questions that are under way.
    func rests(until at: UInt64?, inFlight: UInt32, rest: Rest)
}

/// One rest of the core's.
package struct Rest: Sendable {
    /// The time may have come.
    package let wake: @Sendable () -> Void
    /// Nothing was posted to the core since: the rest still lasts.
    package let lasts: @Sendable () -> Bool
}
