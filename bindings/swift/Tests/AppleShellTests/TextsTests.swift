import Foundation
import Testing

@testable import KlarnaStepUp

extension AppleShell {
    /// The waiting screen's texts are those of `bindings/strings`. `STEPUP_WRITE=1 swift test --filter TextsTests` writes them anew.
    @Suite struct TextsTests {
        private static let root = (0..<5).reduce(URL(fileURLWithPath: #filePath)) { path, _ in path.deletingLastPathComponent() }
        private static let table = root.appendingPathComponent(
            "bindings/swift/Sources/KlarnaStepUp/Apple/WaitingTexts+Languages.swift")

        @Test func theTableIsThatOfTheSource() throws {
            let rendered = try Self.render()
            if ProcessInfo.processInfo.environment["STEPUP_WRITE"] == "1" {
                try rendered.write(to: Self.table, atomically: true, encoding: .utf8)
            }
            let there = try String(contentsOf: Self.table, encoding: .utf8)
            #expect(there == rendered, "written anew by STEPUP_WRITE=1")
        }

        @Test func thereAreTenLanguagesAndNoTextIsEmpty() {
            #expect(WaitingTexts.byLanguage.count == 10)
            for (language, texts) in WaitingTexts.byLanguage {
                let all =
                    WaitingStage.allCases.flatMap { [texts.text(at: $0).title, texts.text(at: $0).text] }
                    + [texts.continueWithKlarna, texts.useAnotherMethod, texts.busy]
                #expect(all.allSatisfy { !$0.isEmpty }, "\(language)")
                #expect(Set(all).count == all.count, "\(language): a text stands for another")
            }
        }

        @Test(arguments: [
            (["de-AT", "en"], "de"), (["nn"], "nb"), (["no"], "nb"), (["nb_NO"], "nb"), (["fi", "sv-FI"], "sv"), (["fi"], "en"),
            ([], "en"), (["PL"], "pl"), ([""], "en"), (["english"], "en"),
        ]) func theFirstLanguageThatThereIsIsTaken(preferred: [String], expected: String) {
            #expect(WaitingTexts.inLanguage(of: preferred) == WaitingTexts.byLanguage[expected])
        }

        private static func render() throws -> String {
            let folder = root.appendingPathComponent("bindings/strings")
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                .filter { $0.hasSuffix(".json") && $0 != "schema.json" }.sorted()
            let entries = try files.map { file in
                let texts = try JSONDecoder().decode(
                    [String: String].self, from: Data(contentsOf: folder.appendingPathComponent(file)))
                func of(_ key: String) throws -> String { try literal(#require(texts[key], "\(file) has no \(key)")) }
                func stage(_ name: String) throws -> String {
                    "\(name): Text(\n                title: \(try of(name + "_title")),\n                text: \(try of(name + "_text")))"
                }
                #expect(file == (texts["language"] ?? "") + ".json")
                #expect(texts.count == 13, "\(file) has a key that nobody shows")
                return """
                            \(try of("language")): WaitingTexts(
                                \(try stage("checking")),
                                \(try stage("waiting")),
                                \(try stage("finishing")),
                                \(try stage("stopping")),
                                continueWithKlarna: \(try of("continue_with_klarna")),
                                useAnotherMethod: \(try of("use_another_method")),
                                busy: \(try of("busy"))),
                    """
            }
            return """
                // Generated from bindings/strings by TextsTests; do not edit.

                extension WaitingTexts {
                    static let byLanguage: [String: WaitingTexts] = [
                \(entries.joined(separator: "\n"))
                    ]
                }

                """
        }

        private static func literal(_ text: String) -> String {
            "\"" + text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
        }
    }
}
