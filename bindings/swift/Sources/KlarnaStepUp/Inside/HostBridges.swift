import Foundation
internal import KlarnaStepUpCore

// The host's side of the core, around what the platform and the app bring. The core holds these: none of them may hold the core.

/// What the device can do.
final class FactsBridge: KlarnaStepUpCore.DeviceFacts {
    private let platform: Platform
    private let hasCustomPresenter: Bool

    init(_ platform: Platform, hasCustomPresenter: Bool) {
        self.platform = platform
        self.hasCustomPresenter = hasCustomPresenter
    }

    func device() -> Device {
        let facts = platform.device()
        let surfaces = (hasCustomPresenter ? [.custom] : []) + facts.surfaces
        return Device(
            surfaces: surfaces.map(\.core), httpsLinks: facts.httpsLinks, registeredSchemes: facts.registeredSchemes,
            debuggable: platform.isDebuggable)
    }
}

/// Shows journeys where they are to be shown.
final class PresenterBridge: Presenter {
    private struct Key: Hashable {
        let attempt: String
        let number: UInt32
    }

    private let client: CoreReference<KlarnaStepUpCore.StepUpClient>
    private let platform: any JourneyPresenter
    private let custom: (any JourneyPresenter)?
    private let shown = Locked<[Key: Journey]>([:])

    init(
        _ client: CoreReference<KlarnaStepUpCore.StepUpClient>, platform: any JourneyPresenter, custom: (any JourneyPresenter)?
    ) {
        self.client = client
        self.platform = platform
        self.custom = custom
    }

    func present(presentation: Presentation) throws {
        let (attempt, number) = (presentation.attempt, presentation.number)
        // Opened exactly as received, or not at all: some versions of URL mend what they are given.
        guard let url = URL(string: presentation.url), url.absoluteString == presentation.url else {
            client.core?.surfaceFailed(attempt: attempt, number: number, failure: .unavailable)
            return
        }
        let callback: Journey.Callback =
            if let host = presentation.callbackHost, let path = presentation.callbackPath {
                .https(host: host, path: path)
            } else {
                .scheme(presentation.callbackScheme)
            }
        let (client, shown, key) = (client, shown, Key(attempt: attempt, number: number))
        let journey = Journey(
            attempt: AttemptID(rawValue: attempt), number: number, surface: Surface(presentation.surface), url: url,
            paymentRequestID: presentation.paymentRequestId, callback: callback
        ) { report in
            guard let core = client.core else {
                return .notOurs
            }
            switch report {
            case .presented:
                core.surfacePresented(attempt: attempt, number: number)
            case .failed(let failure):
                _ = shown.use { $0.removeValue(forKey: key) }
                core.surfaceFailed(attempt: attempt, number: number, failure: failure == .noHost ? .noHost : .unavailable)
            case .closed(let link):
                _ = shown.use { $0.removeValue(forKey: key) }
                return LinkDisposition(core.surfaceClosed(attempt: attempt, number: number, uri: link?.absoluteString))
            }
            return .notOurs
        }
        shown.use { shown in
            // The journey of an earlier presentation is over when the next one begins.
            shown = shown.filter { $0.key.attempt != attempt }
            shown[key] = journey
        }
        presenter(of: journey).present(journey)
    }

    func dismiss(attempt: String, number: UInt32) {
        if let journey = shown.use({ $0.removeValue(forKey: Key(attempt: attempt, number: number)) }) {
            presenter(of: journey).dismiss(journey)
        }
    }

    func forwardLink(attempt: String, uri: String) {
        let journey = shown.use { shown in shown.first { $0.key.attempt == attempt }?.value }
        if let journey, let link = URL(string: uri) {
            presenter(of: journey).forward(link, to: journey)
        }
    }

    private func presenter(of journey: Journey) -> any JourneyPresenter {
        journey.surface == .custom ? custom ?? platform : platform
    }
}

/// HTTP by the platform.
final class TransportBridge: HttpTransport {
    private let transport: any HTTPTransport

    init(_ transport: any HTTPTransport) {
        self.transport = transport
    }

    func start(request: HostHttpRequest, completion: HttpCompletion) {
        let wanted = HTTPRequest(
            id: request.id, method: request.method, url: request.url, headers: request.headers.map { ($0.name, $0.value) },
            body: request.body, timeout: TimeInterval(request.timeoutMs) / 1000)
        transport.start(
            wanted,
            completion: HTTPCompletion { result in
                switch result {
                case .replied(let status, let headers, let body):
                    let headers = headers.map { HostHttpHeader(name: $0.name, value: $0.value) }
                    completion.replied(reply: HostHttpReply(status: status, headers: headers, body: body))
                case .notSent: completion.failed(kind: .notSent)
                case .maybeSent: completion.failed(kind: .maybeSent)
                case .tooLarge: completion.failed(kind: .tooLarge)
                }
            })
    }

    func cancel(id: UInt64) {
        transport.cancel(id)
    }
}

/// Asks the app in tasks of its own, and ends those whose answer is no longer wanted.
final class Asking: Sendable {
    private let spawn: @Sendable (@escaping @Sendable () async -> Void) -> Task<Void, Never>
    private let tasks = Locked<[UInt64: Task<Void, Never>]>([:])

    init(_ seams: Seams) {
        spawn = seams.spawn ?? { work in Task(operation: work) }
    }

    func ask(_ id: UInt64, _ work: @escaping @Sendable () async -> Void) {
        let tasks = tasks
        // Under the lock, or a task that is done at once would be forgotten before it is known.
        tasks.use { known in
            known[id] = spawn {
                await work()
                tasks.use { $0[id] = nil }
            }
        }
    }

    func cancel(_ id: UInt64) {
        tasks.use { $0.removeValue(forKey: id) }?.cancel()
    }
}

/// Headers that expire, from the app.
final class CredentialsBridge: Credentials {
    private let headers: @Sendable (_ afterRejection: Bool) async throws -> [String: String]
    private let asking: Asking

    init(_ headers: @escaping @Sendable (Bool) async throws -> [String: String], _ seams: Seams) {
        self.headers = headers
        asking = Asking(seams)
    }

    func start(id: UInt64, afterRejection: Bool, completion: CredentialsCompletion) {
        asking.ask(id) { [headers] in
            do {
                let given = try await headers(afterRejection)
                completion.headers(headers: given.sorted { $0.key < $1.key }.map { RequestHeader(name: $0.key, value: $0.value) })
            } catch {
                completion.notNow()
            }
        }
    }

    func cancel(id: UInt64) {
        asking.cancel(id)
    }
}

/// Status and cancellation in the app's own way.
final class StatusBridge: StatusSource {
    private let source: @Sendable (StatusQuestion) async throws -> StatusAnswer
    private let asking: Asking

    init(_ source: @escaping @Sendable (StatusQuestion) async throws -> StatusAnswer, _ seams: Seams) {
        self.source = source
        asking = Asking(seams)
    }

    func start(question: Question, completion: StatusCompletion) {
        asking.ask(question.id) { [source] in
            let asked = StatusQuestion(
                attempt: AttemptID(rawValue: question.attempt), payment: question.payment,
                cancelsPayment: question.cancelPayment, idempotencyKey: question.idempotencyKey)
            do {
                switch try await source(asked) {
                case .word(let word, let reason, let details):
                    completion.answered(word: StatusWord(word: word.core, reason: reason, details: details))
                case .notFound:
                    completion.failed(problem: .notFound)
                }
            } catch {
                completion.failed(problem: .failed)
            }
        }
    }

    func cancel(id: UInt64) {
        asking.cancel(id)
    }
}

/// Events, outcomes nobody waits for, and states, to the streams.
final class ListenerBridge: Listener {
    private let streams: Streams

    init(_ streams: Streams) {
        self.streams = streams
    }

    func onEvent(event: Event) {
        streams.happened(StepUpEvent(event))
    }

    /// An outcome that nobody reads stays untold: the core tells it to the listener that it is given next.
    func onOutcome(outcome: DeliveredOutcome) throws {
        guard streams.delivered(Outcome(outcome)) else {
            throw HostError.Failed(reason: "nobody reads outcomes")
        }
    }

    func onState(state: KlarnaStepUpCore.AttemptState) {
        streams.changed(AttemptState(state))
    }
}

// For tests.

final class ClockBridge: KlarnaStepUpCore.Clock {
    private let clock: any ClockSeam

    init(_ clock: any ClockSeam) {
        self.clock = clock
    }

    func now() -> ClockReading {
        let now = clock.now()
        return ClockReading(wall: now.wall, monotonic: now.monotonic)
    }

    func wakeAt(at: UInt64?, inFlight: UInt32, waker: Waker) {
        clock.rests(until: at, inFlight: inFlight, rest: Rest(wake: { waker.wake() }, lasts: { waker.isIdle() }))
    }
}

final class EntropyBridge: Entropy {
    private let make: @Sendable (Int) -> Data

    init(_ make: @escaping @Sendable (Int) -> Data) {
        self.make = make
    }

    func bytes(count: UInt32) -> Data {
        make(Int(count))
    }
}

final class ObserverBridge: StepObserver {
    private let see: @Sendable (Seams.Step) -> Void

    init(_ see: @escaping @Sendable (Seams.Step) -> Void) {
        self.see = see
    }

    func before(attempt: String, step: String) {
        see(Seams.Step(attempt: AttemptID(rawValue: attempt), effect: step, isDone: false))
    }

    func after(attempt: String, step: String) {
        see(Seams.Step(attempt: AttemptID(rawValue: attempt), effect: step, isDone: true))
    }
}
