import Foundation
internal import KlarnaStepUpCore

/// The core's client and what belongs to it. Clients of the same journal and configuration share one.
final class Engine: Sendable {
    let core: KlarnaStepUpCore.StepUpClient
    let streams: Streams
    let presenter: PresenterBridge
    private let lifeCycle: (any LifeCycleSource)?
    private let isClosed = Locked(false)

    private static let engines = Locked<[String: CoreReference<Engine>]>([:])

    /// Makes one, or finds the one there is.
    static func open(_ configuration: StepUpConfiguration, _ platform: Platform, _ seams: Seams) throws -> Engine {
        try compareVersions(bindings: bindingsVersion, library: libraryVersion())
        if case .sandbox = configuration.environment, !platform.isDebuggable, !configuration.allowsSandboxInRelease {
            throw StepUpError.configuration(
                field: "environment", problem: "it is the sandbox in a build that is not debuggable",
                fix: "use .live, or set allowsSandboxInRelease if this is meant")
        }
        guard let journal = try? platform.journalDirectory() else {
            throw StepUpError.journalUnavailable
        }
        return try engines.use { engines in
            let known = engines[journal.path]?.core
            let made = try Engine(configuration, platform, seams, journal)
            // The core gave a second handle to the same runtime, which knows the first one's platform.
            if let known, !known.isClosed.use({ $0 }) {
                made.isClosed.use { $0 = true }
                return known
            }
            engines = engines.filter { $0.value.core != nil }
            let reference = CoreReference<Engine>()
            reference.set(made)
            engines[journal.path] = reference
            made.start()
            return made
        }
    }

    static func compareVersions(bindings: String, library: String) throws {
        guard bindings == library else {
            throw StepUpError.versionMismatch(package: bindings, library: library)
        }
    }

    private init(_ configuration: StepUpConfiguration, _ platform: Platform, _ seams: Seams, _ journal: URL) throws {
        let reference = CoreReference<KlarnaStepUpCore.StepUpClient>()
        streams = Streams(reference)
        presenter = PresenterBridge(reference, platform: platform.presenter, custom: configuration.customPresenter)
        lifeCycle = platform.lifeCycle
        let parts = HostParts(
            transport: platform.transport.map(TransportBridge.init),
            deviceFacts: FactsBridge(platform, hasCustomPresenter: configuration.customPresenter != nil),
            credentials: configuration.credentials.map { CredentialsBridge($0, seams) },
            statusSource: configuration.statusSource.map { StatusBridge($0, seams) }, listener: ListenerBridge(streams))
        let test = TestParts(
            clock: seams.clock.map(ClockBridge.init), entropy: seams.entropy.map(EntropyBridge.init),
            stepObserver: seams.observer.map(ObserverBridge.init))
        let core = try StepUpError.translating {
            try KlarnaStepUpCore.StepUpClient.forTesting(configuration: configuration.core(journal: journal), parts: parts, test: test)
        }
        reference.set(core)
        self.core = core
    }

    private func start() {
        core.attachHost(presenter: presenter)
        lifeCycle?.start(LifeCycleSignals { [weak self] signal in self?.signal(signal) })
    }

    func signal(_ signal: LifeCycleSignals.Signal) {
        switch signal {
        case .foreground: core.foregrounded()
        case .background: core.backgrounded()
        case .networkChanged: core.networkChanged()
        case .hostAttached: core.attachHost(presenter: presenter)
        case .hostDetached: core.detachHost()
        }
    }

    func close() {
        let first = isClosed.use { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        if first {
            lifeCycle?.stop()
            core.shutdown()
            streams.close()
        }
    }

    deinit {
        close()
    }
}
