import KlarnaStepUp

/// What the library's `doctor()` found, for a screen and for a ticket.
public struct DoctorReport: Hashable, Sendable {
    /// The worst first.
    public let findings: [Finding]

    init(_ findings: [Finding]) {
        let order = Finding.Level.allCases
        // Equal ones keep the library's order.
        self.findings = order.flatMap { level in findings.filter { $0.level == level } }
    }

    /// Payments will not work.
    public var isBroken: Bool { findings.contains { $0.level == .broken } }

    /// In a sentence.
    public var headline: String {
        let broken = findings.filter { $0.level == .broken }.count
        let advice = findings.filter { $0.level == .advice }.count
        if broken > 0 {
            return broken == 1 ? "One thing is broken." : "\(broken) things are broken."
        }
        return advice == 0 ? "All is well." : "Payments work. \(advice == 1 ? "One thing" : "\(advice) things") could be better."
    }

    /// To paste in a ticket.
    public var text: String {
        findings.map { finding in
            let fix = finding.fix.isEmpty ? "" : "\n    " + finding.fix
            return "[\(finding.level.rawValue)] \(finding.code): \(finding.problem)\(fix)"
        }.joined(separator: "\n")
    }
}
