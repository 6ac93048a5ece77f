import DemoModel
import Foundation
import KlarnaStepUp
import Testing

extension WithTheSandbox {
    /// Sandbox, scenarios, faults, doctor, restarts.
    @Suite @MainActor struct AroundTests {
        @Test(.timeLimit(.minutes(1))) func aScenarioIsSetUpPaidAndJudged() async throws {
            try await World.with { world in
                try await Phone.with(world) { phone in
                    let shop = phone.shop
                    shop.go(to: .scenarios)
                    shop.choose("webhook-doubled")
                    #expect(shop.kept.screen == .basket)
                    let order = shop.kept.order
                    let paying = Task { await shop.pay() }
                    let journey = try await phone.journey()
                    #expect(shop.live.faults?.klarna["webhook"]?["extra_copies"] == .int(1), "the shop set what the scenario wants")
                    #expect(shop.shownPayment?.verdict(shop.scenario) == .waitingFor(["approved"]))
                    journey.closed(returning: try await world.customer(journey.url))
                    await paying.value
                    let record = try #require(shop.kept.payment(order))
                    #expect(record.verdict(shop.scenario) == .asExpected)
                    #expect(record.verdict(shop.scenarios.named("klarna-declines")) == nil, "that is not what was paid")
                }
            }
        }

        @Test(.timeLimit(.minutes(1))) func aCustomerWhomKlarnaDeclinesIsNotWhatAnotherScenarioExpects() async throws {
            try await World.with { world in
                try await Phone.with(world) { phone in
                    let shop = phone.shop
                    shop.choose("declined-at-once")
                    await shop.pay()
                    let record = try #require(shop.kept.payments.first)
                    #expect(record.told.first?.outcome == "declined")
                    #expect(record.verdict(shop.scenario) == .asExpected)
                    shop.choose("happy-url")
                    let paying = Task { await shop.pay() }
                    let journey = try await phone.journey()
                    try await world.customer(journey.url, does: ["abort"])
                    journey.closed()
                    await phone.until { $0.shownAttempt?.canAbandon == true && $0.shownAttempt?.isWaitingForCustomer == true }
                    await shop.abandon(try #require(shop.shownAttempt))
                    await paying.value
                    let second = try #require(shop.kept.payments.first)
                    #expect(second.verdict(shop.scenario) == .otherwise(["approved"]))
                }
            }
        }

        @Test(.timeLimit(.minutes(1))) func everySwitchIsSetAndReadBackAndLeavesTheOthersAlone() async throws {
            try await World.with { world in
                try await Phone.with(world) { phone in
                    let shop = phone.shop
                    await shop.refreshFaults()
                    for (number, fault) in FaultSwitch.all.enumerated() where fault.id != "offline" {
                        await shop.turn(fault, on: true)
                        let status = try #require(shop.live.faults)
                        let on = FaultSwitch.all.filter { $0.isOn(status) }.map(\.id)
                        #expect(on == FaultSwitch.all[1...number].map(\.id))
                    }
                    let some = try #require(FaultSwitch.all.first { $0.id == "webhook-late" })
                    await shop.turn(some, on: false)
                    var status = try #require(shop.live.faults)
                    #expect(FaultSwitch.all.filter { $0.isOn(status) }.count == FaultSwitch.all.count - 2)
                    #expect(!some.isOn(status))
                    await shop.endAllFaults()
                    status = try #require(shop.live.faults)
                    #expect(FaultSwitch.all.allSatisfy { !$0.isOn(status) })
                    #expect(shop.live.problem == nil)
                }
            }
        }

        @Test(.timeLimit(.minutes(1))) func aSwitchStrikesAndCounts() async throws {
            try await World.with { world in
                try await Phone.with(world) { phone in
                    let shop = phone.shop
                    let fault = try #require(FaultSwitch.all.first { $0.id == "start-reply-lost" })
                    await shop.turn(fault, on: true)
                    let paying = Task { await shop.pay() }
                    // Repeated with the same key until the switch is off.
                    while fault.hits(shop.live.faults ?? FaultStatus()) == 0 {
                        await shop.refreshFaults()
                    }
                    await shop.turn(fault, on: false)
                    let journey = try await phone.journey()
                    journey.closed(returning: try await world.customer(journey.url))
                    await paying.value
                    #expect(shop.kept.payments.first?.told.map(\.outcome) == ["approved"])
                    #expect(try await world.transactions() == 1)
                }
            }
        }

        @Test(.timeLimit(.minutes(1))) func theNetworkGoesAwayAndComesBack() async throws {
            try await World.with { world in
                try await Phone.with(world) { phone in
                    let shop = phone.shop
                    let offline = try #require(FaultSwitch.all.first { $0.id == "offline" })
                    let paying = Task { await shop.pay() }
                    let journey = try await phone.journey()
                    await shop.turn(offline, on: true)
                    let status = try #require(shop.live.faults)
                    #expect(shop.kept.isOffline && offline.isOn(status))
                    let link = try await world.customer(journey.url)
                    journey.closed(returning: link)
                    await phone.until { $0.live.timeline.lines.contains { $0.name.contains("NotSent") || $0.name.contains("MaybeSent") } }
                    #expect(shop.kept.payments.first?.told.isEmpty == true, "no outcome is made up")
                    await shop.turn(offline, on: false)
                    await shop.checkAgain(try #require(shop.shownAttempt))
                    await paying.value
                    #expect(shop.kept.payments.first?.told.map(\.outcome) == ["approved"])
                }
            }
        }

        @Test(.timeLimit(.minutes(1))) func anOpenPaymentRequestExpires() async throws {
            try await World.with { world in
                try await Phone.with(world) { phone in
                    let shop = phone.shop
                    await shop.expireOldestRequest()
                    #expect(shop.live.problem == "No payment request is open.")
                    let paying = Task { await shop.pay() }
                    _ = try await phone.journey()
                    await shop.expireOldestRequest()
                    await paying.value
                    #expect(shop.kept.payments.first?.told.map(\.name) == ["canceled (expired)"])
                }
            }
        }

        @Test(.timeLimit(.minutes(1))) func theDoctorReportsTheWorstFirst() async throws {
            try await World.with { world in
                try await Phone.with(world) { phone in
                    let shop = phone.shop
                    shop.go(to: .doctor)
                    await shop.askDoctor()
                    let report = try #require(shop.live.doctor)
                    // This process has no Info.plist, so no scheme is registered: what an app that forgot it would be told.
                    #expect(report.findings.contains { $0.code == "scheme-not-registered" })
                    let levels = report.findings.map { Finding.Level.allCases.firstIndex(of: $0.level)! }
                    #expect(levels == levels.sorted())
                    #expect(report.text.contains("[broken] scheme-not-registered: "))
                    #expect(report.headline.hasSuffix(".") && report.isBroken)
                }
            }
        }

        @Test(.timeLimit(.minutes(1))) func unfinishedPaymentsAreThereAfterARestartAndAreTakenUp() async throws {
            try await World.with { world in
                try await Phone.with(world) { phone in
                    let order = phone.shop.kept.order
                    let paying = Task { [shop = phone.shop] in await shop.pay() }
                    let journey = try await phone.journey()
                    try await phone.restart()
                    await paying.value
                    let shop = phone.shop
                    await phone.until { !$0.live.unfinished.isEmpty }
                    #expect(shop.live.unfinished.map(\.reference) == [order])
                    #expect(shop.kept.screen == .payment(order), "the screen is the one that was left")
                    let resuming = Task { await shop.resume(shop.live.unfinished[0]) }
                    let again = try await phone.journey()
                    #expect(again.url == journey.url, "the same payment request")
                    again.closed(returning: try await world.customer(again.url))
                    await resuming.value
                    #expect(shop.kept.payment(order)?.told.last?.outcome == "approved")
                    #expect(try await world.requests("start") == 1)
                    #expect(try await world.transactions() == 1)
                }
            }
        }

        @Test(.timeLimit(.minutes(1))) func anotherSandboxShowsNothingOfTheFirst() async throws {
            try await World.with { first in
                try await World.with { second in
                    try await Phone.with(first) { phone in
                        let shop = phone.shop
                        let paying = Task { await shop.pay() }
                        _ = try await phone.journey()
                        await phone.until { !$0.live.unfinished.isEmpty }
                        shop.type(address: second.link.absoluteString)
                        await shop.connectToTyped()
                        await paying.value
                        #expect(shop.kept.sandbox?.backend == second.address.backend)
                        #expect(await shop.client?.unfinished.isEmpty == true)
                        #expect(await shop.take(first.link))
                        await phone.until { !$0.live.unfinished.isEmpty }
                    }
                }
            }
        }

        @Test(.timeLimit(.minutes(1))) func linksAreToldApart() async throws {
            try await World.with { world in
                try await Phone.with(world) { phone in
                    let shop = phone.shop
                    #expect(await !shop.take(URL(string: "https://elsewhere.example/")!))
                    #expect(await shop.take(URL(string: "klarnastepup-demo://sandbox?backend=nowhere")!))
                    #expect(shop.live.problem?.contains("backend") == true)
                    #expect(shop.kept.screen == .sandbox)
                    #expect(shop.kept.sandbox?.backend == world.address.backend, "the sandbox that is connected stays")
                    #expect(await shop.take(URL(string: Shop.links().handover)!), "the library's, even if it is for nobody")
                }
            }
        }
    }
}
