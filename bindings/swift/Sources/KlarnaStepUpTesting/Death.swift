import Foundation
import KlarnaStepUp

/// A folder for a journal, which goes away with its owner.
package final class TestJournal: Sendable {
    package let url: URL

    package init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }
}

/// Ends the app at a step, as a phone's system does: what the journal held at that moment is all that is left.
///
/// Within one process nothing can be killed. So the core is held where it is, the journal is copied, and whatever the held core does once
/// it is let go happens to the journal that nobody reads any more.
final class Death: Sendable {
    private struct State {
        var stepsLeft: Int?
        var copied: TestJournal?
        var isReleased = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let journal: TestJournal
    private let state = Locked(State())
    private let released = DispatchSemaphore(value: 0)

    init(_ journal: TestJournal) {
        self.journal = journal
    }

    func comes(at step: Int) {
        state.use { $0.stepsLeft = step }
    }

    /// Called on the core's own loop at every step.
    func step() {
        let isNow = state.use { state in
            guard let left = state.stepsLeft, !state.isReleased else {
                return false
            }
            state.stepsLeft = left > 1 ? left - 1 : nil
            return left <= 1
        }
        if isNow {
            copy()
            let waiting = state.use { state in
                defer { state.waiting = [] }
                return state.waiting
            }
            waiting.forEach { $0.resume() }
            released.wait()
        }
    }

    var isDone: Bool { state.use { $0.copied != nil } }

    func done() async {
        await withCheckedContinuation { continuation in
            let isDone = state.use { state in
                if state.copied == nil {
                    state.waiting.append(continuation)
                }
                return state.copied != nil
            }
            if isDone {
                continuation.resume()
            }
        }
    }

    /// Keeps what the journal holds now.
    func copy() {
        guard let copy = try? TestJournal() else {
            return
        }
        let files = try? FileManager.default.contentsOfDirectory(at: journal.url, includingPropertiesForKeys: nil)
        for file in files ?? [] where file.lastPathComponent != "lock" {
            try? FileManager.default.copyItem(at: file, to: copy.url.appendingPathComponent(file.lastPathComponent))
        }
        state.use { $0.copied = copy }
    }

    func kept() throws -> TestJournal {
        try state.use { $0.copied } ?? TestJournal()
    }

    /// Lets a held core go.
    func release() {
        let first = state.use { state in
            defer { state.isReleased = true }
            return !state.isReleased
        }
        if first {
            released.signal()
        }
    }
}
