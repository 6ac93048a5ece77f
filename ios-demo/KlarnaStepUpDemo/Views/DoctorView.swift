import DemoModel
import KlarnaStepUp
import SwiftUI

/// What is wrong with the set-up, the worst first.
struct DoctorView: View {
    @ObservedObject var demo: Demo

    var body: some View {
        List {
            Section {
                Text(verbatim: demo.live.doctor?.headline ?? "Not asked yet.").font(.title2)
                Button("Ask again") { demo.run { shop in await shop.askDoctor() } }
            }
            Section("Findings") {
                ForEach(demo.live.doctor?.findings ?? [], id: \.code) { finding in FindingRow(finding: finding) }
            }
        }
        .task { await demo.shop.refresh() }
    }
}

/// A finding and its remedy.
struct FindingRow: View {
    let finding: Finding

    var body: some View {
        VStack(alignment: .leading) {
            Label(finding.code, systemImage: symbol).font(.headline).foregroundColor(color)
            Text(verbatim: finding.problem)
            if !finding.fix.isEmpty {
                Text(verbatim: finding.fix).font(.caption).foregroundColor(.secondary)
            }
        }
    }

    private var symbol: String {
        switch finding.level {
        case .broken: "xmark.octagon"
        case .advice: "exclamationmark.triangle"
        case .fine: "checkmark.circle"
        }
    }

    private var color: Color {
        switch finding.level {
        case .broken: .red
        case .advice: .orange
        case .fine: .green
        }
    }
}
