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
            let event = StepUpEvent(at: Date(timeIntervalSince1970: 0), attempt: id, name: "asked")
            let changing = Task.detached {
                while !Task.isCancelled {
                    streams.changed(state)
                    streams.happened(event)
                }
            }
            for _ in 0..<500 {
                let reader = Task {
                    for await _ in streams.states(of: nil) {}
                    for await _ in streams.events() {}
                }
                await Task.yield()
                reader.cancel()
                await reader.value
            }
            changing.cancel()
            await changing.value
        }
    }
}
