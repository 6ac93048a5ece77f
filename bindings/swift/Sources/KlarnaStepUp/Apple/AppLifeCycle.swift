#if canImport(UIKit)
import Network
import UIKit

/// Tells when the app comes and goes, and when the network changes.
///
/// UIKit's notifications of the application mirror all scenes together, so they serve apps with scenes and without; that of a scene says that
/// there is a window to present from again.
@available(iOSApplicationExtension, unavailable)
final class AppLifeCycle: LifeCycleSource {
    private let observers = Locked<[any NSObjectProtocol]>([])
    private let center: NotificationCenter
    private let network: Locked<NWPathMonitor>

    init(center: NotificationCenter = .default, network: NWPathMonitor = NWPathMonitor()) {
        self.center = center
        self.network = Locked(network)
    }

    func start(_ signals: LifeCycleSignals) {
        let pairs: [(NSNotification.Name, LifeCycleSignals.Signal)] = [
            (UIApplication.willEnterForegroundNotification, .foreground),
            (UIApplication.didEnterBackgroundNotification, .background),
            (UIScene.didActivateNotification, .hostAttached),
        ]
        observers.use { observers in
            observers += pairs.map { name, signal in
                // Without a queue: the signal is given before UIKit hands over the link that brought the app to the front.
                center.addObserver(forName: name, object: nil, queue: nil) { _ in signals(signal) }
            }
        }
        network.use { $0.tell(signals) }
        DispatchQueue.main.async {
            MainActor.assumeIsolated {
                if UIApplication.shared.applicationState == .background {
                    signals(.background)
                }
            }
        }
    }

    func stop() {
        network.use { $0.cancel() }
        let observers = observers.use { observers in
            defer { observers = [] }
            return observers
        }
        observers.forEach(center.removeObserver)
    }
}

extension NWPathMonitor {
    /// Tells of each other network than before.
    fileprivate func tell(_ signals: LifeCycleSignals) {
        let last = Locked<NWPath?>(nil)
        pathUpdateHandler = { path in
            let before = last.use { last in
                defer { last = path }
                return last
            }
            // The first path is the one there is. A network that went changes nothing: requests fail by themselves.
            if let before, path != before, path.status == .satisfied {
                signals(.networkChanged)
            }
        }
        start(queue: DispatchQueue(label: "dev.klarnastepup.network"))
    }
}
#endif
