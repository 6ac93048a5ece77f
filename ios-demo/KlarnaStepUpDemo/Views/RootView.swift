import DemoModel
import KlarnaStepUp
import SwiftUI
import UIKit

/// The tabs, and what lies over all of them: the library's waiting screen, a problem, the share sheet.
struct RootView: View {
    @ObservedObject var demo: Demo

    var body: some View {
        content
            .alert(Text(verbatim: "Demo shop"), isPresented: hasProblem) {
                Button("OK") { demo.shop.dismissProblem() }
            } message: {
                Text(verbatim: demo.live.problem ?? "")
            }
            .sheet(item: sharing) { file in ShareSheet(file: file) }
    }

    /// With a client its links and its waiting screen; without one the link that names a sandbox all the same.
    @ViewBuilder private var content: some View {
        if let client = demo.shop.client {
            tabs
                .stepUp(client) { url in demo.run { shop in await shop.takeOther(url) } }
                // Another client is another waiting screen.
                .id(ObjectIdentifier(client))
        } else {
            tabs.onOpenURL { url in demo.run { shop in await shop.takeOther(url) } }
        }
    }

    private var tabs: some View {
        TabView(selection: tab) {
            page(.shop) { ShopTab(demo: demo) }
            page(.payments) { PaymentsTab(demo: demo) }
            page(.faults) { FaultsView(demo: demo) }
            page(.doctor) { DoctorView(demo: demo) }
            page(.sandbox) { SandboxView(demo: demo) }
        }
        .task { await demo.shop.refresh() }
    }

    private func page<Page: View>(_ tab: KeptState.Tab, @ViewBuilder _ page: () -> Page) -> some View {
        NavigationView { page().navigationTitle(tab.title) }
            .navigationViewStyle(.stack)
            .tabItem { Label(tab.title, systemImage: tab.symbol) }
            .tag(tab)
    }

    private var tab: Binding<KeptState.Tab> {
        demo.binding({ $0.kept.screen.tab }, { shop, tab in shop.go(to: tab.screen) })
    }

    private var hasProblem: Binding<Bool> {
        demo.binding({ $0.live.problem != nil }, { shop, _ in shop.dismissProblem() })
    }

    private var sharing: Binding<SharedFile?> {
        Binding(get: { @MainActor in demo.sharing }, set: { @MainActor file in demo.sharing = file })
    }
}

/// The system's share sheet.
struct ShareSheet: UIViewControllerRepresentable {
    let file: SharedFile

    func makeUIViewController(context: Context) -> UIActivityViewController {
        UIActivityViewController(activityItems: [file.url], applicationActivities: nil)
    }

    func updateUIViewController(_ controller: UIActivityViewController, context: Context) {}
}
