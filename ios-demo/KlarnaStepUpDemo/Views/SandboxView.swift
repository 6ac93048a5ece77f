import DemoModel
import SwiftUI

/// The sandbox's address.
struct SandboxView: View {
    @ObservedObject var demo: Demo

    var body: some View {
        List {
            Section("Connected to") {
                if let sandbox = demo.kept.sandbox {
                    Text(verbatim: sandbox.backend.absoluteString)
                    Text(verbatim: sandbox.control?.absoluteString ?? "Its control cannot be reached: no fault switches.")
                        .font(.caption).foregroundColor(.secondary)
                } else {
                    Text(verbatim: "No sandbox yet.").foregroundColor(.secondary)
                }
            }
            Section("Another one") {
                Text(verbatim: "Scan the code that `cargo xtask sandbox` prints with the Camera app, or paste its link here.")
                TextField("Link or address", text: address)
                    .textInputAutocapitalization(.never)
                    .disableAutocorrection(true)
                Button("Connect") { demo.run { shop in await shop.connectToTyped() } }.disabled(demo.kept.typedAddress.isEmpty)
            }
        }
    }

    private var address: Binding<String> {
        demo.binding({ $0.kept.typedAddress }, { shop, text in shop.type(address: text) })
    }
}
