import Foundation
import KlarnaStepUpTesting
import Testing

@testable import KlarnaStepUp

/// What is refused before there is a client.
@Suite struct ConfigurationTests {
    @Test func aFieldThatCannotWorkIsNamedWithTheFix() throws {
        var configuration = TestPhone.configuration
        configuration.links.handover = "shop:klarna"
        let error = try #require(refusal { _ = try TestPhone(configuration) })
        guard case .configuration(let field, let problem, let fix) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(field == "links.handover")
        #expect(error.errorDescription == "\(field): \(problem).")
        #expect(error.recoverySuggestion == fix)
    }

    private func refusal(_ make: () throws -> Void) -> StepUpError? {
        do {
            try make()
            return nil
        } catch {
            return error as? StepUpError
        }
    }

    @Test func theSandboxIsRefusedInABuildThatIsNotDebuggable() throws {
        let journal = try TestJournal()
        var configuration = TestPhone.configuration
        configuration.environment = .sandbox()
        let facts = DeviceFacts(surfaces: [.authSession], httpsLinks: true)
        let make = { (configuration: StepUpConfiguration) in
            try StepUpClient(
                configuration: configuration,
                platform: Platform(
                    journalDirectory: { journal.url }, device: { facts }, presenter: FakeSurface(), isDebuggable: false))
        }
        let error = try #require(refusal { _ = try make(configuration) })
        guard case .configuration("environment", _, _) = error else {
            Issue.record("\(error)")
            return
        }
        configuration.allowsSandboxInRelease = true
        _ = try make(configuration)
    }

    @Test func anotherLibraryThanThePackageWasMadeForIsRefused() throws {
        try Engine.compareVersions(bindings: "0.1.0", library: "0.1.0")
        #expect(throws: StepUpError.versionMismatch(package: "0.1.0", library: "0.2.0")) {
            try Engine.compareVersions(bindings: "0.1.0", library: "0.2.0")
        }
    }

    @Test func aFolderThatCannotBeHadIsAnErrorOfItsOwn() throws {
        struct Locked: Error {}
        let facts = DeviceFacts(surfaces: [.authSession], httpsLinks: true)
        #expect(throws: StepUpError.journalUnavailable) {
            _ = try StepUpClient(
                configuration: TestPhone.configuration,
                platform: Platform(
                    journalDirectory: { throw Locked() }, device: { facts }, presenter: FakeSurface(), isDebuggable: true))
        }
    }
}
