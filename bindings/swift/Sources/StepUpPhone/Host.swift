import Foundation
import KlarnaStepUp

/// Shows a journey by telling the runner of it, and keeps it for what the runner says of it later.
final class Screen: JourneyPresenter {
    private struct Key: Hashable {
        let attempt: String
        let number: UInt32
    }

    private let output: Output
    private let manner: Configure.Manner
    private let journeys = Locked<[Key: Journey]>([:])

    init(_ output: Output, _ manner: Configure.Manner) {
        self.output = output
        self.manner = manner
    }

    func present(_ journey: Journey) {
        switch manner {
        case .refuse: return journey.failed(.unavailable)
        case .noHost: return journey.failed(.noHost)
        case .confirm, .silent: break
        }
        journeys.use { $0[Key(attempt: journey.attempt.rawValue, number: journey.number)] = journey }
        let scheme =
            switch journey.callback {
            case .scheme(let scheme): scheme
            case .https: "https"
            }
        output.say(
            "present",
            [
                "attempt": journey.attempt.rawValue, "number": journey.number, "surface": journey.surface.rawValue,
                "url": journey.url.absoluteString, "callback_scheme": scheme, "shown": manner == .confirm,
            ])
        if manner == .confirm {
            journey.presented()
        }
    }

    func dismiss(_ journey: Journey) {
        output.say("dismiss", ["attempt": journey.attempt.rawValue, "number": journey.number])
    }

    func forward(_ link: URL, to journey: Journey) {
        output.say("forward", ["attempt": journey.attempt.rawValue])
    }

    /// A journey that was shown.
    func journey(_ attempt: String?, _ number: UInt32?) throws -> Journey {
        let key = Key(attempt: try given(attempt), number: try given(number))
        return try given(journeys.use { $0[key] })
    }
}

/// A field that the command needs.
func given<Value>(_ value: Value?) throws -> Value {
    guard let value else {
        throw Unknown(word: "a command without all of its fields")
    }
    return value
}

/// The app's credentials: it answers what the scenario says, one after the other, the last for ever, also not at all.
final class Purse: Sendable {
    private let answers: Locked<[Configure.CredentialsAnswer]>
    private let quiet: Quiet

    init(_ answers: [Configure.CredentialsAnswer], _ quiet: Quiet) {
        self.answers = Locked(answers)
        self.quiet = quiet
    }

    func headers(_ afterRejection: Bool) async throws -> [String: String] {
        let answer = answers.use { $0.count > 1 ? $0.removeFirst() : $0.first }
        // The observer counted one sending when the request was begun. After a rejection that one is over, and there may be another.
        switch answer {
        case .token(let token):
            if afterRejection {
                quiet.count(begun: 1)
            }
            return ["Authorization": "Bearer \(token)"]
        case .silence:
            quiet.count(begun: afterRejection ? 0 : -1, withheld: 1)
            // Ends when the task is cancelled, and not before.
            for await _ in AsyncStream<Never>(Never.self, { _ in }) {}
            quiet.count(withheld: -1)
        case .notNow, nil:
            quiet.count(begun: afterRejection ? 0 : -1)
        }
        throw Unknown(word: "a token")
    }
}

/// Where the core is to stop, and how often that place was passed.
final class Holds: Sendable {
    struct Point {
        let effect: String
        let when: When
        var nth: Int
    }

    private let point = Locked<Point?>(nil)

    func set(_ wanted: Point) {
        point.use { $0 = wanted }
    }

    /// True at the point itself.
    func isReached(_ effect: String, _ when: When) -> Bool {
        point.use { point in
            guard let set = point, set.effect == effect, set.when == when else {
                return false
            }
            if set.nth > 1 {
                point?.nth -= 1
                return false
            }
            point = nil
            return true
        }
    }
}

/// A disk that takes nothing more: the system refuses every byte that would be written to a file, or takes them again.
func fillDisk(_ full: Bool) throws {
    // The signal would end the process; ignored, the write fails, as on a full disk.
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
        throw Unknown(word: "the limit of files")
    }
    limit.rlim_cur = full ? 0 : limit.rlim_max
    guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
        throw Unknown(word: "the limit of files")
    }
}
