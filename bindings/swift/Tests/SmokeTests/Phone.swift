import Foundation
import KlarnaStepUpCore

/// A shop's app: the real client with the platform's HTTP, and a screen that shows what it is told to.
final class Phone: Sendable {
    static let shop = ReturnLinks(handover: "shop://klarna/back", completion: "shopdone://klarna/done", fallbackScheme: nil)

    let client: StepUpClient
    let screen: Screen
    private let journal: TemporaryFolder

    init(
        _ backend: String, device: any DeviceFacts = Facts([.authSession]), transport: any HttpTransport = UrlSessionTransport(),
        listener: (any Listener)? = nil, presenter: (any Presenter)? = nil
    ) throws {
        journal = try TemporaryFolder()
        client = try StepUpClient(
            configuration: Self.configuration(backend, Self.shop, journal.path),
            parts: HostParts(transport: transport, deviceFacts: device, credentials: nil, statusSource: nil, listener: listener))
        screen = Screen(client)
        client.attachHost(presenter: presenter ?? screen)
    }

    deinit {
        // Until then the core has the screen, and the screen the core.
        client.shutdown()
    }

    func pay(_ reference: String, reply: String = "klarna", email: String = "customer@email.us") async -> DeliveredOutcome {
        let cart = """
            {"reference": "\(reference)", "amount": 11800, "currency": "USD", "reply": "\(reply)",
             "items": [{"name": "T-shirt", "quantity": 2, "unit_price": 5900, "total_amount": 11800}],
             "customer": {"email": "\(email)"}}
            """
        return await client.pay(order: Order(reference: reference, json: cart), options: PayOptions(ifBusy: .join, wait: 0))
    }

    static func configuration(
        _ backend: String, _ links: ReturnLinks, _ journal: String, nonce: LinkNonceMode = .query
    ) -> Configuration {
        Configuration(
            backend: backend, environment: .sandbox(hosts: []), links: links, linkNonce: nonce,
            fieldNames: FieldNames(returnUrl: "return_url", appReturnUrl: "app_return_url"),
            policy: defaultConfirmationPolicy(), journalDirectory: journal)
    }
}

/// Where journeys are shown. The test takes them and plays the customer.
final class Screen: Presenter {
    private let client: StepUpClient
    private let journeys: AsyncStream<Presentation>.Continuation
    private let shown: AsyncStream<Presentation>

    init(_ client: StepUpClient) {
        self.client = client
        (shown, journeys) = AsyncStream.makeStream()
    }

    func present(presentation: Presentation) throws {
        client.surfacePresented(attempt: presentation.attempt, number: presentation.number)
        journeys.yield(presentation)
    }

    func dismiss(attempt: String, number: UInt32) throws {}

    func forwardLink(attempt: String, uri: String) throws {}

    /// The next journey that is shown.
    func next() async throws -> Presentation {
        for await presentation in shown {
            return presentation
        }
        throw World.Problem(description: "no journey was shown")
    }
}

/// A device that has these surfaces.
final class Facts: DeviceFacts {
    private let known: Device

    init(_ surfaces: [Surface], httpsLinks: Bool = false) {
        known = Device(surfaces: surfaces, httpsLinks: httpsLinks, debuggable: true)
    }

    func device() throws -> Device {
        known
    }
}

/// A folder that goes away with its owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        path = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
