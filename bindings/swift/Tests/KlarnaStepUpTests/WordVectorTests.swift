import Foundation
import KlarnaStepUp
import KlarnaStepUpTesting
import Testing

/// `tests/vectors/words.json`, every case of it, through the client: which texts of a backend are which words, and which tables of words are
/// refused.
@Suite struct WordVectorTests {
    private struct File: Decodable {
        let cases: [Case]
    }

    private struct Case: Decodable {
        let name: String
        let table: [[String]]
        let words: [String: String?]?
        let refused: String?
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func wordsMeanWhatTheFileSays() async throws {
        let cases = try JSONDecoder().decode(File.self, from: Vectors.read("words.json")).cases
        try await Vectors.run("words.json cases", cases.map { ($0.name, $0) }) { one in
            var configuration = TestPhone.configuration
            configuration.words = try one.table.map { WordMapping($0[0], means: try #require(Word(rawValue: $0[1]))) }
            if one.refused != nil {
                #expect(refusedField(configuration) == "words", "\(one.name)")
                return
            }
            for (text, word) in try #require(one.words) {
                let meant = word.flatMap(Word.init)
                #expect(try await read(text, configuration) == (meant == .pending ? nil : meant), "\(one.name): \(text)")
            }
        }
    }

    /// What the client makes of this text in place of a word; nil if it goes on asking, as for `pending`.
    private func read(_ text: String, _ configuration: StepUpConfiguration) async throws -> Word? {
        let phone = try TestPhone(configuration)
        let paying = Task { await phone.client.pay(Order(reference: "42", json: "{}")) }
        let journey = await phone.surface.next()
        await phone.clock.settle()
        let body = try JSONSerialization.data(withJSONObject: ["status": text])
        phone.backend.then(.reply(200, String(decoding: body, as: UTF8.self)))
        phone.backend.losesOtherAnswers()
        try await phone.client.checkAgain(journey.attempt)
        await phone.clock.settle()
        guard await phone.client.unfinished.isEmpty else {
            paying.cancel()
            _ = await paying.value
            return nil
        }
        return switch await paying.value {
        case .approved: .approved
        case .declined(let decline): decline.failed ? .failed : .declined
        case .canceled(let cancellation): cancellation.reason == .expired ? .expired : .canceled
        case .undetermined, .notStarted: nil
        }
    }
}
