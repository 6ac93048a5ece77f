import Foundation
import Testing

extension AppleShell {
    /// What a compiler for Linux cannot tell of the sources that iOS gets.
    @Suite struct SourceRuleTests {
        private struct Source {
            let name: String
            let text: String
            let lines: [String]
        }

        private static let root = (0..<5).reduce(URL(fileURLWithPath: #filePath)) { path, _ in path.deletingLastPathComponent() }

        private static let mark = "@available(iOSApplicationExtension, unavailable)"

        /// What stands in a stand-in without a page of its own: part of what is above it, or ours.
        private static let ours = [
            "build", "body: Never", "init(rawValue", "rawValue", "Several", "Either", "ModifiedByUs", "let code", "= Code()",
            "var errorDesc", "var failureR", "var recovery",
        ]

        /// The Swift files below a folder of the package.
        private static func sources(_ folder: String) throws -> [Source] {
            let base = root.appendingPathComponent("bindings/swift/" + folder)
            let files = try #require(FileManager.default.enumerator(atPath: base.path)).compactMap { $0 as? String }
                .filter { $0.hasSuffix(".swift") }.sorted()
            try #require(!files.isEmpty, "\(folder) has no sources")
            return try files.map { file in
                let text = try String(contentsOf: base.appendingPathComponent(file), encoding: .utf8)
                return Source(name: file, text: text, lines: text.components(separatedBy: "\n"))
            }
        }

        private static func list(_ file: String) throws -> [String] {
            try String(contentsOf: root.appendingPathComponent("bindings/swift/AppleStubs/" + file), encoding: .utf8)
                .components(separatedBy: "\n").filter { !$0.isEmpty && !$0.hasPrefix("#") }
        }

        @Test func nothingNewerThanIos15IsUsedUnchecked() throws {
            let entries = try Self.list("newer-than-ios-15.txt").map { line in
                let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true).map(String.init)
                return (since: parts[0], rule: parts[1], api: parts[2].trimmingCharacters(in: .whitespaces))
            }
            #expect(entries.count > 40)
            var checkedUses = 0
            for source in try Self.sources("Sources/KlarnaStepUp") {
                for (number, line) in source.lines.enumerated() {
                    let code = line.components(separatedBy: "//")[0]
                    for entry in entries where code.contains(entry.api) {
                        let place = "\(source.name):\(number + 1): \(entry.api) is newer than iOS 15"
                        #expect(entry.rule == "checked", "\(place)")
                        let above = source.lines[max(0, number - 6)..<number]
                        #expect(above.contains { $0.contains("#available(iOS \(entry.since), *)") }, "\(place)")
                        checkedUses += 1
                    }
                    // What is checked for is in the list, so that the list is all there is.
                    if let range = code.range(of: "available(iOS "), !code.contains("iOSApplicationExtension") {
                        let since = String(code[range.upperBound...].prefix { $0 != "," })
                        #expect(entries.contains { $0.since == since && $0.rule == "checked" }, "\(source.name):\(number + 1)")
                    }
                }
            }
            #expect(checkedUses == 1, "the search found what it has to find")
        }

        /// Klarna forbids browser views inside the app and ephemeral sessions; the rest reads what a privacy manifest would have to name.
        @Test(arguments: [
            "SFSafariViewController", "SafariServices", "WKWebView", "WebKit", "UIWebView", "EphemeralWebBrowserSession = true",
            "canOpenURL", "UserDefaults", "systemUptime", "mach_absolute_time", "attributesOfItem", "modificationDate", "creationDate",
            "contentModificationDateKey", "volumeAvailableCapacity", "activeInputModes", "UIPasteboard", "identifierForVendor",
            "ASIdentifierManager", "print(", "NSLog", "os_log", "try!", "fatalError",
        ]) func theFacadeNeverUses(_ name: String) throws {
            for source in try Self.sources("Sources/KlarnaStepUp") {
                for (number, line) in source.lines.enumerated() where !line.trimmingCharacters(in: .whitespaces).hasPrefix("//") {
                    #expect(!line.contains(name), "\(source.name):\(number + 1)")
                }
            }
        }

        @Test func onlyTheseFrameworksAreImported() throws {
            let allowed: Set = [
                "Foundation", "FoundationNetworking", "UIKit", "AuthenticationServices", "SwiftUI", "Network", "KlarnaStepUpCore",
            ]
            for source in try Self.sources("Sources/KlarnaStepUp") {
                let imported = source.lines.map { $0.trimmingCharacters(in: .whitespaces) }.filter { $0.contains("import ") }
                    .filter { $0.hasPrefix("import ") || $0.hasPrefix("internal import ") || $0.hasPrefix("public import ") }
                    .compactMap { $0.components(separatedBy: " ").last }
                #expect(allowed.isSuperset(of: imported), "\(source.name)")
            }
        }

        /// Whatever touches the application is not there for an app extension, so that using it in one does not compile.
        @Test func whatAppExtensionsLackIsMarked() throws {
            var marked = 0
            for source in try Self.sources("Sources/KlarnaStepUp/Apple") {
                var head = 0
                for (number, line) in source.lines.enumerated() {
                    if let first = line.first, first.isLetter || first == "@", line.contains("{") {
                        head = number
                    }
                    let code = line.components(separatedBy: "//")[0]
                    if code.contains("UIApplication.shared") || code.contains("Stage.shared") || code.contains(".apple(") {
                        let above = source.lines[max(0, head - 1)...head].joined()
                        #expect(above.contains(Self.mark), "\(source.name):\(number + 1)")
                        marked += 1
                    }
                }
            }
            #expect(marked >= 6, "the search found what it has to find")
        }

        @Test func theNamesOfSwiftUIAreThoseOfTheList() throws {
            let listed = try Self.list("swiftui-names.txt")
            #expect(try Self.declaredNames { !$0.hasPrefix("Demo/") } == Set(listed))
            #expect(listed.count <= 30)
            #expect(try Self.declaredNames { $0.hasPrefix("Demo/") } == Set(Self.list("swiftui-names-demo.txt")))
        }

        /// The demo app's names are the demo app's: the façade stays within its thirty.
        @Test func theFacadeUsesNoneOfTheDemosNames() throws {
            let names = try Self.list("swiftui-names-demo.txt").filter { $0.first?.isUppercase == true }
            #expect(names.count > 20)
            for source in try Self.sources("Sources/KlarnaStepUp/Apple") where source.text.contains("import SwiftUI") {
                for line in source.lines where !line.trimmingCharacters(in: .whitespaces).hasPrefix("//") {
                    let words = line.split { !$0.isLetter && !$0.isNumber }.map(String.init)
                    #expect(names.allSatisfy { !words.contains($0) }, "\(source.name): \(line)")
                }
            }
        }

        /// What the stand-ins for SwiftUI declare, in the files whose names fit.
        private static func declaredNames(_ fits: (String) -> Bool) throws -> Set<String> {
            let ours: Set = ["Several", "Either", "ModifiedByUs", "body"]
            var declared: Set<String> = []
            let pattern = try NSRegularExpression(
                pattern: #"public (?:nonisolated )?(?:static )?(?:struct|protocol|class|enum|func) ([A-Za-z]+[0-9]?)"#)
            for source in try sources("AppleStubs/SwiftUI") where fits(source.name) {
                let text = source.text as NSString
                for match in pattern.matches(in: source.text, range: NSRange(location: 0, length: text.length)) {
                    declared.insert(text.substring(with: match.range(at: 1)))
                }
            }
            return declared.subtracting(ours).filter { !$0.hasPrefix("build") }
        }

        /// A declaration without a page is a guess.
        @Test(arguments: ["UIKit", "AuthenticationServices", "SwiftUI", "Network", "ios"])
        func eachDeclarationOfApplesCitesItsPage(module: String) throws {
            for source in try Self.sources("AppleStubs/" + module) {
                var cited = false
                for (number, line) in source.lines.enumerated() {
                    let code = line.trimmingCharacters(in: .whitespaces)
                    if code.hasPrefix("/// https://developer.apple.com/documentation/") {
                        cited = true
                    } else if code.hasPrefix("@") && !code.contains("public ") || code.hasPrefix("///") {
                        continue
                    } else {
                        let isDeclaration = code.contains("public ") || code.hasPrefix("open ")
                        let isOurs = Self.ours.contains { code.contains($0) }
                        #expect(!isDeclaration || isOurs || cited, "\(source.name):\(number + 1): \(code)")
                        cited = false
                    }
                }
            }
        }

        @Test func theSampleAssociationServesBothLinksAndTheCallback() throws {
            struct Association: Decodable {
                struct Links: Decodable {
                    struct Detail: Decodable {
                        let appIDs: [String]
                        let components: [[String: String]]
                    }
                    let details: [Detail]
                }
                struct Credentials: Decodable {
                    let apps: [String]
                }
                let applinks: Links
                let webcredentials: Credentials
            }
            let file = Self.root.appendingPathComponent("docs/samples/apple-app-site-association")
            let sample = try JSONDecoder().decode(Association.self, from: Data(contentsOf: file))
            let detail = try #require(sample.applinks.details.first)
            #expect(detail.components.map { $0["/"] } == ["/klarna/back", "/klarna/done"])
            // Without it the system refuses an https callback.
            #expect(sample.webcredentials.apps == detail.appIDs)
        }

        @Test func thePrivacyManifestIsAPropertyListThatTracksNobody() throws {
            let file = Self.root.appendingPathComponent("bindings/swift/Sources/KlarnaStepUp/PrivacyInfo.xcprivacy")
            let manifest = try #require(
                PropertyListSerialization.propertyList(from: Data(contentsOf: file), format: nil) as? [String: Any])
            #expect(manifest["NSPrivacyTracking"] as? Bool == false)
            #expect((manifest["NSPrivacyTrackingDomains"] as? [String])?.isEmpty == true)
            #expect((manifest["NSPrivacyCollectedDataTypes"] as? [Any])?.isEmpty == true)
            let accessed = try #require(manifest["NSPrivacyAccessedAPITypes"] as? [[String: Any]])
            #expect(accessed.compactMap { $0["NSPrivacyAccessedAPIType"] as? String } == ["NSPrivacyAccessedAPICategoryFileTimestamp"])
            #expect(accessed.compactMap { $0["NSPrivacyAccessedAPITypeReasons"] as? [String] } == [["C617.1"]])
        }
    }
}
