import DemoModel
import KlarnaStepUp
import SwiftUI

/// The shop as something that views observe.
@MainActor final class Demo: ObservableObject {
    @Published private(set) var kept: KeptState
    @Published private(set) var live: Shop.LiveState
    /// The trace that is being shared.
    @Published var sharing: SharedFile?

    let shop: Shop

    init() {
        let support = FileManager.default.urls(for: .applicationSupportDirectory, in: .userDomainMask)[0]
        let shop = Shop(folder: support.appendingPathComponent("Demo"), scenarios: Self.scenarios(), domain: Self.domain) { configuration in
            try StepUpClient(configuration: configuration, http: Self.http)
        }
        self.shop = shop
        kept = shop.kept
        live = shop.live
        shop.changed = { @MainActor @Sendable [weak self] in self?.update() }
        shop.open()
        update()
    }

    /// `--system-http`, as the second scheme says it: the system's HTTP, which is all that the slim flavour has.
    private static var http: HTTPStack {
        ProcessInfo.processInfo.arguments.contains("--system-http") ? .system : .standard
    }

    /// `STEPUP_DOMAIN` of Local.xcconfig.
    private static var domain: String? { Bundle.main.object(forInfoDictionaryKey: "StepUpDomain") as? String }

    /// `tests/scenarios`, which the app carries as it is.
    private static func scenarios() -> ScenarioLibrary {
        Bundle.main.url(forResource: "scenarios", withExtension: nil).flatMap { try? ScenarioLibrary(folder: $0) } ?? .empty
    }

    private func update() {
        if kept != shop.kept {
            kept = shop.kept
        }
        if live != shop.live {
            live = shop.live
        }
    }

    /// Hands the trace of a payment to another app.
    func share(_ record: PaymentRecord) async {
        if let trace = await shop.trace(of: record) {
            sharing = SharedFile(trace)
        }
    }

    /// A choice that views write and the shop decides on.
    func binding<Value: Sendable>(
        _ get: @escaping @MainActor @Sendable (Demo) -> Value, _ set: @escaping @MainActor @Sendable (Shop, Value) -> Void
    ) -> Binding<Value> {
        Binding(get: { @MainActor in get(self) }, set: { @MainActor value in set(self.shop, value) })
    }

    /// Something that takes a while.
    func run(_ act: @escaping @MainActor @Sendable (Shop) async -> Void) {
        Task { [shop] in await act(shop) }
    }
}

/// A file in the folder for temporary ones.
struct SharedFile: Identifiable {
    let url: URL
    var id: URL { url }

    init?(_ trace: SharedTrace) {
        url = FileManager.default.temporaryDirectory.appendingPathComponent(trace.fileName)
        guard (try? Data(trace.text.utf8).write(to: url, options: .atomic)) != nil else { return nil }
    }
}
