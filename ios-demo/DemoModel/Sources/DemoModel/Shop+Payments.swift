import Foundation
import KlarnaStepUp

/// Paying, and what comes of it.
extension Shop {
    /// Pays the basket: sets what the scenario wants, carries the customer through, and remembers the outcome.
    ///
    /// Returns when the outcome is there. While the order is being paid a further call does nothing, so that a button tapped twice pays once.
    public func pay() async {
        let order = kept.order
        guard let client else {
            live.problem = "Connect to a sandbox first."
            return
        }
        guard !kept.basket.isEmpty, live.waiting.insert(order).inserted else { return }
        defer { live.waiting.remove(order) }
        let scenario = scenario
        do {
            try await prepare(scenario)
        } catch {
            live.problem = error.text
            return
        }
        let (amount, body) = (kept.basket.total, OrderBody(kept.basket, reference: order, scenario: scenario).json())
        kept.change(order, made: PaymentRecord(reference: order, began: Date(), amount: amount, scenario: nil)) { record in
            record.amount = amount
            record.scenario = scenario?.name
        }
        live.timeline = .empty
        kept.screen = .payment(order)
        await client.pay(Order(reference: order, json: body)) { outcome in
            remember(outcome)
        }
        await refreshUnfinished(client)
    }

    /// Sets at the sandbox what the scenario wants set before the payment. With no sandbox to be reached nothing is paid: it would be
    /// another scenario.
    private func prepare(_ scenario: Scenario?) async throws(SandboxControl.Failure) {
        let actions = scenario?.preparations ?? []
        guard !actions.isEmpty else { return }
        guard let control else {
            throw SandboxControl.Failure(text: "This scenario needs the sandbox's control, which this phone cannot reach.")
        }
        for action in actions {
            try await control.perform(action)
        }
        await refreshFaults()
    }

    /// Does a step of the scenario's guide at the sandbox.
    public func perform(_ step: GuideStep) async {
        guard let action = step.action else { return }
        await perform([action])
    }

    // MARK: Unfinished payments

    /// *Take up again*: waits for it, and shows the journey if it is pending.
    public func resume(_ attempt: AttemptState) async {
        guard let client, live.waiting.insert(attempt.reference).inserted else { return }
        defer { live.waiting.remove(attempt.reference) }
        kept.screen = .payment(attempt.reference)
        do {
            let outcome = try await client.resume(attempt.id)
            remember(outcome)
            await client.acknowledge(outcome)
        } catch {
            live.problem = Self.words(error)
        }
        await refreshUnfinished(client)
    }

    /// *Open in browser*: the same payment request, outside the app.
    public func openInBrowser(_ attempt: AttemptState) async {
        await attend(to: attempt) { client in try await client.reopen(attempt.id, on: .browser) }
    }

    /// *Use another method*: the backend is asked to cancel.
    public func abandon(_ attempt: AttemptState) async {
        await attend(to: attempt) { client in try await client.abandon(attempt.id) }
    }

    /// *Ask again*.
    public func checkAgain(_ attempt: AttemptState) async {
        await attend(to: attempt) { client in try await client.checkAgain(attempt.id) }
    }

    private func attend(to attempt: AttemptState, _ act: (StepUpClient) async throws -> Void) async {
        guard let client else { return }
        kept.screen = .payment(attempt.reference)
        do {
            try await act(client)
        } catch {
            live.problem = Self.words(error)
        }
    }

    // MARK: What the library tells

    /// An outcome that no call waited for. It is acknowledged once the shop has it on its disk.
    func received(_ outcome: Outcome, by client: StepUpClient) async {
        remember(outcome)
        await client.acknowledge(outcome)
        await refreshUnfinished(client)
    }

    func changed(_ state: AttemptState, of client: StepUpClient) async {
        if !state.reference.isEmpty {
            kept.change(state.reference, made: unknown(state.reference, began: state.createdAt)) { $0.attempt = state.id }
        }
        await refreshUnfinished(client)
        await refreshTimeline()
    }

    func happened(_ event: StepUpEvent) async {
        if let attempt = event.attempt, attempt == shownPayment?.attempt {
            await refreshTimeline()
        }
    }

    private func remember(_ outcome: Outcome) {
        let reference = outcome.delivery.reference
        // In one step: killed between two of them, the shop would offer what is paid to be paid again.
        var next = kept
        next.change(reference, made: unknown(reference, began: Date())) { $0.tell(outcome) }
        if outcome.isApproved, reference == next.order {
            // What is paid is no longer in the basket.
            next.order = Self.newOrder()
            next.basket = Basket()
        }
        kept = next
    }

    /// An attempt whose order the shop forgot: the library did not.
    private func unknown(_ reference: String, began: Date) -> PaymentRecord {
        PaymentRecord(reference: reference, began: began, amount: 0, scenario: nil)
    }

    private func refreshUnfinished(_ client: StepUpClient) async {
        let unfinished = await client.unfinished
        if client === self.client {
            live.unfinished = unfinished.sorted { $0.createdAt > $1.createdAt }
        }
    }

    // MARK: The payment on the screen

    /// The payment on the screen.
    public var shownPayment: PaymentRecord? {
        guard case .payment(let reference) = kept.screen else { return nil }
        return kept.payment(reference)
    }

    /// The library's attempt of the payment on the screen, while it is unfinished.
    public var shownAttempt: AttemptState? {
        live.unfinished.first { $0.reference == shownPayment?.reference }
    }

    func refreshTimeline() async {
        guard let client, let shown = shownPayment, let attempt = shown.attempt else { return }
        let timeline = Timeline(trace: await client.trace(of: attempt))
        // Another screen may be shown by now.
        if shownPayment?.attempt == attempt {
            live.timeline = timeline
        }
    }

    /// *Share trace*: the timeline of a payment as a file, without secrets; nil where the library has none any more.
    public func trace(of record: PaymentRecord) async -> SharedTrace? {
        guard let client, let attempt = record.attempt else { return nil }
        let number = kept.payments.count - (kept.payments.firstIndex { $0.id == record.id } ?? 0)
        return SharedTrace(trace: await client.trace(of: attempt), of: record, number: number)
    }
}
