import Foundation
import KlarnaStepUp
import KlarnaStepUpTesting

/// Reports that nothing will happen any more by itself.
final class Quiet: @unchecked Sendable {
    private struct Seen {
        var changes: UInt64 = 0
        var commands: UInt64 = 0
        /// Requests that were begun.
        var begun = 0
        /// Requests that the core counts as under way although they wait for the app's credentials, and have not left.
        var withheld: UInt32 = 0
    }

    private let condition = NSCondition()
    private var seen = Seen()

    /// Something was done that may have been the last.
    func changed() {
        change { _ in }
    }

    /// A command was dealt with.
    func commandDone() {
        change { $0.commands += 1 }
    }

    /// So many more requests were begun, and wait for credentials.
    func count(begun: Int = 0, withheld: Int = 0) {
        change { seen in
            seen.begun += begun
            seen.withheld = UInt32(Int(seen.withheld) + withheld)
        }
    }

    private func change(_ work: (inout Seen) -> Void) {
        condition.lock()
        work(&seen)
        seen.changes += 1
        condition.broadcast()
        condition.unlock()
    }

    /// Nothing was done since.
    private func isStill(_ then: Seen) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        return seen.changes == then.changes
    }

    /// Reports `idle` whenever the core has come to rest and no task is on its way.
    func report(_ clock: VirtualClock, _ executor: CountingExecutor, _ output: Output) {
        let thread = Thread { [self] in
            var reported: UInt64 = 0
            while true {
                condition.lock()
                while seen.changes == reported {
                    condition.wait()
                }
                let now = seen
                condition.unlock()
                // The core's thread starts with the client: without a rest it has not come to one yet.
                if let resting = clock.lookUp(), resting.rest.lasts(), executor.isIdle, isStill(now) {
                    output.say(
                        "idle",
                        [
                            "commands": now.commands, "in_flight": resting.inFlight - min(resting.inFlight, now.withheld),
                            "begun": now.begun, "wake_at": resting.wakeAt,
                        ])
                    reported = now.changes
                } else {
                    usleep(200)
                }
            }
        }
        thread.start()
    }
}
