import Foundation
import KlarnaStepUp
import KlarnaStepUpTesting
import Testing

/// `tests/vectors/replies.json`, every case of it, through the client: what the backend says to a start or to a question, and what the
/// app then sees. Versions and expiry change later questions only, so they are not looked at here.
@Suite struct ReplyVectorTests {
    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func repliesMeanWhatTheFileSays() async throws {
        let file = try #require(JSONSerialization.jsonObject(with: Vectors.read("replies.json")) as? [String: Any])
        let cases = try #require(file["cases"] as? [[String: Any]]).map(ReplyCase.init)
        try await Vectors.run("replies.json cases", cases.map { ($0.name, $0) }) { one in
            if one.isStart {
                try await start(one)
            } else {
                try await status(one)
            }
        }
    }

    private func phone(_ one: ReplyCase) throws -> TestPhone {
        var configuration = TestPhone.configuration
        if let url = one.journeyURL, one.isRedirect {
            configuration.redirectHosts = [try #require(URL(string: url)?.host)]
        }
        return try TestPhone(configuration, surfaces: [.klarnaApp, .authSession])
    }

    private func start(_ one: ReplyCase) async throws {
        let phone = try phone(one)
        phone.backend.then(.reply(one.httpStatus, one.body))
        // Whatever is asked after an answer that is none has none either.
        phone.backend.losesOtherAnswers()
        let paying = Task { await phone.client.pay(Order(reference: "42", json: "{}")) }
        if let url = one.journeyURL {
            let journey = await phone.surface.next()
            #expect(journey.url.absoluteString == url, "\(one.name)")
            #expect(journey.paymentRequestID == one.paymentRequestID, "\(one.name)")
            #expect(journey.surface == (one.isRedirect ? .authSession : .klarnaApp), "\(one.name)")
        } else if let refused = one.refused {
            guard case .notStarted(let error) = await paying.value else {
                Issue.record("\(one.name): started")
                return
            }
            #expect(error.reason == .refused(refused["reason"] as? String), "\(one.name)")
        } else if let word = one.word, word != .pending {
            #expect(one.matches(await paying.value), "\(one.name)")
        } else {
            // Nothing is known: the start is repeated, or asked about, and settles nothing.
            for await event in phone.client.events where event.name == "StartSent" {
                break
            }
            await phone.clock.settle()
            #expect(await phone.client.unfinished.count == 1, "\(one.name)")
            #expect(phone.surface.shown.isEmpty, "\(one.name)")
            paying.cancel()
            _ = await paying.value
            #expect(await happened(phone).contains("StartAnswered") == (one.word == .pending), "\(one.name)")
        }
        paying.cancel()
        _ = await paying.value
    }

    private func status(_ one: ReplyCase) async throws {
        let phone = try phone(one)
        let paying = Task { await phone.client.pay(Order(reference: "42", json: "{}")) }
        let journey = await phone.surface.next()
        await phone.clock.settle()
        phone.backend.then(.reply(one.httpStatus, one.body))
        phone.backend.losesOtherAnswers()
        try await phone.client.checkAgain(journey.attempt)
        if let word = one.word, word != .pending {
            #expect(one.matches(await paying.value), "\(one.name)")
            return
        }
        await phone.clock.settle()
        let state = try #require(await phone.client.state(of: journey.attempt))
        #expect(state.canAbandon != one.isFinishing, "\(one.name)")
        paying.cancel()
        _ = await paying.value
        let events = await happened(phone)
        #expect(events.contains(one.event), "\(one.name): \(events)")
    }

    /// Everything that happened to the end.
    private func happened(_ phone: TestPhone) async -> [String] {
        await phone.clock.settle()
        await phone.client.close()
        return await phone.client.events.reduce(into: []) { $0.append($1.name) }
    }
}

/// One case of the file.
struct ReplyCase {
    let name: String
    let isStart: Bool
    let httpStatus: Int
    let body: String
    private let expect: [String: Any]

    init(_ one: [String: Any]) throws {
        name = try #require(one["name"] as? String)
        isStart = one["answer_to"] as? String == "start"
        httpStatus = try #require(one["http_status"] as? Int)
        let pad = String(repeating: " ", count: one["pad"] as? Int ?? 0)
        if let text = one["text"] as? String {
            body = text + pad
        } else {
            let json = try JSONSerialization.data(withJSONObject: try #require(one["json"]), options: .fragmentsAllowed)
            body = String(decoding: json, as: UTF8.self) + pad
        }
        expect = try #require(one["expect"] as? [String: Any])
    }

    private var reply: [String: Any]? { expect["reply"] as? [String: Any] }
    private var journey: [String: Any]? { reply?["journey"] as? [String: Any] }
    var refused: [String: Any]? { expect["refused"] as? [String: Any] }
    var word: Word? { (reply?["word"] as? String).flatMap(Word.init) }
    var journeyURL: String? { journey?["url"] as? String }
    var isRedirect: Bool { journey?["kind"] as? String == "redirect_url" }
    var paymentRequestID: String? { journey?["payment_request_id"] as? String }

    /// What is told of an answer to a question that settles nothing.
    var event: String {
        guard let failed = expect["failed"] as? String else {
            return "StillPending"
        }
        return "AskFailed" + failed.split(separator: "_").map(\.capitalized).joined()
    }

    /// Klarna is done with the customer: only the backend can act now.
    var isFinishing: Bool { reply?["klarna_state"] as? String == "completed" }

    /// Whether an outcome is what the word, the reason and the details say.
    func matches(_ outcome: Outcome) -> Bool {
        let reason = reply?["reason"] as? String
        return switch (outcome, word) {
        case (.approved(let receipt), .approved): receipt.json == reply?["details"] as? String
        case (.declined(let decline), .declined): !decline.failed && decline.reason == reason
        case (.declined(let decline), .failed): decline.failed && decline.reason == reason
        case (.canceled(let cancellation), .canceled): cancellation.reason == .byBackend
        case (.canceled(let cancellation), .expired): cancellation.reason == .expired
        default: false
        }
    }
}
