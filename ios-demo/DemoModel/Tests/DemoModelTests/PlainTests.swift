import DemoModel
import Foundation
import Testing

@Suite struct AddressTests {
    @Test func theSandboxesLinkIsRead() throws {
        let text =
            "klarnastepup-demo://sandbox?backend=http%3A%2F%2F192.168.1.5%3A4001&klarna=http%3A%2F%2F192.168.1.5%3A4003"
            + "&acquirer=http%3A%2F%2F127.0.0.1%3A4002&control=http%3A%2F%2F192.168.1.5%3A4004%2F_control&later=1"
        let address = try SandboxAddress(link: #require(URL(string: text)))
        #expect(address.backend.absoluteString == "http://192.168.1.5:4001")
        #expect(address.control?.absoluteString == "http://192.168.1.5:4004/_control")
        #expect(address.hosts == ["192.168.1.5"], "the library permits this machine without being told")
        #expect(try SandboxAddress(pasted: " \(text)\n") == address)
    }

    @Test func theConfigurationAndTheBackendAloneAreRead() throws {
        let printed = #"{"backend":"http://127.0.0.1:4001","completion":"demoshop-done://klarna","environment":"sandbox"}"#
        #expect(try SandboxAddress(pasted: printed).backend.absoluteString == "http://127.0.0.1:4001")
        let alone = try SandboxAddress(pasted: "https://tunnel.example")
        #expect(alone.control == nil)
        #expect(alone.hosts == ["tunnel.example"])
    }

    @Test(arguments: [
        ("klarnastepup-demo://klarna/back?stepup=x", SandboxAddress.Problem.notALink), ("klarnastepup-demo://sandbox", .noBackend),
        ("klarnastepup-demo://sandbox?backend=ftp%3A%2F%2Fx", .notAnAddress("backend")),
        ("klarnastepup-demo://sandbox?backend=http%3A%2F%2Fx&control=%2F_control", .notAnAddress("control")),
        ("", .notAnAddress("backend")), ("127.0.0.1:4001", .notAnAddress("backend")),
    ]) func anythingElseIsRefusedInWords(_ text: String, _ problem: SandboxAddress.Problem) {
        #expect(throws: problem) { try SandboxAddress(pasted: text) }
        #expect(!problem.text.isEmpty)
    }
}

@Suite struct BasketTests {
    @Test func itAddsUp() {
        var basket = Basket()
        #expect(Money.text(basket.total) == "$95.00")
        basket.set("throw", to: 12)
        #expect(basket.quantities["throw"] == Basket.most)
        for line in basket.lines {
            basket.set(line.product.id, to: 0)
        }
        #expect(basket.isEmpty)
        #expect(Money.text(5) == "$0.05")
    }
}

@Suite struct TimelineTests {
    private func trace(_ steps: String) -> String { #"{"trace": 1, "steps": [\#(steps)]}"# }

    @Test func whatIsOfNoInterestIsLeftOutAndRepetitionsAreCounted() {
        let timeline = Timeline(
            trace: trace(
                #"""
                {"ms": 0, "in": "Start"}, {"ms": 1, "out": "Persist"}, {"ms": 1, "in": "Persisted { revision: 1 }"},
                {"ms": 1, "out": "Authorize"}, {"ms": 900, "in": "Reply(Pending)"},
                {"ms": 1000, "out": "AskStatus"}, {"ms": 1001, "in": "Status(1, Pending, None)"},
                {"ms": 6000, "out": "AskStatus"}, {"ms": 6001, "in": "Status(2, Pending, None)"},
                {"ms": 11000, "out": "AskStatus"}, {"ms": 11001, "in": "Status(3, Approved, None)"}
                """#))
        #expect(
            timeline.lines.map { "\($0.count) \($0.name)" } == [
                "1 Start", "1 Authorize", "1 Reply(Pending)", "2 AskStatus", "2 Status(1, Pending, None)", "1 AskStatus",
                "1 Status(3, Approved, None)",
            ])
        #expect(timeline.lines.map(\.id) == Array(0..<7))
        #expect(timeline.lines[3].time == "1.000 s")
        #expect(timeline.lines.map(\.isIncoming) == [true, false, true, false, true, false, true])
    }

    @Test func whatCannotBeReadIsEmpty() {
        #expect(Timeline(trace: nil) == .empty)
        #expect(Timeline(trace: "no JSON") == .empty)
    }
}
