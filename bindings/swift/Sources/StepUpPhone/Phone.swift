import Foundation
import KlarnaStepUp
import KlarnaStepUpTesting

/// A phone with a shop's app: the façade as an app uses it, on a virtual clock, told what to do by the runner.
final class Phone: Sendable {
    private let client: StepUpClient
    private let screen: Screen
    private let clock: VirtualClock
    private let quiet: Quiet
    private let executor: CountingExecutor
    private let output: Output
    private let holds = Holds()
    private let calls = Locked<[UInt64: Task<Void, Never>]>([:])
    private let watchers = Locked<[String: Task<Void, Never>]>([:])

    init(_ wanted: Configure, _ output: Output) throws {
        let quiet = Quiet()
        let executor = CountingExecutor { quiet.changed() }
        let clock = VirtualClock(wall: wanted.clock?.wall ?? 0, monotonic: wanted.clock?.mono ?? 0) { quiet.changed() }
        let screen = Screen(output, wanted.presenter ?? .confirm)
        var seams = Seams()
        seams.clock = wanted.clock == nil ? nil : clock
        seams.entropy = wanted.seed.map { SeededEntropy($0).bytes }
        seams.observer = { [holds] in Self.observe($0, holds, quiet, output) }
        seams.spawn = { executor.start($0) }
        client = try StepUpClient(
            configuration: Self.configuration(wanted, screen, quiet), platform: Self.platform(wanted, screen), seams: seams)
        (self.screen, self.clock, self.quiet, self.executor, self.output) = (screen, clock, quiet, executor, output)
        listen()
        if wanted.clock != nil {
            // The core's thread starts at the first need; before that nothing could tell that it rests.
            client.warmUp()
            quiet.report(clock, executor, output)
        }
    }

    private static func configuration(_ wanted: Configure, _ screen: Screen, _ quiet: Quiet) throws -> StepUpConfiguration {
        let links = ReturnLinks(handover: wanted.handover, completion: wanted.completion, fallbackScheme: wanted.fallbackScheme)
        var configuration = StepUpConfiguration(backend: try given(URL(string: wanted.backend)), links: links, environment: .sandbox())
        configuration.backendID = wanted.backendId ?? "sandbox"
        configuration.linkNonce = wanted.nonce ?? true ? .query : .off
        configuration.owner = wanted.owner
        if let answers = wanted.credentials, !answers.isEmpty {
            configuration.credentials = Purse(answers, quiet).headers
        }
        if wanted.surfaces.contains(Surface.custom.rawValue) {
            configuration.customPresenter = screen
        }
        let seconds = { (milliseconds: Double?) in milliseconds.map { $0 / 1000 } }
        let (changes, standard) = (wanted.policy, configuration.policy)
        configuration.policy.longPoll = seconds(changes?.longPoll) ?? standard.longPoll
        configuration.policy.maxWait = seconds(changes?.maxWait) ?? standard.maxWait
        configuration.policy.customerLeft = seconds(changes?.customerLeft) ?? standard.customerLeft
        configuration.policy.startBudget = seconds(changes?.startBudget) ?? standard.startBudget
        return configuration
    }

    private static func platform(_ wanted: Configure, _ screen: Screen) -> Platform {
        let journal = URL(fileURLWithPath: wanted.journal, isDirectory: true)
        let facts = DeviceFacts(
            surfaces: wanted.surfaces.map(Surface.init).filter { $0 != .custom }, httpsLinks: wanted.httpsLinks ?? false)
        return Platform(journalDirectory: { journal }, device: { facts }, presenter: screen, isDebuggable: true)
    }

    private static func observe(_ step: Seams.Step, _ holds: Holds, _ quiet: Quiet, _ output: Output) {
        let when: When = step.isDone ? .after : .before
        if step.isDone, ["Authorize", "AskStatus", "CancelAtBackend"].contains(step.effect) {
            quiet.count(begun: 1)
        }
        let fields = ["attempt": step.attempt.rawValue, "effect": step.effect, "when": when.rawValue]
        if holds.isReached(step.effect, when) {
            output.say("held", fields)
            while true {
                sleep(3600)
            }
        }
        output.say("step", fields)
    }

    /// The app listens to everything there is. Returns when it does.
    private func listen() {
        let (client, output, ready) = (client, output, DispatchSemaphore(value: 0))
        _ = executor.start {
            var outcomes = client.outcomes.makeAsyncIterator()
            ready.signal()
            while let outcome = await outcomes.next() {
                output.say("outcome", outcome.told(via: "stream", call: nil))
            }
        }
        _ = executor.start {
            var states = client.states.makeAsyncIterator()
            ready.signal()
            while let state = await states.next() {
                output.say("state", state.report)
            }
        }
        _ = executor.start {
            var events = client.events.makeAsyncIterator()
            ready.signal()
            while let event = await events.next() {
                let at = Int64((event.at.timeIntervalSince1970 * 1000).rounded())
                output.say("event", ["at": at, "attempt": event.attempt?.rawValue, "name": event.name])
            }
        }
        for _ in 1...3 {
            ready.wait()
        }
    }

    func obey(_ command: Command) {
        do {
            try carryOut(command)
        } catch {
            output.refused(error)
        }
        quiet.commandDone()
    }

    func commandDone() {
        quiet.commandDone()
    }

    func shutDown() {
        executor.wait { [client] in await client.close() }
    }

    private func carryOut(_ command: Command) throws {
        let (client, output) = (client, output)
        switch command.do {
        case "hold-at":
            holds.set(Holds.Point(effect: try given(command.effect), when: try given(command.when), nth: command.nth ?? 1))
        case "pay":
            let order = try order(command)
            let ifBusy: IfBusy = command.replace ?? false ? .replace : .join
            try call(command) { await client.pay(order, ifBusy: ifBusy) }
        case "prepare":
            try prepare(try given(command.call), try order(command))
        case "continue":
            let (attempt, reply) = (try attempt(command), try reply(command))
            try call(command) { try await client.continuePayment(attempt, with: reply) }
        case "resume":
            let attempt = try attempt(command)
            try call(command) { try await client.resume(attempt) }
        case "reopen":
            let (id, attempt, surface) = (try given(command.call), try attempt(command), command.surface.map(Surface.init))
            _ = executor.start { await output.answer(id) { try await client.reopen(attempt, on: surface) } }
        case "stop-waiting":
            let id = try given(command.call)
            calls.use { $0[id] }?.cancel()
        case "abandon":
            let (id, attempt) = (try given(command.call), try attempt(command))
            executor.wait { await output.answer(id) { try await client.abandon(attempt) } }
        case "check-again":
            let (id, attempt) = (try given(command.call), try attempt(command))
            executor.wait { await output.answer(id) { try await client.checkAgain(attempt) } }
        case "set-owner":
            let (owner, adopt) = (command.owner, command.adoptCurrent ?? false)
            executor.wait { await client.setOwner(owner, adoptCurrent: adopt) }
        case "credentials-changed":
            executor.wait { await client.credentialsChanged() }
        case "acknowledge":
            let outcome = OutcomeID(rawValue: try given(command.outcome))
            executor.wait { await client.acknowledge(outcome) }
        case "observe":
            observe(try given(command.attempt), try given(command.observed))
        case "trace":
            let attempt = try attempt(command)
            let text = executor.wait { await client.trace(of: attempt) }
            let trace = try text.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) }
            output.say("trace", ["attempt": attempt.rawValue, "trace": trace])
        case "unfinished":
            output.say("unfinished", ["attempts": executor.wait { await client.unfinished }.map { $0.report.mapValues { $0 ?? NSNull() } }])
        case "outcomes":
            output.say("outcomes", ["ids": executor.wait { await client.unacknowledged }.compactMap { $0.delivery.outcome?.rawValue }])
        default:
            try carryOutAround(command)
        }
    }

    /// What the system and the customer do, rather than the app.
    private func carryOutAround(_ command: Command) throws {
        switch command.do {
        case "link": output.say("disposition", handle(try given(command.uri)).report)
        case "surface-presented": try screen.journey(command.attempt, command.number).presented()
        case "surface-failed":
            try screen.journey(command.attempt, command.number).failed(command.noHost ?? false ? .noHost : .unavailable)
        case "surface-closed":
            let link = try command.uri.map { try given(URL(string: $0)) }
            output.say("disposition", try screen.journey(command.attempt, command.number).closed(returning: link).report)
        case "foreground": client.signal(.foreground)
        case "background": client.signal(.background)
        case "network-changed": client.signal(.networkChanged)
        case "attach-host": client.signal(.hostAttached)
        case "detach-host": client.signal(.hostDetached)
        case "disk-full": try fillDisk(try given(command.full))
        case "clock": clock.set(wall: try given(command.wall), monotonic: try given(command.mono))
        case "wake": clock.wake()
        case "ping":
            while !executor.isIdle {
                usleep(200)
            }
            output.say("pong")
        default: throw Unknown(word: command.do)
        }
    }

    private func order(_ command: Command) throws -> Order {
        let order = try given(command.order)
        return Order(reference: order.reference, json: order.json)
    }

    private func attempt(_ command: Command) throws -> AttemptID {
        AttemptID(rawValue: try given(command.attempt))
    }

    private func reply(_ command: Command) throws -> BackendReply {
        switch try given(command.reply) {
        case .answered(let status, let body): .answered(status: status, body: Data(body.utf8))
        case .lost: .lost
        case .notSent: .notSent
        }
    }

    /// A call that is answered later.
    private func call(_ command: Command, _ work: @escaping @Sendable () async throws -> Outcome) throws {
        let (id, output) = (try given(command.call), output)
        let task = executor.start {
            do {
                output.say("outcome", try await work().told(via: "call", call: id))
            } catch {
                output.say("answer", ["call": id, "error": refusal(error)])
            }
        }
        calls.use { $0[id] = task }
    }

    private func prepare(_ id: UInt64, _ order: Order) throws {
        let (client, output) = (client, output)
        _ = executor.start {
            switch await client.prepare(order) {
            case .ready(let attempt):
                output.say(
                    "prepared",
                    [
                        "call": id, "attempt": attempt.attempt.rawValue, "idempotency_key": attempt.idempotencyKey,
                        "completion": attempt.completionLink, "handover": attempt.handoverLink,
                    ])
            case .ended(let outcome):
                output.say("outcome", outcome.told(via: "call", call: id))
            }
        }
    }

    private func handle(_ uri: String) -> LinkDisposition {
        if let url = URL(string: uri), url.absoluteString == uri {
            client.handle(url)
        } else {
            client.handle(link: uri)
        }
    }

    /// The waiting screen reads the attempt's states.
    private func observe(_ attempt: String, _ observed: Bool) {
        let (client, ready) = (client, DispatchSemaphore(value: 0))
        watchers.use { $0.removeValue(forKey: attempt) }?.cancel()
        guard observed else {
            return
        }
        let watcher = executor.start {
            var states = client.states(of: AttemptID(rawValue: attempt)).makeAsyncIterator()
            ready.signal()
            while await states.next() != nil {}
        }
        watchers.use { $0[attempt] = watcher }
        ready.wait()
    }
}

extension Output {
    /// How a call without outcome ended.
    fileprivate func answer(_ call: UInt64, _ work: () async throws -> Void) async {
        do {
            try await work()
            say("answer", ["call": call, "error": nil])
        } catch {
            say("answer", ["call": call, "error": refusal(error)])
        }
    }
}
