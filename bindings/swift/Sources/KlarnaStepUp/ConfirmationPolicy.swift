import Foundation

/// When to ask the backend, and when to stop waiting. All times are seconds. Start from `standard` and change what has to differ.
public struct ConfirmationPolicy: Sendable, Hashable {
    /// How long a start without an answer is repeated with the same key, while `pay` waits.
    public var startBudget: TimeInterval
    /// How long a start that provably never left the device is tried again.
    public var unsentBudget: TimeInterval
    /// Time limit of the start request.
    public var startTimeout: TimeInterval
    /// Time limit of a question, without the wait it carries.
    public var askTimeout: TimeInterval
    /// How long the backend may hold a question; 0: never ask it to.
    public var longPoll: TimeInterval
    /// Spacing of questions while the app is in front.
    public var baseInterval: TimeInterval
    /// Spacing once the journey has lasted `slowAfter`.
    public var slowInterval: TimeInterval
    /// When the journey counts as long.
    public var slowAfter: TimeInterval
    /// When a handover link is followed by further questions, counted from the link.
    public var handoverAsks: [TimeInterval]
    /// Spacing of questions after a completion link, each up to a time counted from the link.
    public var completionSteps: [CompletionStep]
    /// The longest spacing that errors can stretch to, and the longest `Retry-After` that is honoured.
    public var stretchCap: TimeInterval
    /// iOS brings the app forward before it hands over the URL; a foreground waits this long for a link.
    public var mergeWindow: TimeInterval
    /// A link without nonce makes us ask at most once in this time.
    public var unprovenSpacing: TimeInterval
    /// A presenter that has not answered by then may have opened the surface.
    public var presentDeadline: TimeInterval
    /// Where nobody shows the waiting screen, `pay` ends this long after the surface was closed.
    public var customerLeft: TimeInterval
    /// `pay` ends after this long at the latest.
    public var maxWait: TimeInterval
    /// The life of a payment whose backend names none.
    public var assumedLife: TimeInterval
    /// An attempt is given up this long after its end, if the backend answers and still has no word.
    public var giveUpAfter: TimeInterval
    /// An outcome that was delivered twice is kept this long.
    public var keepOutcome: TimeInterval

    /// One row of the schedule after a completion link.
    public struct CompletionStep: Sendable, Hashable {
        /// The row holds up to this time after the link.
        public var until: TimeInterval
        /// Spacing of questions.
        public var interval: TimeInterval

        /// A row.
        public init(until: TimeInterval, interval: TimeInterval) {
            self.until = until
            self.interval = interval
        }
    }
}
