import AuthenticationServices
import Foundation
import Testing
import UIKit

@testable import KlarnaStepUp

/// An app with the real client and library, the whole Apple shell, a system that the test plays and a backend that it scripts.
@MainActor final class Phone {
    let system: System
    let backend: ScriptedBackend
    let client: StepUpClient
    private let folder: URL

    init(
        handover: String = "shop://klarna", completion: String = "shop-done://klarna", fallback: String? = nil,
        httpsCallback: Bool = true, schemes: [String] = ["shop", "shop-done"]
    ) throws {
        system = System(httpsCallback: httpsCallback)
        backend = try ScriptedBackend()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        var configuration = StepUpConfiguration(
            backend: backend.url, links: ReturnLinks(handover: handover, completion: completion, fallbackScheme: fallback),
            environment: .sandbox())
        configuration.allowsSandboxInRelease = true
        configuration.policy.baseInterval = 0.5
        let info: [String: Any] = ["CFBundleURLTypes": schemes.map { ["CFBundleURLSchemes": [$0]] }]
        client = try StepUpClient(
            configuration: configuration,
            platform: .apple(http: .system, stage: system.stage, info: info, journalBase: folder))
        system.application.answerToOpen = { _, _ in false }
    }

    deinit {
        backend.close()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Pays an order in a task of its own.
    func pay() -> Task<Outcome, Never> {
        Task { [client] in await client.pay(Order(reference: "42", json: "{}")) }
    }

    /// The session that is started as number `count` (from 1).
    func session(_ count: Int = 1) async throws -> WebSession {
        await System.until { Fake.started.count >= count }
        return try #require(Fake.started.dropFirst(count - 1).first, "no session was started")
    }

    /// The first state that is like this.
    func state(where fits: @Sendable (AttemptState) -> Bool) async throws -> AttemptState {
        for await state in client.states where fits(state) {
            return state
        }
        throw CancellationError()
    }
}
