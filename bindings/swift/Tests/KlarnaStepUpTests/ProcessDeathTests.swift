#if os(Linux)
import Foundation
import Glibc
import KlarnaStepUpTesting
import Testing

/// The app's process is ended at each writing of the journal, before and after it, and another process goes on with what is there: real
/// processes, a real backend, and one payment in the end.
@Suite(.serialized) struct ProcessDeathTests {
    @Test(.timeLimit(.minutes(3))) func killedAtEachJournalStepThePaymentIsMadeOnce() async throws {
        var deaths = 0
        for nth in 1...20 {
            var isHeld = false
            for when in ["before", "after"] {
                isHeld = try await killed(nth, when)
                deaths += isHeld ? 1 : 0
            }
            if !isHeld {
                // A whole payment has no such step: that was all of them.
                break
            }
        }
        #expect(deaths >= 8, "a payment writes its journal more often than that")
        print("killed in \(deaths) processes")
    }

    /// True if that step was reached.
    private func killed(_ nth: Int, _ when: String) async throws -> Bool {
        var wasHeld = false
        try await World.with { world in
            let journal = try TestJournal()
            let first = try PhoneProcess(world.backend, journal.url.path)
            first.send(["do": "hold-at", "effect": "Persist", "when": when, "nth": nth])
            first.send(Self.pay(1))
            let end = try await first.play(world)
            await first.kill()
            wasHeld = end == .held
            guard wasHeld else {
                #expect(end == .told("approved"))
                return
            }
            let second = try PhoneProcess(world.backend, journal.url.path)
            second.send(["do": "unfinished"])
            var told = try await second.play(world)
            if told == .told("canceled") {
                // Nobody knows whether the start was sent: the backend was made to refuse it, and the customer may pay again.
                #expect(nth == 1 && when == "after")
                #expect(try await world.klarna().map(\.transactions).reduce(0, +) == 0)
                second.send(Self.pay(3))
                told = try await second.play(world, until: 3)
            }
            await second.kill()
            #expect(told == .told("approved"), "killed \(when) \(nth)")
            let moved = try await world.klarna().map(\.transactions).reduce(0, +)
            #expect(moved == 1, "killed \(when) \(nth)")
        }
        return wasHeld
    }

    static func pay(_ call: Int) -> [String: Any] {
        [
            "do": "pay", "call": call,
            "order": [
                "reference": "42",
                "json": """
                {"reference": "42", "amount": 11800, "currency": "USD", "reply": "klarna",
                 "items": [{"name": "T-shirt", "quantity": 2, "unit_price": 5900, "total_amount": 11800}],
                 "customer": {"email": "customer@email.us"}}
                """,
            ],
        ]
    }
}

/// A phone in a process of its own (`stepup-phone-swift`), in real time.
private final class PhoneProcess: Sendable {
    enum End: Equatable {
        case held
        case told(String)
    }

    private struct Report: Decodable {
        struct Attempt: Decodable {
            let attempt: String
        }

        let what: String
        let call: Int?
        let attempt: String?
        let number: Int?
        let url: String?
        let outcome: String?
        let error: String?
        let attempts: [Attempt]?
    }

    private let pid: Int32
    private let input: FileHandle
    private let reports: AsyncStream<Report>
    private let exited: AsyncStream<Void>

    init(_ backend: String, _ journal: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("stepup-phone-swift")
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        let (reports, report) = AsyncStream.makeStream(of: Report.self)
        let handle = output.fileHandleForReading
        Thread {
            var rest = Data()
            while true {
                let data = handle.availableData
                guard !data.isEmpty else {
                    report.finish()
                    return
                }
                rest += data
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    if let one = try? JSONDecoder().decode(Report.self, from: rest[..<end]) {
                        report.yield(one)
                    }
                    rest = Data(rest[rest.index(after: end)...])
                }
            }
        }.start()
        let (exited, exit) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in exit.finish() }
        try process.run()
        pid = process.processIdentifier
        self.input = input.fileHandleForWriting
        self.reports = reports
        self.exited = exited
        send([
            "do": "configure", "backend": backend, "handover": "shop://klarna/back", "completion": "shopdone://klarna/done",
            "journal": journal, "surfaces": ["auth-session"],
        ])
    }

    func send(_ command: [String: Any]) {
        if var line = try? JSONSerialization.data(withJSONObject: command) {
            line.append(UInt8(ascii: "\n"))
            try? input.write(contentsOf: line)
        }
    }

    /// Ends it as a phone's system does, and waits until it is gone: until then it holds the journal.
    func kill() async {
        Glibc.kill(pid, SIGKILL)
        for await _ in exited {}
    }

    /// Plays the customer until the app is told what became of the payment (as the answer to `call`, if given), or the core is held.
    func play(_ world: World, until call: Int? = nil) async throws -> End {
        for await report in reports {
            switch report.what {
            case "held":
                return .held
            case "outcome" where call == nil || call == report.call:
                return .told(report.outcome ?? "")
            case "present":
                let link = try await world.approve(try #require(report.url))
                send([
                    "do": "surface-closed", "attempt": report.attempt ?? "", "number": report.number ?? 0, "uri": link,
                ])
            case "unfinished":
                if let attempt = report.attempts?.first?.attempt {
                    send(["do": "resume", "call": 2, "attempt": attempt])
                } else {
                    // Told already, or never begun: either way this is what the customer would do.
                    send(ProcessDeathTests.pay(2))
                }
            case "refused":
                throw World.Problem(description: report.error ?? "refused")
            default:
                break
            }
        }
        throw World.Problem(description: "the phone's process ended")
    }
}
#endif
