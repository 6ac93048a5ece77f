import Foundation

/// Where the journal lives: in Application Support, which the system never empties; not in a backup, because an attempt belongs to one
/// phone; readable after the first unlock, because the app may be woken while the phone is locked.
enum JournalDirectory {
    /// Makes it, or finds it, and sets what it has to be.
    ///
    /// - Throws: Only if there is no such folder. One whose properties cannot be set now (before the first unlock) is used as it is, and
    ///   they are set at the next start.
    static func make(in base: URL? = nil, files: FileManager = .default) throws -> URL {
        let support = try base ?? files.url(for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
        var folder = support.appendingPathComponent("KlarnaStepUp", isDirectory: true)
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
        // Each time: a migrated phone does not keep them. New files take the folder's protection.
        try? files.setAttributes([.protectionKey: protection], ofItemAtPath: folder.path)
        var values = URLResourceValues()
        values.isExcludedFromBackup = true
        try? folder.setResourceValues(values)
        return folder
    }

    private static let protection = FileProtectionType.completeUntilFirstUserAuthentication
}
