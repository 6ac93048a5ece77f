import Foundation
import Testing

/// The files of `tests/vectors`, which every language runs.
enum Vectors {
    static func read(_ name: String) throws -> Data {
        let root = (0..<5).reduce(URL(fileURLWithPath: #filePath)) { path, _ in path.deletingLastPathComponent() }
        return try Data(contentsOf: root.appendingPathComponent("tests/vectors").appendingPathComponent(name))
    }

    /// Runs every case, and makes sure that it did.
    static func run<Case>(_ list: String, _ cases: [(name: String, Case)], _ check: (Case) async throws -> Void) async throws {
        var executed: Set<String> = []
        for (name, one) in cases {
            try await check(one)
            executed.insert(name)
        }
        #expect(executed == Set(cases.map(\.name)))
        #expect(executed.count == cases.count, "names are unique")
        #expect(!executed.isEmpty)
        print("\(list): \(executed.count) cases")
    }
}
