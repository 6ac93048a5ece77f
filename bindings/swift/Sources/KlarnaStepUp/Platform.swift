import Foundation

/// What the client needs of the device and its system. The Apple shell makes one; tests make others.
package struct Platform: Sendable {
    /// The journal's directory, made if it is not there: of the client's own, not backed up, readable after the first unlock. Asked
    /// once, when the client is made.
    package var journalDirectory: @Sendable () throws -> URL
    /// What the device can do now. Asked before each payment and each reopening, off the main thread; two seconds later nobody
    /// waits for it any more.
    package var device: @Sendable () -> DeviceFacts
    /// Shows journeys on every surface but `.custom`.
    package var presenter: any JourneyPresenter
    /// HTTP by the platform; nil: the library's own.
    package var transport: (any HTTPTransport)?
    /// Tells when the app comes and goes.
    package var lifeCycle: (any LifeCycleSource)?
    /// A build for development: only there may the environment be `.sandbox`, unless the app insists.
    package var isDebuggable: Bool

    package init(
        journalDirectory: @escaping @Sendable () throws -> URL, device: @escaping @Sendable () -> DeviceFacts,
        presenter: any JourneyPresenter, transport: (any HTTPTransport)? = nil, lifeCycle: (any LifeCycleSource)? = nil,
        isDebuggable: Bool
    ) {
        self.journalDirectory = journalDirectory
        self.device = device
        self.presenter = presenter
        self.transport = transport
        self.lifeCycle = lifeCycle
        self.isDebuggable = isDebuggable
    }
}

/// What the device can do.
package struct DeviceFacts: Sendable, Hashable {
    /// Where a journey can be shown now, best first, without `.custom`.
    package var surfaces: [Surface]
    /// The browser, or the surface, brings https links to the app.
    package var httpsLinks: Bool
    /// The custom schemes that the app has registered, one entry for each registration; nil where that cannot be known.
    package var registeredSchemes: [String]?

    package init(surfaces: [Surface], httpsLinks: Bool, registeredSchemes: [String]? = nil) {
        self.surfaces = surfaces
        self.httpsLinks = httpsLinks
        self.registeredSchemes = registeredSchemes
    }
}

/// Tells when the app comes and goes.
package protocol LifeCycleSource: AnyObject, Sendable {
    /// From now on every change goes to `signals`, from any thread. Called once, when the client is made. The client is taken to be in
    /// front and to have a window: an app that is not says so at once.
    func start(_ signals: LifeCycleSignals)
    /// The client is closed or gone.
    func stop()
}

/// Where a life-cycle source tells what it sees. Does not keep the client alive.
package struct LifeCycleSignals: Sendable {
    package enum Signal: Sendable, Hashable {
        /// The app came to the front. On iOS that is before the link that brought it there.
        case foreground
        /// The app went to the back; our own surface on top of it is not that.
        case background
        /// The network changed.
        case networkChanged
        /// There is a window to present from again: what failed with `.noHost` is shown now.
        case hostAttached
        /// There is no window any more.
        case hostDetached
    }

    private let tell: @Sendable (Signal) -> Void

    package init(_ tell: @escaping @Sendable (Signal) -> Void) {
        self.tell = tell
    }

    package func callAsFunction(_ signal: Signal) {
        tell(signal)
    }
}
