import DemoModel
import Foundation
import KlarnaStepUp
import Testing

extension WithTheSandbox {
    /// From the basket to the outcome.
    @Suite @MainActor struct PayingTests {
        @Test(.timeLimit(.minutes(1))) func aBasketIsPaidAndEmptied() async throws {
            try await World.with { world in
                try await Phone.with(world) { phone in
                    let shop = phone.shop
                    #expect(shop.kept.screen == .basket)
                    shop.set("fern", to: 1)
                    let (order, amount) = (shop.kept.order, shop.kept.basket.total)
                    let paying = Task { await shop.pay() }
                    let again = Task { await shop.pay() }
                    let journey = try await phone.journey()
                    #expect(shop.kept.screen == .payment(order), "the payment's screen is shown while it is paid")
                    #expect(shop.live.waiting == [order])
                    await phone.until { $0.shownAttempt?.phase == .inJourney && !$0.live.timeline.lines.isEmpty }
                    #expect(shop.shownPayment?.headline == "In progress")

                    let link = try #require(try await world.customer(journey.url))
                    journey.closed(returning: link)
                    await paying.value
                    await again.value

                    let record = try #require(shop.kept.payment(order))
                    #expect(record.told.map(\.outcome) == ["approved"])
                    #expect(record.told.first?.receipt != nil)
                    #expect(record.amount == amount)
                    #expect(record.headline.hasPrefix("Paid"))
                    #expect(shop.kept.order != order, "the next basket is another order")
                    #expect(shop.kept.basket == Basket())
                    #expect(shop.live.unfinished.isEmpty)
                    // What the shop has on its disk does not come again; the library forgets it on its own thread.
                    while await shop.client?.unacknowledged.isEmpty == false {
                        await Task.yield()
                    }
                    #expect(try await world.requests("start") == 1, "a button tapped twice pays once")
                    #expect(try await world.transactions() == 1)
                }
            }
        }

        @Test(.timeLimit(.minutes(1))) func theTimelineIsLiveAndWhatIsSharedHoldsNoSecret() async throws {
            try await World.with { world in
                try await Phone.with(world) { phone in
                    let shop = phone.shop
                    let order = shop.kept.order
                    let paying = Task { await shop.pay() }
                    let journey = try await phone.journey()
                    await phone.until { $0.live.timeline.lines.contains { $0.name.hasPrefix("Present ") } }
                    let link = try #require(try await world.customer(journey.url))
                    journey.closed(returning: link)
                    await paying.value
                    await shop.refresh()
                    let names = shop.live.timeline.lines.map(\.name)
                    #expect(names.first == "Start")
                    #expect(names.contains { $0.hasPrefix("Deliver(") })

                    let record = try #require(shop.kept.payment(order))
                    let shared = try #require(await shop.trace(of: record))
                    #expect(shared.fileName == "klarna-step-up-1.json")
                    #expect(shared.text.contains("Authorize") && shared.text.contains("approved"))
                    let nonce = try #require(link.query?.components(separatedBy: "stepup=").last?.prefix(22))
                    let secrets = [
                        order, String(nonce), journey.url.path, journey.attempt.rawValue, world.address.backend.absoluteString, "@email",
                        "Linen",
                    ]
                    for secret in secrets {
                        #expect(!shared.text.contains(secret), "\(secret)")
                    }
                }
            }
        }

        @Test(.timeLimit(.minutes(1))) func anotherMethodIsASafeEnd() async throws {
            try await World.with { world in
                try await Phone.with(world) { phone in
                    let shop = phone.shop
                    let order = shop.kept.order
                    let paying = Task { await shop.pay() }
                    let journey = try await phone.journey()
                    journey.closed()
                    await phone.until { $0.shownAttempt?.isWaitingForCustomer == true }
                    let attempt = try #require(shop.shownAttempt)
                    await shop.abandon(attempt)
                    await paying.value
                    let record = try #require(shop.kept.payment(order))
                    #expect(record.told.map(\.name) == ["canceled (by-customer)"])
                    #expect(record.advice.contains("Nothing was charged"))
                    #expect(shop.kept.order == order && !shop.kept.basket.isEmpty, "the customer may try again")
                    #expect(try await world.transactions() == 0)
                }
            }
        }

        @Test(.timeLimit(.minutes(1))) func theSameBasketChangedMeanwhileIsNotPaidTwice() async throws {
            try await World.with { world in
                try await Phone.with(world) { phone in
                    let shop = phone.shop
                    let order = shop.kept.order
                    let paying = Task { await shop.pay() }
                    let journey = try await phone.journey()
                    try await phone.restart()
                    await paying.value
                    phone.shop.set("throw", to: 1)
                    await phone.shop.pay()
                    let record = try #require(phone.shop.kept.payment(order))
                    #expect(record.told.last?.name == "not-started (order-busy)")
                    #expect(record.advice.contains("not finished"))
                    try await world.customer(journey.url)
                    #expect(try await world.requests("start") == 1)
                }
            }
        }

        @Test(.timeLimit(.minutes(1))) func aJourneyIsOpenedInTheBrowser() async throws {
            try await World.with { world in
                try await Phone.with(world) { phone in
                    let shop = phone.shop
                    let paying = Task { await shop.pay() }
                    let journey = try await phone.journey()
                    journey.closed()
                    await phone.until { $0.shownAttempt?.canReopen == true && $0.shownAttempt?.isWaitingForCustomer == true }
                    await shop.openInBrowser(try #require(shop.shownAttempt))
                    // The stand-in for the system opens nothing; the payment is the same, and its word comes.
                    let link = try #require(try await world.customer(journey.url))
                    #expect(await shop.take(link))
                    await paying.value
                    #expect(shop.kept.payments.map { $0.told.map(\.outcome) } == [["approved"]])
                }
            }
        }

        @Test(.timeLimit(.minutes(1))) func withoutASandboxTheShopSaysSo() async throws {
            try await World.with { world in
                try await Phone.with(world) { phone in
                    await phone.shop.close()
                    await phone.shop.pay()
                    #expect(phone.shop.live.problem?.contains("Connect") == true)
                    phone.shop.dismissProblem()
                    #expect(phone.shop.live.problem == nil)
                    #expect(phone.shop.kept.payments.isEmpty)
                }
            }
        }
    }
}
