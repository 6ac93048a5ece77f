import Foundation
import KlarnaStepUp

/// The demo shop: everything but its views. They show `kept` and `live`, and call what is here.
@MainActor public final class Shop {
    /// Makes the app's client: `StepUpClient(configuration:)`.
    public typealias MakeClient = @MainActor (StepUpConfiguration) throws -> StepUpClient

    /// What outlives the process.
    public internal(set) var kept: KeptState {
        didSet {
            guard kept != oldValue else { return }
            save()
            changed()
        }
    }
    /// What does not.
    public internal(set) var live = LiveState() {
        didSet {
            if live != oldValue {
                changed()
            }
        }
    }
    /// The library; nil until the sandbox's address is known.
    public private(set) var client: StepUpClient?
    /// The scenarios that came with the app.
    public let scenarios: ScenarioLibrary
    /// Called after each change of `kept` or `live`.
    public var changed: @MainActor () -> Void = {}

    private let store: KeptStore
    private let makeClient: MakeClient
    private var following: [Task<Void, Never>] = []

    private let links: ReturnLinks

    /// What comes back to the app. The second scheme is not the first: a web session that watches for a scheme would end on the handover.
    ///
    /// - Parameter domain: A domain that is associated with the app, for https links.
    public nonisolated static func links(domain: String? = nil) -> ReturnLinks {
        let done = SandboxAddress.scheme + "-done"
        guard let domain, !domain.isEmpty else {
            return ReturnLinks(handover: SandboxAddress.scheme + "://klarna/back", completion: done + "://klarna/done")
        }
        return ReturnLinks(handover: "https://\(domain)/klarna/back", completion: "https://\(domain)/klarna/done", fallbackScheme: done)
    }

    /// A shop as the last process left it.
    ///
    /// - Parameters:
    ///   - folder: Where its state is kept.
    ///   - domain: As for `links(domain:)`.
    public init(folder: URL, scenarios: ScenarioLibrary, domain: String? = nil, makeClient: @escaping MakeClient) {
        store = KeptStore(folder: folder)
        links = Self.links(domain: domain)
        self.scenarios = scenarios
        self.makeClient = makeClient
        kept = store.load() ?? KeptState(order: Self.newOrder())
    }

    /// What is not kept.
    public struct LiveState: Hashable, Sendable {
        /// Orders whose `pay`, or what takes it up again, waits.
        public internal(set) var waiting: Set<String> = []
        /// The library's unfinished attempts.
        public internal(set) var unfinished: [AttemptState] = []
        /// Of the payment on the screen.
        public internal(set) var timeline = Timeline.empty
        /// What is set at the sandbox; nil until it was asked.
        public internal(set) var faults: FaultStatus?
        /// What the doctor found; nil until it was asked.
        public internal(set) var doctor: DoctorReport?
        /// Something went wrong that the person should know.
        public internal(set) var problem: String?
    }

    // MARK: The app's life

    /// Connects to the sandbox that is known. Outcomes that an earlier process was not told come from here on.
    public func open() {
        guard client == nil, let sandbox = kept.sandbox else { return }
        var configuration = StepUpConfiguration(
            backend: sandbox.backend, links: links, environment: .sandbox(hosts: sandbox.hosts))
        // This app is for nothing but the sandbox, also as a release build on QA's phones. A shop's app never does this.
        configuration.allowsSandboxInRelease = true
        do {
            let client = try makeClient(configuration)
            self.client = client
            live.problem = nil
            following = [
                Task { [weak self] in for await outcome in client.outcomes { await self?.received(outcome, by: client) } },
                Task { [weak self] in for await state in client.states { await self?.changed(state, of: client) } },
                Task { [weak self] in for await event in client.events { await self?.happened(event) } },
                Task { [weak self] in
                    // What the library only does, and does not tell, is in its trace all the same.
                    while (try? await Task.sleep(nanoseconds: 500_000_000)) != nil {
                        await self?.refreshTimeline()
                    }
                },
            ]
        } catch {
            live.problem = Self.words(error)
        }
    }

    /// Leaves the sandbox. Its payments stay in the library's journal, and show again when it is connected to again.
    public func close() async {
        following.forEach { $0.cancel() }
        following = []
        let old = client
        client = nil
        await old?.close()
        live = LiveState()
    }

    /// Another sandbox.
    public func connect(_ sandbox: SandboxAddress) async {
        await close()
        kept.sandbox = sandbox
        kept.typedAddress = ""
        kept.isOffline = false
        open()
    }

    /// Connects to what was typed or pasted.
    public func connectToTyped() async {
        do {
            await connect(try SandboxAddress(pasted: kept.typedAddress))
        } catch {
            live.problem = error.text
        }
    }

    /// A link that the system brought: the library's, or the one that names a sandbox. True if it was one of them.
    @discardableResult
    public func take(_ link: URL) async -> Bool {
        if let client, client.handle(link).isOurs {
            return true
        }
        return await takeOther(link)
    }

    /// A link that is not the library's.
    @discardableResult
    public func takeOther(_ link: URL) async -> Bool {
        guard SandboxAddress.isSandboxLink(link) else {
            return false
        }
        do {
            await connect(try SandboxAddress(link: link))
            kept.screen = .basket
        } catch {
            live.problem = error.text
            kept.screen = .sandbox
        }
        return true
    }

    // MARK: Screens

    /// Shows another screen.
    public func go(to screen: KeptState.Screen) {
        kept.screen = screen
        Task { await refresh() }
    }

    /// Reads anew what the screen shows.
    public func refresh() async {
        switch kept.screen {
        case .payment: await refreshTimeline()
        case .faults: await refreshFaults()
        case .doctor where live.doctor == nil: await askDoctor()
        case .basket, .scenarios, .payments, .doctor, .sandbox: break
        }
    }

    /// The person has read it.
    public func dismissProblem() {
        live.problem = nil
    }

    /// What is typed in place of the sandbox's address.
    public func type(address: String) {
        kept.typedAddress = address
    }

    /// Asks the library's doctor.
    public func askDoctor() async {
        guard let client else {
            live.problem = "Connect to a sandbox first."
            return
        }
        let findings = await client.doctor()
        live.doctor = DoctorReport(findings)
    }

    // MARK: The basket

    /// More or fewer of a product.
    public func set(_ product: String, to quantity: Int) {
        kept.basket.set(product, to: quantity)
    }

    /// What is typed to find a scenario.
    public func search(_ text: String) {
        kept.search = text
    }

    /// Chooses a scenario, or none, and shows the basket.
    public func choose(_ scenario: String?) {
        kept.scenario = scenario
        kept.screen = .basket
    }

    /// The chosen scenario.
    public var scenario: Scenario? { scenarios.named(kept.scenario) }

    // MARK: Inside

    private func save() {
        do {
            try store.save(kept)
        } catch {
            live.problem = "The shop could not save its state."
        }
    }

    static func newOrder() -> String {
        "D-" + UUID().uuidString.prefix(8)
    }

    static func words(_ error: any Error) -> String {
        switch error {
        case let failure as SandboxControl.Failure: failure.text
        case let error as StepUpError: [error.errorDescription, error.recoverySuggestion].compactMap { $0 }.joined(separator: " ")
        default: "Something went wrong."
        }
    }
}
