import Foundation

/// What the shop shows and remembers, also after the system has ended it.
public struct KeptState: Codable, Hashable, Sendable {
    /// What is on the screen.
    public var screen = Screen.basket
    /// The customer's basket.
    public var basket = Basket()
    /// The order's number that the basket will be paid under; another one once it is paid.
    public var order: String
    /// The chosen scenario's name.
    public var scenario: String?
    /// What was typed to find a scenario.
    public var search = ""
    /// The sandbox.
    public var sandbox: SandboxAddress?
    /// What is typed in place of the sandbox's address.
    public var typedAddress = ""
    /// The phone's network was taken away at the sandbox, which cannot be asked.
    public var isOffline = false
    /// Newest first, at most `most`.
    public private(set) var payments: [PaymentRecord] = []

    /// How many payments are remembered.
    public static let most = 50

    init(order: String) {
        self.order = order
    }

    /// One of the app's screens.
    public enum Screen: Codable, Hashable, Sendable {
        /// The basket.
        case basket
        /// The choice of a scenario.
        case scenarios
        /// All payments, unfinished ones first.
        case payments
        /// One payment, by its order's number.
        case payment(String)
        /// The fault switches.
        case faults
        /// What the doctor found.
        case doctor
        /// The sandbox's address.
        case sandbox

        /// The tab that it is on.
        public var tab: Tab {
            switch self {
            case .basket, .scenarios: .shop
            case .payments, .payment: .payments
            case .faults: .faults
            case .doctor: .doctor
            case .sandbox: .sandbox
            }
        }
    }

    /// The app's tabs.
    public enum Tab: String, CaseIterable, Hashable, Sendable {
        /// The basket, and the choice of a scenario.
        case shop
        /// All payments, and one of them.
        case payments
        /// The fault switches.
        case faults
        /// The doctor.
        case doctor
        /// The sandbox's address.
        case sandbox

        /// What the tab begins with.
        public var screen: Screen {
            switch self {
            case .shop: .basket
            case .payments: .payments
            case .faults: .faults
            case .doctor: .doctor
            case .sandbox: .sandbox
            }
        }

        /// What it is called.
        public var title: String {
            switch self {
            case .shop: "Shop"
            case .payments: "Payments"
            case .faults: "Faults"
            case .doctor: "Doctor"
            case .sandbox: "Sandbox"
            }
        }

        /// An SF Symbol.
        public var symbol: String {
            switch self {
            case .shop: "bag"
            case .payments: "list.bullet"
            case .faults: "bolt"
            case .doctor: "stethoscope"
            case .sandbox: "antenna.radiowaves.left.and.right"
            }
        }
    }

    /// A payment by its order's number.
    public func payment(_ reference: String) -> PaymentRecord? {
        payments.first { $0.reference == reference }
    }

    /// Changes a payment; one that is not known yet is made first.
    mutating func change(_ reference: String, made: @autoclosure () -> PaymentRecord, _ change: (inout PaymentRecord) -> Void) {
        if !payments.contains(where: { $0.reference == reference }) {
            payments.insert(made(), at: 0)
            payments = Array(payments.prefix(Self.most))
        }
        if let place = payments.firstIndex(where: { $0.reference == reference }) {
            change(&payments[place])
        }
    }
}

/// A file that holds the state.
struct KeptStore {
    private let file: URL

    init(folder: URL) {
        file = folder.appendingPathComponent("shop.json")
    }

    /// What was saved last; nil if there is nothing, or it cannot be read any more.
    func load() -> KeptState? {
        (try? Data(contentsOf: file)).flatMap { try? JSONDecoder().decode(KeptState.self, from: $0) }
    }

    /// Saves all of it or nothing.
    func save(_ state: KeptState) throws {
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try JSONEncoder().encode(state).write(to: file, options: .atomic)
    }
}
