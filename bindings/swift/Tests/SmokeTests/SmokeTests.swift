import Foundation
import KlarnaStepUpCore
import Testing

/// The generated Swift with the real library against the real sandbox.
@Suite struct SmokeTests {
    /// The generated code compares its checksums with the library's own on the first call.
    @Test func theLibraryIsTheOneThatTheBindingsWereMadeFor() {
        #expect(libraryVersion() == "0.1.0")
    }

    @Test func aConfigurationThatCannotWorkNamesItsField() throws {
        let journal = try TemporaryFolder()
        let links = ReturnLinks(handover: "shop:klarna", completion: "shopdone://klarna/done", fallbackScheme: nil)
        #expect(refusedField(Phone.configuration("http://127.0.0.1:1", links, journal.path)) == "links.handover")
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func oneWholePaymentWhoseLinkComesAsTheSurfacesResult() async throws {
        try await World.with { world in
            let phone = try Phone(world.backend)
            let paying = Task { await phone.pay("42") }
            let shown = try await phone.screen.next()
            let link = try await world.approve(shown.url)
            let disposition = phone.client.surfaceClosed(attempt: shown.attempt, number: shown.number, uri: link)
            let told = await paying.value

            #expect(disposition == .completion(attempt: shown.attempt))
            #expect(told.outcome.isApproved)
            #expect(told.attempt == shown.attempt)
            #expect(told.reference == "42")
            #expect(phone.client.outcomes() == [told])

            let asked = try await world.wire().count
            #expect(await phone.pay("42") == told, "a paid order is not paid again")
            phone.client.acknowledge(outcome: told.id)
            let later = await phone.pay("42")
            #expect(later.id == told.id, "nor is it once the app has acknowledged that")
            #expect(later.outcome.isApproved)
            #expect(phone.client.outcomes().isEmpty)
            #expect(try await world.wire().count == asked, "and the backend is not bothered with it")
            #expect(try await world.klarna() == [World.Payment(state: "COMPLETED", transactions: 1)])
        }
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func oneWholePaymentInABrowserWhoseLinkComesToTheApp() async throws {
        try await World.with { world in
            let phone = try Phone(world.backend, device: Facts([.browser]))
            let paying = Task { await phone.pay("43", reply: "redirect") }
            let shown = try await phone.screen.next()
            let link = try await world.approve(shown.url)
            let other = link.replacingOccurrences(of: "klarna/done", with: "basket")
            let forged = link.replacingOccurrences(
                of: "stepup=.{22}", with: "stepup=AAAAAAAAAAAAAAAAAAAAAA", options: .regularExpression)
            #expect(forged != link)

            #expect(phone.client.handleLink(uri: other) == .notOurs)
            #expect(phone.client.handleLink(uri: forged) == .refused(reason: .wrongNonce))
            #expect(phone.client.handleLink(uri: link) == .completion(attempt: shown.attempt))
            let told = await paying.value
            #expect(told.outcome.isApproved)
            #expect(phone.client.handleLink(uri: link) == .late(attempt: shown.attempt))
            phone.client.acknowledge(outcome: told.id)
            #expect(try await world.klarna() == [World.Payment(state: "COMPLETED", transactions: 1)])
        }
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func deviceFactsThatThrowStartNoPayment() async throws {
        final class Throwing: DeviceFacts {
            func device() throws -> Device {
                throw Crash()
            }
        }
        try await World.with { world in
            let phone = try Phone(world.backend, device: Throwing())
            let told = await phone.pay("44")
            #expect(told.outcome == .notStarted(reason: .noBrowser))
            #expect(try await world.wire().isEmpty)
        }
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func aPresenterThatThrowsEndsInAPaymentThatIsCanceledAtTheBackend() async throws {
        final class Throwing: Presenter {
            func present(presentation: Presentation) throws {
                throw presentation.surface == .authSession ? HostError.Failed(reason: "refused") as any Error : Crash()
            }
            func dismiss(attempt: String, number: UInt32) throws {
                throw Crash()
            }
            func forwardLink(attempt: String, uri: String) throws {
                throw Crash()
            }
        }
        try await World.with { world in
            let phone = try Phone(world.backend, device: Facts([.authSession, .browser]), presenter: Throwing())
            let told = await phone.pay("45")
            #expect(told.outcome == .canceled(reason: .noSurface))
            phone.client.acknowledge(outcome: told.id)
            #expect(try await world.klarna() == [World.Payment(state: "CANCELED", transactions: 0)])
        }
    }

    @available(macOS 13, iOS 16, *)
    @Test(.timeLimit(.minutes(1))) func aTransportThatThrowsMayHaveSentAndIsAskedAgainWithTheSameKey() async throws {
        final class ThrowingOnce: HttpTransport {
            let keys = Locked<[String?]>([])
            private let sending = UrlSessionTransport()

            func start(request: HostHttpRequest, completion: HttpCompletion) throws {
                let key = request.headers.first { $0.name == "Idempotency-Key" }?.value
                let first = keys.use { keys in
                    keys.append(key)
                    return keys.count == 1
                }
                if first {
                    throw Crash()
                }
                try sending.start(request: request, completion: completion)
            }

            func cancel(id: UInt64) throws {
                try sending.cancel(id: id)
            }
        }
        try await World.with { world in
            let (transport, listener) = (ThrowingOnce(), ThrowingListener())
            let phone = try Phone(world.backend, transport: transport, listener: listener)
            let told = await phone.pay("46", email: "customer+approved-at-once@email.us")
            #expect(told.outcome.isApproved)
            let keys = transport.keys.use { $0 }
            #expect(keys.count == 2)
            #expect(keys.first == keys.last)
            #expect(try await world.wire() == [World.Request(endpoint: "start", idempotencyKey: keys.first ?? nil)])
            #expect(listener.called.use { $0 } > 0, "the listener was called, and threw")
        }
    }
}

/// An error that the core knows nothing about.
private struct Crash: Error {}

private final class ThrowingListener: Listener {
    let called = Locked(0)

    func onEvent(event: Event) throws {
        try crash()
    }

    func onOutcome(outcome: DeliveredOutcome) throws {
        try crash()
    }

    func onState(state: AttemptState) throws {
        try crash()
    }

    private func crash() throws {
        called.use { $0 += 1 }
        throw Crash()
    }
}

extension Outcome {
    var isApproved: Bool {
        if case .approved = self { true } else { false }
    }
}

/// The field for which a client of this configuration is refused, if it is.
func refusedField(_ configuration: Configuration) -> String? {
    let none = HostParts(transport: nil, deviceFacts: nil, credentials: nil, statusSource: nil, listener: nil)
    do {
        _ = try StepUpClient(configuration: configuration, parts: none)
        return nil
    } catch StepUpError.Configuration(let field, _, _) {
        return field
    } catch {
        return nil
    }
}
