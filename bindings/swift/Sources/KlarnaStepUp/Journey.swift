import Foundation

/// Shows journeys: on an adapter of the app's own, for example around Klarna's SDK (`StepUpConfiguration.customPresenter`).
///
/// All calls come in order, off the main thread, and have to return at once. What became of a journey is told to the `Journey`.
public protocol JourneyPresenter: AnyObject, Sendable {
    /// Shows this journey, and tells it `presented()`, `failed(_:)` and `closed(returning:)`. A presenter that has not said within ten
    /// seconds whether the surface is up is taken to have opened it.
    func present(_ journey: Journey)
    /// Takes it away again, if it is still there. No need to tell.
    func dismiss(_ journey: Journey)
    /// A handover link came for this journey. Klarna's own SDK needs it; only an adapter of the app's own is told.
    func forward(_ link: URL, to journey: Journey)
}

/// A journey to be shown.
public struct Journey: Sendable {
    /// The attempt it belongs to.
    public let attempt: AttemptID
    /// Which showing of it this is.
    package let number: UInt32
    /// Where it is to be shown.
    public let surface: Surface
    /// What to open, exactly as it is. Never log it: whoever has it can go through the journey.
    public let url: URL
    /// Klarna's name for the payment request, for Klarna's own SDK; nil where the backend gave none.
    public let paymentRequestID: String?
    /// What a web session has to watch for to see the completion link.
    package let callback: Callback
    private let tell: @Sendable (Report) -> LinkDisposition

    package enum Callback: Sendable, Hashable {
        case scheme(String)
        /// Only where the device brings https links to the app.
        case https(host: String, path: String)
    }

    package enum Report: Sendable {
        case presented
        case failed(PresentationFailure)
        case closed(URL?)
    }

    package init(
        attempt: AttemptID, number: UInt32, surface: Surface, url: URL, paymentRequestID: String?, callback: Callback,
        tell: @escaping @Sendable (Report) -> LinkDisposition
    ) {
        self.attempt = attempt
        self.number = number
        self.surface = surface
        self.url = url
        self.paymentRequestID = paymentRequestID
        self.callback = callback
        self.tell = tell
    }

    /// The surface is up.
    public func presented() {
        _ = tell(.presented)
    }

    /// It could not be shown.
    public func failed(_ failure: PresentationFailure) {
        _ = tell(.failed(failure))
    }

    /// The surface is gone, whoever closed it. It says nothing about the payment: the backend is asked.
    ///
    /// - Parameter link: The link on which the surface ended, if it did; it is dealt with like any other link.
    @discardableResult
    public func closed(returning link: URL? = nil) -> LinkDisposition {
        tell(.closed(link))
    }
}

extension Journey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without address and links: they let anybody go through the journey.
    public var description: String { "Journey(\(surface))" }
    /// As `description`.
    public var debugDescription: String { description }
    /// Shows no more than `description`.
    public var customMirror: Mirror { Mirror(self, children: ["surface": surface]) }
}

/// Why a journey could not be shown.
public enum PresentationFailure: Sendable, Hashable {
    /// There is no window to present from, or the app is not in front: tried again when there is.
    case noHost
    /// This surface is not to be had: the next one is tried.
    case unavailable
}
