import Foundation

/// The texts of the waiting screen. They never say that a payment failed or should be tried again: only the backend knows.
public struct WaitingTexts: Sendable, Hashable {
    /// The backend is being asked.
    public var checking: Text
    /// The customer has to act.
    public var waiting: Text
    /// The customer is done; the backend has to act.
    public var finishing: Text
    /// The backend is asked to cancel.
    public var stopping: Text
    /// The button *Continue*.
    public var continueWithKlarna: String
    /// The button *Use another method*.
    public var useAnotherMethod: String
    /// What VoiceOver calls the turning wheel; the text in its place where motion is reduced.
    public var busy: String

    /// A title and what is below it.
    public struct Text: Sendable, Hashable {
        /// The title.
        public var title: String
        /// What is below it.
        public var text: String

        /// Both.
        public init(title: String, text: String) {
            self.title = title
            self.text = text
        }
    }

    /// Texts of the app's own.
    public init(
        checking: Text, waiting: Text, finishing: Text, stopping: Text, continueWithKlarna: String, useAnotherMethod: String,
        busy: String
    ) {
        self.checking = checking
        self.waiting = waiting
        self.finishing = finishing
        self.stopping = stopping
        self.continueWithKlarna = continueWithKlarna
        self.useAnotherMethod = useAnotherMethod
        self.busy = busy
    }

    /// In the language that the app itself is shown in.
    public static var standard: WaitingTexts {
        inLanguage(of: Bundle.main.preferredLocalizations)
    }

    /// In the first of these languages (BCP 47) that there is, or in English.
    public static func inLanguage(of preferred: [String]) -> WaitingTexts {
        for language in preferred {
            let primary = language.split(whereSeparator: { $0 == "-" || $0 == "_" }).first?.lowercased() ?? ""
            // Bokmål serves all who read Norwegian.
            let known = ["no", "nn"].contains(primary) ? "nb" : primary
            if let texts = byLanguage[known] {
                return texts
            }
        }
        return byLanguage["en"]!
    }

    /// What is said at this stage.
    public func text(at stage: WaitingStage) -> Text {
        switch stage {
        case .checking: checking
        case .waiting: waiting
        case .finishing: finishing
        case .stopping: stopping
        }
    }
}
