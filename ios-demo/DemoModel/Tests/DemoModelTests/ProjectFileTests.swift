import DemoModel
import Foundation
import FoundationXML
import KlarnaStepUp
import Testing

/// The Xcode project, which nothing here can open: it is read as the property list that it is, and every path and reference is followed.
@Suite struct ProjectFileTests {
    private typealias Object = [String: Any]

    private let folder = Phone.repository.appendingPathComponent("ios-demo")
    private let objects: [String: Object]
    private let root: String

    init() throws {
        let list = try Self.propertyList(folder.appendingPathComponent("KlarnaStepUpDemo.xcodeproj/project.pbxproj"))
        #expect(list["objectVersion"] as? String == "77", "folders as groups came with Xcode 16")
        objects = try #require(list["objects"] as? [String: Object])
        root = try #require(list["rootObject"] as? String)
    }

    private static func propertyList(_ file: URL) throws -> Object {
        try #require(PropertyListSerialization.propertyList(from: Data(contentsOf: file), format: nil) as? Object)
    }

    private func all(_ isa: String) -> [Object] { objects.values.filter { $0["isa"] as? String == isa } }

    private func ids(_ value: Any?) -> [String] { (value as? [String]) ?? (value as? String).map { [$0] } ?? [] }

    @Test func everyReferenceLeadsToAnObject() throws {
        let pattern = try NSRegularExpression(pattern: "^[0-9A-F]{24}$")
        func isID(_ text: String) -> Bool {
            pattern.firstMatch(in: text, range: NSRange(location: 0, length: text.utf16.count)) != nil
        }
        var seen: Set<String> = [root]
        func follow(_ value: Any) {
            switch value {
            case let text as String where isID(text):
                #expect(objects[text] != nil, "\(text)")
                if seen.insert(text).inserted, let object = objects[text] {
                    follow(object)
                }
            case let list as [Any]: list.forEach(follow)
            case let object as Object:
                object.values.forEach(follow)
                object.keys.filter(isID).forEach { #expect(objects[$0] != nil, "\($0)") }
            default: break
            }
        }
        seen = []
        follow(root)
        #expect(seen == Set(objects.keys), "nothing is left over")
        #expect(objects.values.allSatisfy { $0["isa"] is String })
    }

    @Test func everyPathExists() throws {
        var checked = 0
        func walk(_ id: String, in parent: URL) throws {
            let object = try #require(objects[id])
            guard object["sourceTree"] as? String == "<group>" else { return }
            let place = (object["path"] as? String).map { parent.appendingPathComponent($0).standardizedFileURL } ?? parent
            var isFolder: ObjCBool = false
            #expect(FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder), "\(place.path)")
            checked += 1
            let isFile = object["isa"] as? String == "PBXFileReference" && object["lastKnownFileType"] as? String != "folder"
            #expect(isFolder.boolValue != isFile, "\(place.path)")
            for child in ids(object["children"]) {
                try walk(child, in: place)
            }
        }
        let project = try #require(objects[root])
        let main = try #require(project["mainGroup"] as? String)
        try walk(main, in: folder)
        #expect(checked >= 9)
    }

    @Test func thePackagesAreThisRepositoryAndTheModel() throws {
        let products = try all("XCSwiftPackageProductDependency").map { dependency in
            let id = try #require(dependency["package"] as? String)
            let package = try #require(objects[id])
            let path = try #require(package["relativePath"] as? String)
            let manifest = folder.appendingPathComponent(path + "/Package.swift").standardizedFileURL
            let text = try String(contentsOf: manifest, encoding: .utf8)
            return (try #require(dependency["productName"] as? String), path, text)
        }
        #expect(Set(products.map(\.0)) == ["KlarnaStepUp", "DemoModel"])
        for (name, path, manifest) in products {
            #expect(path == (name == "DemoModel" ? "DemoModel" : ".."))
            // The manifests name their products by a constant.
            #expect(manifest.contains(#""\#(name)""#) && manifest.contains(".library(name:"), "\(path) has no product \(name)")
        }
        // Linked by the one target, and referred to by the project.
        let target = try #require(all("PBXNativeTarget").first)
        #expect(all("PBXNativeTarget").count == 1)
        let linked = all("PBXFrameworksBuildPhase").flatMap { ids($0["files"]) }.compactMap { objects[$0]?["productRef"] as? String }
        #expect(Set(linked) == Set(ids(target["packageProductDependencies"])))
        #expect(ids(objects[root]?["packageReferences"]).count == all("XCLocalSwiftPackageReference").count)
        #expect(all("XCRemoteSwiftPackageReference").isEmpty)
    }

    @Test func theScenariosAreCarriedFromWhereTheyAre() throws {
        let files = all("PBXResourcesBuildPhase").flatMap { ids($0["files"]) }.compactMap { objects[$0]?["fileRef"] as? String }
        #expect(files.map { objects[$0]?["path"] as? String } == ["../tests/scenarios"])
        #expect(files.map { objects[$0]?["name"] as? String } == ["scenarios"], "the name that the app asks its bundle for")
        #expect(files.map { objects[$0]?["lastKnownFileType"] as? String } == ["folder"])
    }

    @Test func noTeamNoEntitlementAndALocalFileThatGitIgnores() throws {
        let settings = try ["Demo", "Debug", "Release"].map { name in
            try String(contentsOf: folder.appendingPathComponent("Config/\(name).xcconfig"), encoding: .utf8)
        }.joined(separator: "\n")
        let project = try String(
            contentsOf: folder.appendingPathComponent("KlarnaStepUpDemo.xcodeproj/project.pbxproj"), encoding: .utf8)
        let lines = settings.components(separatedBy: "\n")
        #expect(!settings.contains("DEVELOPMENT_TEAM") && !project.contains("DEVELOPMENT_TEAM") && !project.contains("DevelopmentTeam"))
        #expect(lines.contains("CODE_SIGN_STYLE = Automatic"))
        #expect(lines.contains("CODE_SIGN_ENTITLEMENTS ="))
        #expect(lines.contains("IPHONEOS_DEPLOYMENT_TARGET = 15.0") && lines.contains("SWIFT_VERSION = 6.0"))
        #expect(settings.contains("#include? \"../Local.xcconfig\""))
        let ignored = try String(contentsOf: folder.appendingPathComponent(".gitignore"), encoding: .utf8)
        #expect(ignored.components(separatedBy: "\n").contains("Local.xcconfig"))
        // What a file sets by path is there.
        for line in lines where line.hasPrefix("INFOPLIST_FILE") || line.hasPrefix("#include \"") {
            let path = line.hasPrefix("#") ? "Config/" + line.components(separatedBy: "\"")[1] : line.components(separatedBy: " = ")[1]
            #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent(path).path), "\(line)")
        }
        // The target sets nothing against the files.
        #expect(all("XCBuildConfiguration").allSatisfy { ($0["buildSettings"] as? Object)?.isEmpty == true })
    }

    @Test func theInfoPlistRegistersTheLinksAndLoosensNothingButTheLocalNetwork() throws {
        let info = try Self.propertyList(folder.appendingPathComponent("Config/Info.plist"))
        let security = try #require(info["NSAppTransportSecurity"] as? [String: Bool])
        #expect(security == ["NSAllowsLocalNetworking": true])
        let types = try #require(info["CFBundleURLTypes"] as? [Object])
        let schemes = types.flatMap { $0["CFBundleURLSchemes"] as? [String] ?? [] }
        let links = [Shop.links().handover, Shop.links().completion].compactMap { URL(string: $0)?.scheme }
        #expect(schemes == links)
        #expect(schemes.contains(SandboxAddress.scheme))
        #expect(schemes.contains(Shop.links(domain: "shop.example").fallbackScheme ?? ""))
        #expect(info["NSCameraUsageDescription"] == nil, "the Camera app reads the code")
        let entitlements = try Self.propertyList(folder.appendingPathComponent("Config/AssociatedDomains.entitlements"))
        #expect(
            entitlements["com.apple.developer.associated-domains"] as? [String] == [
                "applinks:$(STEPUP_DOMAIN)", "webcredentials:$(STEPUP_DOMAIN)",
            ])
    }

    @Test func bothSchemesRunTheTarget() throws {
        let place = folder.appendingPathComponent("KlarnaStepUpDemo.xcodeproj/xcshareddata/xcschemes")
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
        #expect(names == ["KlarnaStepUpDemo-SystemHTTP.xcscheme", "KlarnaStepUpDemo.xcscheme"])
        let target = try #require(all("PBXNativeTarget").first?["name"] as? String)
        for name in names {
            let document = try XMLDocument(data: Data(contentsOf: place.appendingPathComponent(name)), options: [])
            let references = try document.nodes(forXPath: "//BuildableReference").compactMap { $0 as? XMLElement }
            #expect(references.count == 3)
            for reference in references {
                let id = try #require(reference.attribute(forName: "BlueprintIdentifier")?.stringValue)
                #expect(objects[id]?["name"] as? String == target)
                #expect(reference.attribute(forName: "BlueprintName")?.stringValue == target)
                #expect(reference.attribute(forName: "ReferencedContainer")?.stringValue == "container:KlarnaStepUpDemo.xcodeproj")
            }
            let arguments = try document.nodes(forXPath: "//LaunchAction//CommandLineArgument/@argument").map(\.stringValue)
            #expect(arguments == (name.contains("SystemHTTP") ? ["--system-http"] : []))
        }
        let demo = try String(contentsOf: folder.appendingPathComponent("KlarnaStepUpDemo/Demo.swift"), encoding: .utf8)
        #expect(demo.contains("\"--system-http\""))
    }

    /// What is newer than iOS 15 is not used, as far as the façade's list of it goes; and no secret or camera slips in.
    @Test func theSourcesAreForIos15() throws {
        let list = try String(
            contentsOf: Phone.repository.appendingPathComponent("bindings/swift/AppleStubs/newer-than-ios-15.txt"), encoding: .utf8)
        let newer = list.components(separatedBy: "\n").filter { !$0.isEmpty && !$0.hasPrefix("#") }.compactMap { line in
            line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true).last.map {
                $0.trimmingCharacters(in: .whitespaces)
            }
        }
        #expect(newer.count > 40)
        var files = 0
        for place in ["KlarnaStepUpDemo", "DemoModel/Sources/DemoModel"] {
            let base = folder.appendingPathComponent(place)
            for case let file as String in try #require(FileManager.default.enumerator(atPath: base.path)) where file.hasSuffix(".swift") {
                let text = try String(contentsOf: base.appendingPathComponent(file), encoding: .utf8)
                files += 1
                for api in newer {
                    #expect(!text.contains(api), "\(file): \(api)")
                }
            }
        }
        #expect(files > 15)
    }
}
