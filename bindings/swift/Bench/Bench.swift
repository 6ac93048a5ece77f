import Foundation
import KlarnaStepUp
import KlarnaStepUpCore
import KlarnaStepUpTesting

/// What the façade costs beside the raw calls of the generated code, in the same run. Nothing here is a gate: figures depend on the machine.
///
/// `cargo xtask bench swift`, which gives it the library as it is released.
@main
enum Bench {
    static let rounds = 20_000
    static let payments = 300
    static let json = "{}"

    static func main() async throws {
        let begun = ContinuousClock.now
        let journal = try TestJournal()
        let backend = ScriptedBackend()
        backend.says(.approved)
        let client = try facade(backend, journal)
        let made = ContinuousClock.now
        client.handle(link: "https://other.example/")
        let used = ContinuousClock.now
        print("first use: client made after \(microseconds(made - begun)) us, first link after \(microseconds(used - begun)) us")

        let rawJournal = try TestJournal()
        let raw = try rawClient(rawJournal)
        try await links(client, raw)
        try await pays(client, raw)
        await client.close()
        raw.shutdown()
        // Until here both folders are there.
        withExtendedLifetime((journal, rawJournal)) {}
    }

    private static func facade(_ backend: ScriptedBackend, _ journal: TestJournal) throws -> KlarnaStepUp.StepUpClient {
        let facts = KlarnaStepUp.DeviceFacts(surfaces: [.authSession], httpsLinks: true)
        return try KlarnaStepUp.StepUpClient(
            configuration: TestPhone.configuration,
            platform: Platform(
                journalDirectory: { journal.url }, device: { facts }, presenter: FakeSurface(), transport: backend, isDebuggable: true))
    }

    private static func rawClient(_ journal: TestJournal) throws -> KlarnaStepUpCore.StepUpClient {
        let links = KlarnaStepUpCore.ReturnLinks(
            handover: TestPhone.links.handover, completion: TestPhone.links.completion, fallbackScheme: nil)
        return try KlarnaStepUpCore.StepUpClient(
            configuration: Configuration(
                backend: "https://shop.example/api", environment: .test, links: links, linkNonce: .query,
                fieldNames: KlarnaStepUpCore.FieldNames(returnUrl: "return_url", appReturnUrl: "app_return_url"),
                policy: defaultConfirmationPolicy(), journalDirectory: journal.url.path),
            parts: HostParts(
                transport: RawBackend(), deviceFacts: RawFacts(), credentials: nil, statusSource: nil, listener: nil))
    }

    /// A link that is ours and was seen before: the whole way, without a question to the backend.
    private static func links(_ client: KlarnaStepUp.StepUpClient, _ raw: KlarnaStepUpCore.StepUpClient) async throws {
        guard case .ready(let attempt) = await client.prepare(Order(reference: "link", json: json)),
            let url = URL(string: attempt.completionLink),
            case .ready(let rawAttempt) = await raw.prepare(order: KlarnaStepUpCore.Order(reference: "link", json: json))
        else {
            print("not prepared")
            return
        }
        let link = rawAttempt.completionLink
        let bare = samples(rounds) { _ = raw.handleLink(uri: link) }
        let full = samples(rounds) { _ = client.handle(url) }
        report("handle(URL), p50", full.middle, beside: bare.middle, "raw handleLink")
        report("handle(URL), p99", full.late, beside: bare.late, "raw handleLink", budget: 20)
    }

    /// A whole `pay` that the backend approves at once, journal included.
    private static func pays(_ client: KlarnaStepUp.StepUpClient, _ raw: KlarnaStepUpCore.StepUpClient) async throws {
        var (bare, full): ([Duration], [Duration]) = ([], [])
        for number in 0..<payments {
            let order = KlarnaStepUpCore.Order(reference: "\(number)", json: json)
            var begun = ContinuousClock.now
            let told = await raw.pay(order: order, options: PayOptions(ifBusy: .join, wait: 0))
            bare.append(ContinuousClock.now - begun)
            raw.acknowledge(outcome: told.id)
            guard case .approved = told.outcome else {
                fatalError("\(told.outcome)")
            }
            begun = ContinuousClock.now
            let outcome = await client.pay(Order(reference: "\(number)", json: json))
            full.append(ContinuousClock.now - begun)
            guard outcome.isApproved else {
                fatalError("\(outcome)")
            }
            await client.acknowledge(outcome)
        }
        let (bareSorted, fullSorted) = (Samples(bare), Samples(full))
        report("pay, approved at once, p50", fullSorted.middle, beside: bareSorted.middle, "raw pay")
        report("pay, approved at once, p99", fullSorted.late, beside: bareSorted.late, "raw pay")
    }

    private static func samples(_ count: Int, _ work: () -> Void) -> Samples {
        for _ in 0..<1000 {
            work()
        }
        return Samples(
            (0..<count).map { _ in
                let begun = ContinuousClock.now
                work()
                return ContinuousClock.now - begun
            })
    }

    private static func report(_ what: String, _ taken: Duration, beside bare: Duration, _ name: String, budget: Double? = nil) {
        let (taken, bare) = (microseconds(taken), microseconds(bare))
        let allowed = budget.map { ", budget \($0) us" } ?? ""
        print("\(what): \(taken) us; \(name) \(bare) us; ratio \((taken / max(bare, 0.01) * 100).rounded() / 100)\(allowed)")
    }

    private static func microseconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return ((Double(seconds) * 1e6 + Double(attoseconds) / 1e12) * 100).rounded() / 100
    }
}

private struct Samples {
    let middle: Duration
    let late: Duration

    init(_ all: [Duration]) {
        let sorted = all.sorted()
        middle = sorted[sorted.count / 2]
        late = sorted[sorted.count * 99 / 100]
    }
}

private final class RawBackend: HttpTransport {
    func start(request: HostHttpRequest, completion: HttpCompletion) {
        completion.replied(reply: HostHttpReply(status: 200, headers: [], body: Data(#"{"status":"approved"}"#.utf8)))
    }

    func cancel(id: UInt64) {}
}

private final class RawFacts: KlarnaStepUpCore.DeviceFacts {
    func device() -> Device {
        Device(surfaces: [.authSession], httpsLinks: true, debuggable: true)
    }
}
