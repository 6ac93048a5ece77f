import Foundation
internal import KlarnaStepUpCore

#if canImport(UIKit)
import UIKit
#endif

/// Carries a customer through Klarna's step-up and tells what became of the payment. Make one a process and keep it.
///
/// Cancelling a task that waits never cancels the payment; ``abandon(_:)`` asks the backend to. Every outcome has to be acknowledged, or
/// it comes again at the next start: the form of `pay` with a handler does that by itself.
public actor StepUpClient {
    nonisolated let engine: Engine

    /// Checks the configuration and opens the journal. No socket, and no thread unless the journal has something in it.
    ///
    /// - Throws: ``StepUpError``.
    package init(configuration: StepUpConfiguration, platform: Platform, seams: Seams = Seams()) throws {
        engine = try Engine.open(configuration, platform, seams)
    }

    // MARK: Paying

    /// Takes the customer through the step-up and returns what became of the payment. It always ends: with `undetermined` after the
    /// policy's `maxWait` at the latest, and at once when the task is cancelled (the payment then goes on).
    ///
    /// Acknowledge the outcome once the app has dealt with it.
    public func pay(_ order: Order, ifBusy: IfBusy = .join) async -> Outcome {
        guard !Task.isCancelled else {
            return .abandoned(order.reference)
        }
        let core = engine.core
        return await waiting { wait in
            Outcome(await core.pay(order: order.core, options: PayOptions(ifBusy: ifBusy.core, wait: wait)))
        }
    }

    /// As `pay(_:ifBusy:)`, and acknowledges the outcome when `handler` returns without an error.
    ///
    /// The handler runs where the caller is, for example on the main actor. If it throws, or the process ends before it returns, the
    /// outcome comes again in ``outcomes`` at the next start.
    ///
    /// - Throws: What the handler throws.
    @discardableResult
    public func pay<Failure: Error>(
        _ order: Order, ifBusy: IfBusy = .join, isolation: isolated (any Actor)? = #isolation,
        handler: (Outcome) async throws(Failure) -> Void
    ) async throws(Failure) -> Outcome {
        let outcome = await pay(order, ifBusy: ifBusy)
        try await handler(outcome)
        await acknowledge(outcome)
        return outcome
    }

    /// Journals an attempt that the app starts at its backend itself.
    public func prepare(_ order: Order) async -> Preparation {
        Preparation(await engine.core.prepare(order: order.core))
    }

    /// Hands over what the app's own start request brought, and waits like `pay`.
    ///
    /// - Throws: ``StepUpError``, which says nothing about the payment.
    public func continuePayment(_ attempt: AttemptID, with reply: BackendReply) async throws -> Outcome {
        let core = engine.core
        return try await waiting { wait in
            Outcome(try await core.continuePayment(attempt: attempt.rawValue, reply: reply.core, wait: wait))
        }
    }

    /// Waits for an unfinished attempt: asks once, and shows the journey again if the payment is still pending.
    ///
    /// - Throws: ``StepUpError``, which says nothing about the payment.
    public func resume(_ attempt: AttemptID) async throws -> Outcome {
        let core = engine.core
        return try await waiting { wait in
            Outcome(try await core.resume(attempt: attempt.rawValue, wait: wait))
        }
    }

    /// *Continue*: shows the same payment request again, on `surface` if given (`.browser` for "open in browser").
    ///
    /// - Throws: ``StepUpError``, which says nothing about the payment.
    public func reopen(_ attempt: AttemptID, on surface: Surface? = nil) async throws {
        do {
            try await engine.core.reopen(attempt: attempt.rawValue, surface: surface?.core)
        } catch {
            throw StepUpError(error)
        }
    }

    /// Asks the backend now.
    ///
    /// - Throws: ``StepUpError``, which says nothing about the payment.
    public func checkAgain(_ attempt: AttemptID) throws {
        try StepUpError.translating { try engine.core.checkAgain(attempt: attempt.rawValue) }
    }

    /// *Use another method*: asks the backend to cancel. The outcome is what the backend then says; if the payment was approved
    /// meanwhile, it is `approved`. Let the customer choose another method only after a final outcome that is not `approved`.
    ///
    /// - Throws: ``StepUpError``, which says nothing about the payment.
    public func abandon(_ attempt: AttemptID) throws {
        try StepUpError.translating { try engine.core.abandon(attempt: attempt.rawValue) }
    }

    // MARK: What is known

    /// All unfinished attempts of this account at this backend.
    public var unfinished: [AttemptState] {
        engine.core.unfinished().map(AttemptState.init)
    }

    /// The state of an unfinished attempt; nil if there is none of this account at this backend.
    public func state(of attempt: AttemptID) -> AttemptState? {
        engine.core.state(attempt: attempt.rawValue).map(AttemptState.init)
    }

    /// The state of one attempt for a waiting screen: the latest at once, then each change, until it has its outcome. While somebody
    /// reads it the attempt counts as shown to the customer, and `pay` waits longer after a closed surface.
    public nonisolated func states(of attempt: AttemptID) -> AttemptStates {
        AttemptStates(streams: engine.streams, attempt: attempt)
    }

    /// The states of all attempts: the latest of each at once, then every change. Reading it shows nothing to the customer.
    public nonisolated var states: AttemptStates {
        AttemptStates(streams: engine.streams, attempt: nil)
    }

    /// Outcomes that no waiting call received, until they are acknowledged.
    public nonisolated var outcomes: Outcomes {
        Outcomes(streams: engine.streams)
    }

    /// All outcomes that are not acknowledged, also those that a waiting call received.
    public var unacknowledged: [Outcome] {
        engine.core.outcomes().map(Outcome.init)
    }

    /// The app has dealt with this outcome: it does not come again.
    public func acknowledge(_ outcome: Outcome) {
        if let id = outcome.delivery.outcome {
            acknowledge(id)
        }
    }

    /// The app has dealt with this outcome: it does not come again.
    public func acknowledge(_ outcome: OutcomeID) {
        engine.core.acknowledge(outcome: outcome.rawValue)
    }

    // MARK: Links

    /// Says what a link is, at once, and lets it cause a question to the backend. Call it with every link that reaches the app;
    /// `notOurs` is the cue to route the link yourself. Never blocks.
    @discardableResult
    public nonisolated func handle(_ url: URL) -> LinkDisposition {
        handle(link: url.absoluteString)
    }

    /// As `handle(_:)`, for what may be no URL.
    @discardableResult
    package nonisolated func handle(link: String) -> LinkDisposition {
        LinkDisposition(engine.core.handleLink(uri: link))
    }

    // MARK: Around

    /// The signed-in account (opaque; only a salted hash is stored), or none. Waiting calls of another account end `undetermined`.
    ///
    /// - Parameters:
    ///   - owner: The account's name, or nil.
    ///   - adoptCurrent: A guest who signs in keeps the attempts made before.
    public func setOwner(_ owner: String?, adoptCurrent: Bool = false) {
        engine.core.setOwner(owner: owner, adoptCurrent: adoptCurrent)
    }

    /// Fresh credentials are there: whatever waits for them is asked again.
    public func credentialsChanged() {
        engine.core.credentialsChanged()
    }

    /// Everything that happens, without content: for logs and analytics.
    public nonisolated var events: Events {
        Events(streams: engine.streams)
    }

    /// The timeline of an attempt as JSON, without secrets, to paste in a ticket.
    public func trace(of attempt: AttemptID) -> String? {
        engine.core.trace(attempt: attempt.rawValue)
    }

    /// Looks at the set-up and says how to fix what is wrong.
    public func doctor() async -> [Finding] {
        await engine.core.doctor().map(Finding.init)
    }

    /// Starts what the first `pay` needs ahead of it. Returns at once.
    public nonisolated func warmUp() {
        engine.core.warmUp()
    }

    /// Ends every wait and releases the journal at once. Unfinished attempts stay in it. What is let go of is closed as well.
    public func close() {
        engine.close()
    }

    /// What the app's life cycle brings; the platform's source tells it by itself.
    package nonisolated func signal(_ signal: LifeCycleSignals.Signal) {
        engine.signal(signal)
    }

    /// Runs a call that waits under a name of its own, and stops the waiting when the task is cancelled: a cancelled task does not
    /// reach the library by itself (UniFFI 0.32.2).
    private func waiting(_ call: (UInt64) async throws -> Outcome) async rethrows -> Outcome {
        let core = engine.core
        let wait = core.newWait()
        return try await withTaskCancellationHandler {
            try await call(wait)
        } onCancel: {
            core.stopWaiting(wait: wait)
        }
    }
}

#if canImport(UIKit) || canImport(ObjectiveC)
extension StepUpClient {
    /// As `handle(_ url:)`, for a universal link that comes as an activity.
    @discardableResult
    public nonisolated func handle(_ activity: NSUserActivity) -> LinkDisposition {
        activity.webpageURL.map(handle) ?? .notOurs
    }
}
#endif
