#if os(Linux)
import DemoModel
import Foundation
import Glibc

/// The app without views in a process of its own (`demo-terminal`).
@MainActor final class AppProcess {
    struct Said: Decodable {
        let kept: KeptState
        let unfinished: Int
    }

    private struct Line: Decodable {
        let kept: KeptState?
        let unfinished: Int?
        let journey: URL?
    }

    enum Problem: Error {
        case ended
    }

    private let pid: Int32
    private let input: FileHandle
    private var lines: AsyncStream<Line>.Iterator
    private let exited: AsyncStream<Void>
    private var shown: [URL] = []
    private var last: Said?
    private var isAlive = true

    init(_ home: Home) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("demo-terminal")
        process.environment = ProcessInfo.processInfo.environment.merging(["XDG_DATA_HOME": home.folder.path]) { $1 }
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        let (lines, line) = AsyncStream.makeStream(of: Line.self)
        let handle = output.fileHandleForReading
        Thread {
            var rest = Data()
            while case let data = handle.availableData, !data.isEmpty {
                rest += data
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    if let one = try? JSONDecoder().decode(Line.self, from: rest[..<end]) {
                        line.yield(one)
                    }
                    rest = Data(rest[rest.index(after: end)...])
                }
            }
            line.finish()
        }.start()
        let (exited, exit) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in exit.finish() }
        try process.run()
        pid = process.processIdentifier
        self.input = input.fileHandleForWriting
        self.lines = lines.makeAsyncIterator()
        self.exited = exited
    }

    deinit {
        // A test that failed leaves no process behind. Once it is gone its number may be another's.
        if isAlive {
            Glibc.kill(pid, SIGKILL)
        }
    }

    func send(_ line: String) {
        input.write(Data((line + "\n").utf8))
    }

    /// The next state that fits, the last one that was heard included.
    func state(where fits: (Said) -> Bool = { _ in true }) async throws -> Said {
        while true {
            if let last, fits(last) {
                return last
            }
            try await hear()
        }
    }

    /// The next journey that is shown.
    func journey() async throws -> URL {
        while shown.isEmpty {
            try await hear()
        }
        return shown.removeFirst()
    }

    /// Without a word, as the system does it.
    func kill() async {
        Glibc.kill(pid, SIGKILL)
        for await _ in exited {}
        isAlive = false
    }

    private func hear() async throws {
        var lines = lines
        let line = await lines.next(isolation: #isolation)
        self.lines = lines
        guard let line else { throw Problem.ended }
        if let kept = line.kept, let unfinished = line.unfinished {
            last = Said(kept: kept, unfinished: unfinished)
        }
        if let journey = line.journey {
            shown.append(journey)
        }
    }
}

/// Where one phone keeps its files.
final class Home: Sendable {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("demo-" + UUID().uuidString)

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }
}
#endif
