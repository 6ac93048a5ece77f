import DemoModel
import Foundation
import Testing

/// The scenarios themselves, as they lie in the repository.
@Suite struct ScenarioTests {
    private let library: ScenarioLibrary

    init() throws {
        library = try ScenarioLibrary(folder: Phone.scenarios)
    }

    @Test func everyFileIsAScenario() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Phone.scenarios.path)
        #expect(library.scenarios.count == files.filter { $0.hasSuffix(".json") }.count - 1)
        #expect(library.scenarios.count > 100)
        #expect(library.scenarios.allSatisfy { !$0.about.isEmpty && !$0.told.isEmpty || $0.name == "link-after-reinstall" })
    }

    /// A step that this app does not know would quietly be left to nobody.
    @Test func everyKindOfStepOfTheSchemaIsKnown() throws {
        let schema = try JSONDecoder().decode(Schema.self, from: Data(contentsOf: Phone.scenarios.appendingPathComponent("schema.json")))
        let kinds = schema.kinds
        #expect(kinds.count > 40)
        for kind in kinds {
            #expect(Scenario.Step.kinds.contains(kind), "\(kind)")
        }
        #expect(kinds.isSuperset(of: Scenario.Step.kinds))
    }

    @Test func aHandCanPlayManyAndKnowsWhyNotTheOthers() {
        let playable = library.scenarios.filter { $0.obstacle == nil }
        #expect(playable.count >= 40)
        for scenario in playable {
            #expect(scenario.guide.contains { $0.who == .you && $0.text.contains("Pay with Klarna") }, "\(scenario.name)")
            #expect(Set(scenario.guide.map(\.id)).count == scenario.guide.count)
        }
        let reasons = library.scenarios.compactMap(\.obstacle)
        #expect(reasons.allSatisfy { $0.hasSuffix(".") && $0.count > 20 })
    }

    @Test func theGuideSaysWhoDoesWhat() throws {
        let scenario = try #require(library.named("link-before-word"))
        #expect(scenario.obstacle == nil)
        #expect(
            scenario.guide.map { "\($0.who): \($0.text)" } == [
                "shop: The backend deviates (reads false).",
                "shop: Something goes wrong at Klarna (webhook delay_ms 30000, event completed).",
                "you: Tap “Pay with Klarna”.",
                "you: In Klarna's pages: phone number +4306762600456, code 123456, choose how to pay, approve.",
                "you: Wait 5 s.",
            ])
        #expect(
            scenario.preparations == [
                .acquirerFaults(.object(["reads": .bool(false)])),
                .klarnaFaults(.object(["webhook": .object(["event": .string("completed"), "delay_ms": .int(30_000)])])),
            ])
    }

    @Test func aSearchFindsByNameAndSentence() {
        #expect(library.search("").count == library.scenarios.count)
        let found = library.search("webhook lost")
        #expect(found.contains { $0.name == "webhook-lost" })
        #expect(found.count < 10)
        let obstacles = library.search("").map { $0.obstacle == nil }
        #expect(obstacles == obstacles.sorted { $0 && !$1 }, "what a hand can play comes first")
    }
}

private struct Schema: Decodable {
    struct Step: Decodable {
        let properties: [String: Property]
    }
    /// Only that of `step` is looked at.
    struct Property: Decodable {
        let const: String?
    }
    struct Items: Decodable {
        let oneOf: [Step]
    }
    struct Steps: Decodable {
        let items: Items
    }
    struct Properties: Decodable {
        let steps: Steps
    }
    let properties: Properties

    var kinds: Set<String> { Set(properties.steps.items.oneOf.compactMap { $0.properties["step"]?.const }) }
}
