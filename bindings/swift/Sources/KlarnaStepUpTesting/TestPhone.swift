import Foundation
import KlarnaStepUp

/// An app's phone in a test: the real client on a scripted backend, a fake surface and a virtual clock.
///
/// ```swift
/// let phone = try TestPhone()
/// let paying = Task { await phone.client.pay(order) }
/// _ = await phone.surface.next()
/// phone.backend.says(.approved)
/// await phone.customerIsDone()
/// #expect(await paying.value.isApproved)
/// ```
public final class TestPhone: Sendable {
    /// The client under test.
    public let client: StepUpClient
    /// What it asks.
    public let backend: ScriptedBackend
    /// Where it shows journeys.
    public let surface: FakeSurface
    /// What time it is for it.
    public let clock: VirtualClock

    private struct State {
        var faults: Set<Fault> = []
        var lateLink: (URL, Journey)?
    }

    private let state = Locked(State())
    private let configuration: StepUpConfiguration
    private let device: DeviceFacts
    private let journal: TestJournal
    private let death: Death
    private let customize: @Sendable (inout Seams) -> Void

    /// Links that a test's app has when it says nothing else.
    public static let links = ReturnLinks(handover: "shop://klarna/back", completion: "shopdone://klarna/done")

    /// A configuration for tests; change what matters.
    public static var configuration: StepUpConfiguration {
        var configuration = StepUpConfiguration(
            backend: URL(string: "https://shop.example/api") ?? URL(fileURLWithPath: "/"), links: links, environment: .test)
        // One question at a time, so that a test can count them.
        configuration.policy.longPoll = 0
        return configuration
    }

    /// A phone that was just unpacked.
    ///
    /// - Parameters:
    ///   - configuration: The app's, or one whose backend is the scripted one.
    ///   - surfaces: Where it can show a journey, best first.
    ///   - httpsLinks: Its browser brings https links to the app.
    /// - Throws: ``StepUpError``, as the client does.
    public convenience init(
        _ configuration: StepUpConfiguration = TestPhone.configuration, surfaces: [Surface] = [.authSession], httpsLinks: Bool = true
    ) throws {
        try self.init(
            configuration, DeviceFacts(surfaces: surfaces, httpsLinks: httpsLinks), ScriptedBackend(), VirtualClock(), TestJournal())
    }

    package init(
        _ configuration: StepUpConfiguration, _ device: DeviceFacts, _ backend: ScriptedBackend, _ clock: VirtualClock,
        _ journal: TestJournal, customize: @escaping @Sendable (inout Seams) -> Void = { _ in }
    ) throws {
        (self.configuration, self.device, self.backend, self.clock, self.journal) = (configuration, device, backend, clock, journal)
        self.customize = customize
        let surface = FakeSurface()
        self.surface = surface
        let death = Death(journal)
        self.death = death
        var seams = Seams()
        seams.clock = clock
        seams.observer = { _ in death.step() }
        customize(&seams)
        client = try StepUpClient(
            configuration: configuration,
            platform: Platform(
                journalDirectory: { journal.url }, device: { device }, presenter: surface, transport: backend, isDebuggable: true),
            seams: seams)
        // A client that was never asked for anything has not come to rest, and a test that settles would wait for that.
        client.warmUp()
    }

    deinit {
        // Whoever was killed and never restarted must be let go.
        death.release()
    }

    // MARK: The customer

    /// The customer is done: the completion link comes, as the surface's result where the surface ends on it, else to the app.
    public func customerIsDone() async {
        guard let journey = surface.shown.last, let link = link(of: journey, \.completion) else {
            return
        }
        let faults = state.use { $0.faults }
        if faults.contains(.idle60s) {
            await clock.advance(by: 60)
        } else if faults.contains(.lateLink) {
            state.use { $0.lateLink = (link, journey) }
        } else {
            arrives(link, journey)
            if faults.contains(.doubleLink) {
                client.handle(link)
            }
        }
        await clock.settle()
    }

    /// The journey sends the customer back to the app for a moment.
    public func customerIsHandedOver() async {
        if let journey = surface.shown.last, let link = link(of: journey, \.handover) {
            client.handle(link)
            if state.use({ $0.faults.contains(.doubleLink) }) {
                client.handle(link)
            }
        }
        await clock.settle()
    }

    /// The customer closes the surface.
    public func customerClosesTheSurface() async {
        surface.shown.last?.closed()
        await clock.settle()
    }

    /// The link that `Fault.lateLink` kept comes to the app now.
    @discardableResult
    public func lateLinkArrives() async -> LinkDisposition {
        let late = state.use { state in
            defer { state.lateLink = nil }
            return state.lateLink
        }
        let disposition = late.map { client.handle($0.0) } ?? .notOurs
        await clock.settle()
        return disposition
    }

    private func link(of journey: Journey, _ which: KeyPath<(handover: String, completion: String), String>) -> URL? {
        backend.links(of: journey.attempt).flatMap { URL(string: $0[keyPath: which]) }
    }

    private func arrives(_ link: URL, _ journey: Journey) {
        if journey.surface == .authSession {
            journey.closed(returning: link)
        } else {
            client.handle(link)
        }
    }

    // MARK: Faults

    /// From now on this goes wrong.
    public func inject(_ fault: Fault) {
        switch fault {
        case .offline: backend.isOffline = true
        case .killAtStep(let step): death.comes(at: step)
        case .doubleLink, .lateLink, .idle60s: _ = state.use { $0.faults.insert(fault) }
        }
    }

    /// The network is back, and the client is told.
    public func comesOnline() async {
        backend.isOffline = false
        client.signal(.networkChanged)
        await clock.settle()
    }

    /// The app was ended by `Fault.killAtStep`.
    public var isDead: Bool { death.isDone }

    /// Waits until it is.
    public func dies() async {
        await death.done()
    }

    /// The app is started again on what the journal held when it was ended; if it was not, it is ended now. This phone is of no use any
    /// more.
    public func restart() async throws -> TestPhone {
        if !death.isDone {
            death.copy()
        }
        surface.die()
        let kept = backend.afterRestart()
        death.release()
        await client.close()
        let seconds = clock.now()
        let later = VirtualClock(wall: seconds.wall, monotonic: seconds.monotonic)
        return try TestPhone(configuration, device, kept, later, death.kept(), customize: customize)
    }
}
