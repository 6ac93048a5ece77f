import DemoModel
import SwiftUI

/// The basket, or the choice of a scenario for it.
struct ShopTab: View {
    @ObservedObject var demo: Demo

    var body: some View {
        if demo.kept.screen == .scenarios {
            ScenariosView(demo: demo)
        } else {
            BasketView(demo: demo)
        }
    }
}

/// The basket.
struct BasketView: View {
    @ObservedObject var demo: Demo

    var body: some View {
        List {
            Section("Basket") {
                ForEach(demo.kept.basket.lines) { line in
                    Stepper(value: quantity(line), in: 0...Basket.most) { ProductRow(line: line) }
                }
            }
            Section("Scenario") {
                if let scenario = demo.shop.scenario {
                    ScenarioRow(scenario: scenario)
                    Button("Without a scenario") { demo.shop.choose(nil) }
                }
                Button("Choose a scenario") { demo.shop.go(to: .scenarios) }
            }
            Section {
                HStack {
                    Text(verbatim: "Total").font(.headline)
                    Spacer()
                    Text(verbatim: Money.text(demo.kept.basket.total)).font(.headline).monospacedDigit()
                }
                Button("Pay with Klarna") { demo.run { shop in await shop.pay() } }
                    .disabled(demo.kept.basket.isEmpty || demo.live.waiting.contains(demo.kept.order))
                Text(verbatim: "Order \(demo.kept.order)").font(.caption).foregroundColor(.secondary)
            }
        }
    }

    private func quantity(_ line: Basket.Line) -> Binding<Int> {
        let id = line.id
        return demo.binding({ $0.kept.basket.quantities[id] ?? 0 }, { shop, quantity in shop.set(id, to: quantity) })
    }
}

/// A product, and how many of it.
struct ProductRow: View {
    let line: Basket.Line

    var body: some View {
        HStack {
            Image(systemName: line.product.symbol).foregroundColor(.secondary)
            VStack(alignment: .leading) {
                Text(verbatim: line.product.name)
                Text(verbatim: line.product.about + ", " + Money.text(line.product.price)).font(.caption).foregroundColor(.secondary)
            }
            Spacer()
            Text(verbatim: "\(line.quantity)").monospacedDigit()
        }
    }
}
