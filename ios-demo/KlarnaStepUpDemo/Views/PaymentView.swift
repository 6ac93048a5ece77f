import DemoModel
import KlarnaStepUp
import SwiftUI

/// One payment: where it stands, what can be done, the scenario's guide, the timeline.
struct PaymentView: View {
    @ObservedObject var demo: Demo
    let record: PaymentRecord

    var body: some View {
        List {
            Section {
                Button("All payments") { demo.shop.go(to: .payments) }
                Text(verbatim: record.headline).font(.title2)
                Text(verbatim: record.advice)
                ForEach(Array(record.told.enumerated()), id: \.offset) { told in
                    Text(verbatim: told.element.name).font(.caption).foregroundColor(.secondary)
                }
                if let receipt = record.told.last?.receipt {
                    Text(verbatim: receipt).font(.caption).foregroundColor(.secondary)
                }
                if let attempt = demo.shop.shownAttempt {
                    AttemptButtons(demo: demo, attempt: attempt)
                }
            }
            if let scenario = demo.shop.scenarios.named(record.scenario) {
                Section("Scenario") {
                    ScenarioRow(scenario: scenario)
                    if let verdict = record.verdict(scenario) {
                        VerdictRow(verdict: verdict)
                    }
                    ForEach(scenario.guide) { step in GuideRow(demo: demo, step: step) }
                }
            }
            Section("Timeline") {
                ForEach(demo.live.timeline.lines) { line in TimelineRow(line: line) }
                Button("Share trace") { Task { await demo.share(record) } }.disabled(record.attempt == nil)
            }
        }
        .task { await demo.shop.refresh() }
    }
}

/// What can be done with an unfinished attempt.
struct AttemptButtons: View {
    @ObservedObject var demo: Demo
    let attempt: AttemptState

    var body: some View {
        if !demo.live.waiting.contains(attempt.reference) {
            Button("Take up again") { demo.run { shop in await shop.resume(attempt) } }
        }
        Button("Ask again") { demo.run { shop in await shop.checkAgain(attempt) } }
        if attempt.canReopen {
            Button("Open in browser") { demo.run { shop in await shop.openInBrowser(attempt) } }
        }
        if attempt.canAbandon {
            Button("Use another method") { demo.run { shop in await shop.abandon(attempt) } }
        }
    }
}

/// Whether what was told is what the scenario expects.
struct VerdictRow: View {
    let verdict: PaymentRecord.Verdict

    var body: some View {
        switch verdict {
        case .asExpected: Label(PaymentRecord.words(verdict), systemImage: "checkmark.circle").foregroundColor(.green)
        case .waitingFor: Label(PaymentRecord.words(verdict), systemImage: "clock").foregroundColor(.secondary)
        case .otherwise: Label(PaymentRecord.words(verdict), systemImage: "xmark.circle").foregroundColor(.red)
        }
    }
}

/// A step of a scenario, and the button of one that the shop does.
struct GuideRow: View {
    @ObservedObject var demo: Demo
    let step: GuideStep

    var body: some View {
        HStack {
            Label(step.text, systemImage: step.who == .you ? "hand.point.up.left" : "gearshape")
            if step.action != nil {
                Spacer()
                Button("Set") { demo.run { shop in await shop.perform(step) } }
            }
        }
    }
}

/// A line of the timeline.
struct TimelineRow: View {
    let line: Timeline.Line

    var body: some View {
        HStack {
            Text(verbatim: line.time).font(.caption).monospacedDigit().foregroundColor(.secondary)
            Image(systemName: line.isIncoming ? "arrow.down.left" : "arrow.up.right").foregroundColor(.secondary)
            Text(verbatim: line.name).font(.caption)
            Spacer()
            if line.count > 1 {
                Text(verbatim: "× \(line.count)").font(.caption).monospacedDigit()
            }
        }
    }
}
