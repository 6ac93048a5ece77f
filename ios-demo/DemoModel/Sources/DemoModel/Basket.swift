import Foundation

/// Something the shop sells.
public struct Product: Codable, Hashable, Identifiable, Sendable {
    /// The shop's number for it.
    public let id: String
    /// What it is called.
    public let name: String
    /// A few words on it.
    public let about: String
    /// An SF Symbol.
    public let symbol: String
    /// In cents.
    public let price: Int

    /// What the shop has: the Android demo's goods.
    public static let catalogue = [
        Product(id: "lamp", name: "Linen table lamp", about: "Oak foot, warm light", symbol: "lightbulb", price: 5900),
        Product(id: "mug", name: "Stoneware mug", about: "Hand-thrown, 0.3 l", symbol: "drop", price: 1800),
        Product(id: "fern", name: "Fern in a pot", about: "Likes shade and showers", symbol: "leaf", price: 2900),
        Product(id: "throw", name: "Wool throw", about: "130 x 170 cm, undyed", symbol: "square.grid.3x3", price: 8900),
    ]
}

/// What the customer wants to buy.
public struct Basket: Codable, Hashable, Sendable {
    /// How many of each, by the product's id. Never zero.
    public private(set) var quantities: [String: Int]

    /// A basket that is not empty, so that one tap pays.
    public init(quantities: [String: Int] = ["lamp": 1, "mug": 2]) {
        self.quantities = quantities.filter { $0.value > 0 }
    }

    /// The most of one product.
    public static let most = 9

    /// One line of the basket.
    public struct Line: Hashable, Identifiable, Sendable {
        /// What.
        public let product: Product
        /// How many.
        public let quantity: Int
        /// As the product's.
        public var id: String { product.id }
        /// In cents.
        public var total: Int { product.price * quantity }
    }

    /// Every product of the catalogue, those that are not wanted with 0.
    public var lines: [Line] {
        Product.catalogue.map { Line(product: $0, quantity: quantities[$0.id] ?? 0) }
    }

    /// In cents.
    public var total: Int { lines.reduce(0) { $0 + $1.total } }

    /// Nothing is wanted.
    public var isEmpty: Bool { total == 0 }

    /// More or fewer of a product.
    public mutating func set(_ id: String, to quantity: Int) {
        quantities[id] = quantity > 0 ? min(quantity, Self.most) : nil
    }
}

/// The order as the shop's backend wants it.
struct OrderBody: Encodable {
    struct Item: Encodable {
        let name: String
        let quantity: Int
        let unitPrice: Int
        let totalAmount: Int
    }

    struct Customer: Encodable {
        let email: String
    }

    let reference: String
    let amount: Int
    let currency: String
    /// How the sandbox's backend names the journey: `klarna` or `redirect`.
    let reply: String
    let items: [Item]
    let customer: Customer

    init(_ basket: Basket, reference: String, scenario: Scenario?) {
        self.reference = reference
        amount = basket.total
        currency = "USD"
        reply = scenario?.world.replyShape ?? "klarna"
        items = basket.lines.filter { $0.quantity > 0 }.map { line in
            Item(name: line.product.name, quantity: line.quantity, unitPrice: line.product.price, totalAmount: line.total)
        }
        customer = Customer(email: scenario?.order.email ?? "customer@email.us")
    }

    /// With sorted keys: the same order is the same text after a restart.
    func json() -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Numbers and texts only: nothing here can fail to be encoded.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

/// Amounts as the customer reads them.
public enum Money {
    /// `$118.00`.
    public static func text(_ cents: Int) -> String {
        let (whole, rest) = cents.quotientAndRemainder(dividingBy: 100)
        return "$\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
