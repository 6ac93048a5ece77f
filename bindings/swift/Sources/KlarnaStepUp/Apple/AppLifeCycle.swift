#if canImport(UIKit)
import UIKit

/// Tells when the app comes and goes. UIKit's notifications of the application mirror all scenes together, so they serve apps with scenes
/// and without; that of a scene says that there is a window to present from again.
@available(iOSApplicationExtension, unavailable)
final class AppLifeCycle: LifeCycleSource, @unchecked Sendable {
    // `@unchecked`: the lock guards it. The system's own locks that are `Sendable` are newer than iOS 15.
    private let lock = NSLock()
    private var observers: [any NSObjectProtocol] = []
    private let center: NotificationCenter

    init(center: NotificationCenter = .default) {
        self.center = center
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
        lock.lock()
        self.observers += observers
        lock.unlock()
        DispatchQueue.main.async {
            MainActor.assumeIsolated {
                if UIApplication.shared.applicationState == .background {
                    signals(.background)
                }
            }
        }
    }

    func stop() {
        lock.lock()
        let observers = self.observers
        self.observers = []
        lock.unlock()
        observers.forEach(center.removeObserver)
    }
}
#endif
