import DemoModel
import Foundation
import KlarnaStepUp
import KlarnaStepUpTesting
import Testing

/// Tests of the shop with the real library and the real sandbox. One after the other: the library has one journal a process, as in an app.
@Suite(.serialized) @MainActor struct WithTheSandbox {}

/// A phone on which the shop is installed, with the shop running.
@MainActor final class Phone {
    private(set) var shop: Shop
    private(set) var surface = FakeSurface()
    private let folder: URL
    private var journeys = 0

    /// Where Linux keeps what iOS keeps in Application Support; of this process's own.
    private static let home: URL = {
        let home = FileManager.default.temporaryDirectory.appendingPathComponent("demo-" + UUID().uuidString)
        setenv("XDG_DATA_HOME", home.path, 1)
        return home
    }()

    /// `tests/scenarios`, as the app carries it.
    nonisolated static let scenarios: URL = repository.appendingPathComponent("tests/scenarios")

    nonisolated static let repository = (0..<5).reduce(URL(fileURLWithPath: #filePath)) { path, _ in path.deletingLastPathComponent() }

    /// Installs the shop anew, and connects it to the sandbox by its link.
    static func with(_ world: World, _ test: (Phone) async throws -> Void) async throws {
        try? FileManager.default.removeItem(at: home)
        let phone = try Phone(folder: home.appendingPathComponent("Demo"))
        do {
            #expect(await phone.shop.take(world.link))
            try await test(phone)
        } catch {
            await phone.shop.close()
            throw error
        }
        await phone.shop.close()
    }

    private init(folder: URL) throws {
        self.folder = folder
        shop = try Self.shop(folder, surface)
    }

    /// The app is ended and started again. (A real kill is in `KilledTests`.)
    func restart() async throws {
        await shop.close()
        (surface, journeys) = (FakeSurface(), 0)
        shop = try Self.shop(folder, surface)
        shop.open()
    }

    private static func shop(_ folder: URL, _ surface: FakeSurface) throws -> Shop {
        Shop(folder: folder, scenarios: try ScenarioLibrary(folder: scenarios)) { configuration in
            var configuration = configuration
            configuration.customPresenter = surface
            return try StepUpClient(configuration: configuration)
        }
    }

    /// The next journey that is shown. Unlike the surface's own wait, it ends with the test's time.
    func journey() async throws -> Journey {
        let (surface, number) = (surface, journeys)
        await until { _ in surface.shown.count > number }
        journeys += 1
        return try #require(surface.shown.dropFirst(number).first)
    }

    /// Waits for a change of what the views show after which this holds.
    func until(_ holds: @escaping @MainActor (Shop) -> Bool) async {
        guard !holds(shop) else { return }
        let (changes, change) = AsyncStream.makeStream(of: Void.self)
        shop.changed = { @MainActor @Sendable in change.yield() }
        defer { shop.changed = { @MainActor @Sendable in } }
        for await _ in changes where holds(shop) {
            return
        }
    }
}
