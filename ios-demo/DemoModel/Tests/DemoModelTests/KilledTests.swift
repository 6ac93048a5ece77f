#if os(Linux)
import DemoModel
import Foundation
import Glibc
import Testing

extension WithTheSandbox {
    /// The app is killed, as the system does it, and started again: what was on the screen is there again, and no payment is lost.
    @Suite @MainActor struct KilledTests {
        /// Each screen, with what a person may have done there.
        private static let screens: [(KeptState.Screen, [String])] = [
            (.basket, ["add throw", "choose webhook-lost"]), (.scenarios, ["search lost link"]), (.payments, []), (.faults, []),
            (.doctor, []), (.sandbox, ["type http://127.0.0.1:40"]),
        ]

        @Test(.timeLimit(.minutes(1))) func everyScreenIsRestored() async throws {
            try await World.with { world in
                let home = Home()
                let first = try AppProcess(home)
                _ = try await first.state()
                first.send("link \(world.link.absoluteString)")
                var left = try await first.state { $0.kept.sandbox?.backend == world.address.backend }.kept
                await first.kill()
                for (screen, doings) in Self.screens {
                    let before = try AppProcess(home)
                    let found = try await before.state().kept
                    #expect(found == left, "\(screen): what was left is what is found")
                    before.send("go \(String(decoding: try JSONEncoder().encode(screen), as: UTF8.self))")
                    _ = try await before.state { $0.kept.screen == screen }
                    for doing in doings {
                        before.send(doing)
                    }
                    // The last doing decides the screen: choosing a scenario leads back to the basket.
                    left = try await before.state { said in Self.isDone(doings, said.kept) }.kept
                    #expect(left.screen == screen)
                    await before.kill()
                }
                let last = try AppProcess(home)
                #expect(try await last.state().kept == left)
                #expect(left.basket.quantities["throw"] == 3 && left.scenario == "webhook-lost" && left.search == "lost link")
                await last.kill()
            }
        }

        private static func isDone(_ doings: [String], _ kept: KeptState) -> Bool {
            doings.allSatisfy { doing in
                let words = doing.split(separator: " ", maxSplits: 1).map(String.init)
                return switch words[0] {
                case "add": kept.basket.quantities[words[1]] == 3
                case "choose": kept.scenario == words[1]
                case "search": kept.search == words[1]
                default: kept.typedAddress == words[1]
                }
            }
        }

        @Test(.timeLimit(.minutes(1))) func aPaymentIsFoundUnfinishedAndTakenUp() async throws {
            try await World.with { world in
                let home = Home()
                let first = try AppProcess(home)
                first.send("link \(world.link.absoluteString)")
                let order = try await first.state { $0.kept.sandbox != nil }.kept.order
                first.send("pay")
                _ = try await first.journey()
                await first.kill()

                let second = try AppProcess(home)
                let found = try await second.state { $0.unfinished == 1 }
                #expect(found.kept.screen == .payment(order))
                #expect(found.kept.payment(order)?.told.isEmpty == true)
                second.send("resume")
                let journey = try await second.journey()
                let link = try #require(try await world.customer(journey))
                second.send("link \(link.absoluteString)")
                let paid = try await second.state { $0.kept.payment(order)?.told.last?.outcome == "approved" && $0.unfinished == 0 }
                #expect(paid.kept.screen == .payment(order))
                await second.kill()
                #expect(try await world.requests("start") == 1)
                #expect(try await world.transactions() == 1)
            }
        }

        @Test(.timeLimit(.minutes(1))) func whatWasPaidWhileTheAppWasDeadIsTold() async throws {
            try await World.with { world in
                let home = Home()
                let first = try AppProcess(home)
                first.send("link \(world.link.absoluteString)")
                let order = try await first.state { $0.kept.sandbox != nil }.kept.order
                first.send("pay")
                let journey = try await first.journey()
                await first.kill()
                try await world.customer(journey)

                let second = try AppProcess(home)
                _ = try await second.state { $0.kept.payment(order)?.told.map(\.outcome) == ["approved"] }
                await second.kill()
                let third = try AppProcess(home)
                let kept = try await third.state().kept
                #expect(kept.payment(order)?.told.count == 1, "told once, also after another restart")
                #expect(kept.order != order)
                await third.kill()
                #expect(try await world.transactions() == 1)
            }
        }
    }
}
#endif
