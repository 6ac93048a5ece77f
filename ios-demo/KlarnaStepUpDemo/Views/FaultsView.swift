import DemoModel
import SwiftUI

/// What can be made to go wrong at the sandbox.
struct FaultsView: View {
    @ObservedObject var demo: Demo

    var body: some View {
        List {
            ForEach(FaultSwitch.Place.allCases, id: \.self) { place in
                Section(place.rawValue) {
                    ForEach(FaultSwitch.all.filter { $0.place == place }) { fault in FaultRow(demo: demo, fault: fault) }
                }
            }
            Section {
                Button("Let the open payment request expire") { demo.run { shop in await shop.expireOldestRequest() } }
                Button("Turn all off") { demo.run { shop in await shop.endAllFaults() } }
            }
        }
        .refreshable { await demo.shop.refreshFaults() }
        .task { await demo.shop.refreshFaults() }
    }
}

/// One switch.
struct FaultRow: View {
    @ObservedObject var demo: Demo
    let fault: FaultSwitch

    var body: some View {
        Toggle(isOn: isOn) {
            VStack(alignment: .leading) {
                Text(verbatim: fault.title)
                Text(verbatim: fault.explanation).font(.caption).foregroundColor(.secondary)
                if let hits = demo.live.faults.flatMap({ fault.hits($0) }), hits > 0 {
                    Text(verbatim: "struck × \(hits)").font(.caption).foregroundColor(.orange)
                }
            }
        }
        .disabled(demo.live.faults == nil)
    }

    private var isOn: Binding<Bool> {
        let fault = fault
        return demo.binding({ $0.live.faults.map(fault.isOn) ?? false }, { shop, on in Task { await shop.turn(fault, on: on) } })
    }
}
