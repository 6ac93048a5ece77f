import DemoModel
import SwiftUI

/// All scenarios; those that a hand can play come first.
struct ScenariosView: View {
    @ObservedObject var demo: Demo

    var body: some View {
        List {
            Section {
                Button("Back to the basket") { demo.shop.go(to: .basket) }
                TextField("Find", text: search)
                    .textInputAutocapitalization(.never)
                    .disableAutocorrection(true)
            }
            Section("Scenarios") {
                ForEach(demo.shop.scenarios.search(demo.kept.search)) { scenario in
                    Button(action: { demo.shop.choose(scenario.name) }, label: { ScenarioRow(scenario: scenario) })
                }
            }
        }
    }

    private var search: Binding<String> {
        demo.binding({ $0.kept.search }, { shop, text in shop.search(text) })
    }
}

/// A scenario's name, what it shows, and why it cannot be played by hand.
struct ScenarioRow: View {
    let scenario: Scenario

    var body: some View {
        VStack(alignment: .leading) {
            Text(verbatim: scenario.name).font(.headline).foregroundColor(.primary)
            Text(verbatim: scenario.about).font(.caption).foregroundColor(.secondary)
            if let obstacle = scenario.obstacle {
                Label(obstacle, systemImage: "hand.raised").font(.caption).foregroundColor(.orange)
            }
        }
    }
}
