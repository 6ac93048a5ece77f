import SwiftUI

/// A shop for QA: every screen shows what `DemoModel` says, and does nothing else.
@main struct DemoApp: App {
    @StateObject private var demo = Demo()

    var body: some Scene {
        WindowGroup {
            RootView(demo: demo)
        }
    }
}
