#if canImport(UIKit)
import Network
import UIKit

/// Tells when the app comes and goes, and when the network changes.
///
/// UIKit's notifications of the application mirror all scenes together, so they serve apps with scenes and without; that of a scene says that
/// there is a window to present from again.
@available(iOSApplicationExtension, unavailable)
final class AppLifeCycle: LifeCycleSource {
    private struct Watched: @unchecked Sendable {
        // `@unchecked`: a token is used for nothing but to be handed back.
        var observers: [any NSObjectProtocol] = []
    }

    private let watched = Locked(Watched())
    private let center: NotificationCenter
    private let network: NWPathMonitor

    init(center: NotificationCenter = .default, network: NWPathMonitor = NWPathMonitor()) {
        self.center = center
        self.network = network
    }

    func start(_ signals: LifeCycleSignals) {
        let pairs: [(NSNotification.Name, LifeCycleSignals.Signal)] = [
            (UIApplication.willEnterForegroundNotification, .foreground),
            (UIApplication.didEnterBackgroundNotification, .background),
            (UIScene.didActivateNotification, .hostAttached),
        ]
        let observers = pairs.map { name, signal in
            // Without a queue: the signal is given before UIKit hands over the link that brought the app to the front.
            center.addObserver(forName: name, object: nil, queue: nil) { _ in signals(signal) }
        }
        watched.use { $0.observers += observers }
        let last = Locked<NWPath?>(nil)
        network.pathUpdateHandler = { path in
            let before = last.use { last in
                defer { last = path }
                return last
            }
            // The first path is the one there is. A network that went changes nothing: requests fail by themselves.
            if let before, path != before, path.status == .satisfied {
                signals(.networkChanged)
            }
        }
        network.start(queue: DispatchQueue(label: "dev.klarnastepup.network"))
        DispatchQueue.main.async {
            MainActor.assumeIsolated {
                if UIApplication.shared.applicationState == .background {
                    signals(.background)
                }
            }
        }
    }

    func stop() {
        network.cancel()
        let observers = watched.use { watched in
            defer { watched.observers = [] }
            return watched.observers
        }
        observers.forEach(center.removeObserver)
    }
}
#endif
