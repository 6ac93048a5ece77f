import Foundation
import Testing

@testable import KlarnaStepUp

extension AppleShell {
    /// A waiting screen comes and goes while its attempt changes.
    @Suite struct StatusStreamTests {
        /// A cancelled task ends its stream under a lock of the task's, and whoever tells the stream something takes that lock too.
        @Test func aReaderThatIsCancelledWhileItsAttemptChangesStopsNobody() async {
            let streams = Streams(CoreReference())
            let id = AttemptID(rawValue: "a")
            let state = AttemptState(
                id: id, reference: "42", phase: .confirming, whoActs: .backend, isWaitingForCustomer: false, canReopen: true,
                canAbandon: true, surface: nil, createdAt: Date(timeIntervalSince1970: 0))
            for _ in 0..<1_000 {
                let readers = (0..<8).map { _ in
                    Task { for await _ in streams.states(of: nil) {} }
                }
                let changing = Task.detached {
                    for _ in 0..<20 {
                        streams.changed(state)
                        // Lets the readers wait for the next one.
                        await Task.yield()
                    }
                }
                await Task.yield()
                readers.forEach { $0.cancel() }
                for reader in readers {
                    await reader.value
                }
                await changing.value
            }
        }
    }
}
