import Foundation

/// Where the journal lives: in Application Support, which the system never empties; not in a backup, because an attempt belongs to one
/// phone; readable after the first unlock, because the app may be woken while the phone is locked.
enum JournalDirectory {
    /// Makes it, or finds it, and sets what it has to be.
    static func make(in base: URL? = nil) throws -> URL {
        let files = FileManager.default
        let support = try base ?? files.url(for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
        var folder = support.appendingPathComponent("KlarnaStepUp", isDirectory: true)
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
        // Also on a folder that was there: a restored backup and a migrated phone do not keep them. New files take the folder's protection.
        try files.setAttributes([.protectionKey: FileProtectionType.completeUntilFirstUserAuthentication], ofItemAtPath: folder.path)
        var values = URLResourceValues()
        values.isExcludedFromBackup = true
        try folder.setResourceValues(values)
        return folder
    }
}
