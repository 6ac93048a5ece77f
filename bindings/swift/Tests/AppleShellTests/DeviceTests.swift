import Foundation
import Testing
import UIKit

@testable import KlarnaStepUp

extension AppleShell {
    /// What the core is told of the device, and what lies on its disk.
    @Suite struct DeviceTests {
        private func facts(_ info: [String: Any]?, httpsCallback: Bool = true) -> DeviceFacts {
            DeviceInquiry(callbacks: CallbackSupport(supported: httpsCallback), infoDictionary: info).facts()
        }

        private func type(_ schemes: [String], role: String? = nil) -> [String: Any] {
            var type: [String: Any] = ["CFBundleURLSchemes": schemes]
            type["CFBundleTypeRole"] = role
            return type
        }

        @Test func klarnasAppComesFirstAndTheBrowserLast() {
            #expect(facts(nil).surfaces == [.klarnaApp, .authSession, .browser])
        }

        @Test(arguments: [true, false]) func httpsLinksAreForSystemsThatBringThem(httpsCallback: Bool) {
            #expect(facts(nil, httpsCallback: httpsCallback).httpsLinks == httpsCallback)
        }

        @Test func aSchemeThatIsMissingIsMissing() {
            #expect(facts(nil).registeredSchemes == [])
            #expect(facts(["CFBundleURLTypes": [type(["other"])]]).registeredSchemes == ["other"])
        }

        @Test func aSchemeThatIsRegisteredTwiceShowsTwice() {
            let info = ["CFBundleURLTypes": [type(["shop", "other"]), type(["shop"], role: "Editor")]]
            #expect(facts(info).registeredSchemes == ["shop", "other", "shop"])
        }

        /// The role `None` declares a scheme of another app's.
        @Test func aSchemeThatIsNotOursIsNotRegistered() {
            #expect(facts(["CFBundleURLTypes": [type(["shop"], role: "None")]]).registeredSchemes == [])
        }

        @Test(arguments: ["text", "list of text", "scheme that is a number"]) func aBrokenInfoPlistBreaksNothing(kind: String) {
            let broken: [String: [String: Any]] = [
                "text": ["CFBundleURLTypes": "shop"], "list of text": ["CFBundleURLTypes": ["shop"]],
                "scheme that is a number": ["CFBundleURLTypes": [["CFBundleURLSchemes": 1]]],
            ]
            #expect(facts(broken[kind]).registeredSchemes == [])
        }

        @Test func theJournalHasAFolderOfItsOwn() throws {
            let base = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            defer { try? FileManager.default.removeItem(at: base) }
            let folder = try JournalDirectory.make(in: base)
            #expect(folder.path == base.appendingPathComponent("KlarnaStepUp").path)
            var isDirectory: ObjCBool = false
            #expect(FileManager.default.fileExists(atPath: folder.path, isDirectory: &isDirectory) && isDirectory.boolValue)
            try Data("x".utf8).write(to: folder.appendingPathComponent("kept"))
            #expect(try JournalDirectory.make(in: base) == folder)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["kept"], "what is there stays")
        }

        /// Foundation for Linux forgets protection classes; what it is asked for can be seen.
        private final class Files: FileManager, @unchecked Sendable {
            var isLocked = false
            private(set) var protected: [String: FileProtectionType] = [:]

            override func setAttributes(_ attributes: [FileAttributeKey: Any], ofItemAtPath path: String) throws {
                if isLocked {
                    throw CocoaError(.fileWriteNoPermission)
                }
                protected[path] = attributes[.protectionKey] as? FileProtectionType
            }
        }

        @Test func theJournalIsProtectedUntilTheFirstUnlock() throws {
            let base = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            defer { try? FileManager.default.removeItem(at: base) }
            let files = Files()
            let folder = try JournalDirectory.make(in: base, files: files)
            let wanted = FileProtectionType.completeUntilFirstUserAuthentication
            #expect(files.protected.mapValues(\.rawValue) == [folder.path: wanted.rawValue])
        }

        /// The app may be woken before the phone was unlocked once: the client is made all the same, and works later.
        @Test func aLockedPhoneHasAJournalToo() throws {
            let base = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            defer { try? FileManager.default.removeItem(at: base) }
            let files = Files()
            files.isLocked = true
            #expect(try JournalDirectory.make(in: base, files: files).path == base.appendingPathComponent("KlarnaStepUp").path)
        }

        @Test func withoutRoomForTheJournalTheClientIsNotMade() throws {
            let base = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            defer { try? FileManager.default.removeItem(at: base) }
            try Data().write(to: base)
            #expect(throws: (any Error).self) { try JournalDirectory.make(in: base) }
        }
    }
}
