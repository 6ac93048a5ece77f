/// Something that can be made to go wrong by a switch.
public struct FaultSwitch: Hashable, Identifiable, Sendable {
    /// A stable name.
    public let id: String
    /// Where it happens.
    public let place: Place
    /// What the switch says.
    public let title: String
    /// What to expect of the library.
    public let explanation: String
    let kind: Kind

    /// Where it happens.
    public enum Place: String, CaseIterable, Hashable, Sendable {
        /// The phone's network.
        case network = "Network"
        /// The request that starts a payment.
        case start = "Start"
        /// Questions how it stands.
        case questions = "Questions"
        /// The request to call it off.
        case cancel = "Cancel"
        /// Klarna's webhooks and answers to the backend.
        case klarna = "Klarna"
        /// The backend.
        case backend = "Backend"
    }

    enum Kind: Hashable, Sendable {
        case offline
        /// Every matching request, until it is switched off.
        case gateway(fault: String, endpoint: String)
        case klarna(path: [String], value: JSONValue)
        case acquirer(path: [String], value: JSONValue)
    }

    /// All of them.
    public static let all: [FaultSwitch] = [
        FaultSwitch(
            id: "offline", place: .network, title: "No network", explanation: "Nothing is lost; the outcome comes when it is back.",
            kind: .offline),
        FaultSwitch(
            id: "start-lost", place: .start, title: "The start never arrives", explanation: "Undetermined, then closed for good.",
            kind: .gateway(fault: "lose-request", endpoint: "start")),
        FaultSwitch(
            id: "start-reply-lost", place: .start, title: "The start's answer is lost",
            explanation: "Repeated with the same key: one payment, never two.", kind: .gateway(fault: "lose-reply", endpoint: "start")),
        FaultSwitch(
            id: "start-slow", place: .start, title: "The start takes 15 s", explanation: "The shop waits.",
            kind: .gateway(fault: "delay-reply-ms:15000", endpoint: "start")),
        FaultSwitch(
            id: "status-500", place: .questions, title: "Questions get a 500", explanation: "Asked ever more rarely; nothing is guessed.",
            kind: .gateway(fault: "status:500", endpoint: "status")),
        FaultSwitch(
            id: "status-stall", place: .questions, title: "Questions are never answered", explanation: "As above.",
            kind: .gateway(fault: "stall", endpoint: "status")),
        FaultSwitch(
            id: "status-garbage", place: .questions, title: "Answers cannot be read", explanation: "They count as no answer.",
            kind: .gateway(fault: "garbage", endpoint: "status")),
        FaultSwitch(
            id: "cancel-503", place: .cancel, title: "Calling off gets a 503", explanation: "Sent again until it is answered.",
            kind: .gateway(fault: "status:503", endpoint: "cancel")),
        FaultSwitch(
            id: "webhook-lost", place: .klarna, title: "Webhooks are lost", explanation: "The backend reads at Klarna instead.",
            kind: .klarna(path: ["webhook", "drop"], value: .bool(true))),
        FaultSwitch(
            id: "webhook-late", place: .klarna, title: "Webhooks come 20 s late", explanation: "The link is faster than the word.",
            kind: .klarna(path: ["webhook", "delay_ms"], value: .int(20_000))),
        FaultSwitch(
            id: "webhook-doubled", place: .klarna, title: "Webhooks come twice", explanation: "One payment, one outcome.",
            kind: .klarna(path: ["webhook", "extra_copies"], value: .int(1))),
        FaultSwitch(
            id: "second-declined", place: .klarna, title: "Klarna declines at the end", explanation: "Declined, though approved.",
            kind: .klarna(path: ["decline_second"], value: .bool(true))),
        FaultSwitch(
            id: "no-long-poll", place: .backend, title: "The backend holds no questions", explanation: "More questions; the same outcome.",
            kind: .acquirer(path: ["long_poll"], value: .bool(false))),
        FaultSwitch(
            id: "finalise-slow", place: .backend, title: "Finalising takes 30 s", explanation: "“Finishing” on the waiting screen.",
            kind: .acquirer(path: ["finalise_delay_ms"], value: .int(30_000))),
        FaultSwitch(
            id: "no-reads", place: .backend, title: "The backend waits for webhooks", explanation: "It reads nothing at Klarna.",
            kind: .acquirer(path: ["reads"], value: .bool(false))),
    ]

    /// It is set at the sandbox.
    public func isOn(_ status: FaultStatus) -> Bool {
        switch kind {
        case .offline: !status.isOnline
        case .gateway: !reports(status).isEmpty
        case .klarna(let path, let value): status.klarna.at(path) == value
        case .acquirer(let path, let value): status.acquirer.at(path) == value
        }
    }

    /// How often it struck, where that is counted.
    public func hits(_ status: FaultStatus) -> Int? {
        guard case .gateway = kind else { return nil }
        return reports(status).reduce(0) { $0 + $1.hits }
    }

    /// What turns it on or off; nothing else that is set changes.
    func actions(on: Bool, _ status: FaultStatus) -> [ControlAction] {
        switch kind {
        case .offline: [.network(online: !on)]
        case .gateway(let fault, let endpoint):
            on
                ? [.fault(.object(["fault": .string(fault), "endpoint": .string(endpoint), "times": .null]))]
                : reports(status).map { .endFault($0.id) }
        case .klarna(let path, let value): [.klarnaFaults(status.klarna.with(on ? value : nil, at: path))]
        case .acquirer(let path, let value): [.acquirerFaults(status.acquirer.with(on ? value : nil, at: path))]
        }
    }

    private func reports(_ status: FaultStatus) -> [FaultStatus.Report] {
        guard case .gateway(let fault, let endpoint) = kind else { return [] }
        return status.gateway.filter { $0.active && $0.fault == fault && $0.endpoint == endpoint }
    }
}
