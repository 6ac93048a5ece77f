import DemoModel
import KlarnaStepUp
import SwiftUI

/// All payments, or one of them.
struct PaymentsTab: View {
    @ObservedObject var demo: Demo

    var body: some View {
        if let record = demo.shop.shownPayment {
            PaymentView(demo: demo, record: record)
        } else {
            PaymentsView(demo: demo)
        }
    }
}

/// All payments, unfinished ones first.
struct PaymentsView: View {
    @ObservedObject var demo: Demo

    var body: some View {
        List {
            if !demo.live.unfinished.isEmpty {
                Section("Unfinished") {
                    ForEach(demo.live.unfinished) { attempt in
                        VStack(alignment: .leading) {
                            Text(verbatim: "Order \(attempt.reference)").font(.headline)
                            Text(verbatim: "\(attempt.phase.rawValue), \(attempt.whoActs.rawValue) acts").font(.caption)
                            Button("Take up again") { demo.run { shop in await shop.resume(attempt) } }
                        }
                    }
                }
            }
            Section("All") {
                if demo.kept.payments.isEmpty {
                    Text(verbatim: "Nothing was bought yet.").foregroundColor(.secondary)
                }
                ForEach(demo.kept.payments) { record in
                    Button(action: { demo.shop.go(to: .payment(record.reference)) }, label: { PaymentRow(record: record) })
                }
            }
        }
    }
}

/// A payment in a line.
struct PaymentRow: View {
    let record: PaymentRecord

    var body: some View {
        HStack {
            VStack(alignment: .leading) {
                Text(verbatim: "Order \(record.reference)").foregroundColor(.primary)
                Text(verbatim: record.headline).font(.caption).foregroundColor(.secondary)
            }
            Spacer()
            Text(verbatim: Money.text(record.amount)).monospacedDigit().foregroundColor(.primary)
        }
    }
}
