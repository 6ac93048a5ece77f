import AuthenticationServices
import Foundation
import Testing
import UIKit

@testable import KlarnaStepUp

/// All tests of the Apple shell. One after the other: there is one `UIApplication`.
@Suite(.serialized, .timeLimit(.minutes(1))) enum AppleShell {}

/// The system and the shell on it, fresh for each test.
@MainActor struct System {
    let callbacks: CallbackSupport
    let stage: Stage
    let presenter: SurfacePresenter
    let scene: UIWindowScene
    let window: UIWindow

    /// - Parameter httpsCallback: Plays iOS 17.4, or an older system.
    init(httpsCallback: Bool = true) {
        UIApplication.shared.reset()
        UIAccessibility.announced = []
        Fake.reset()
        callbacks = CallbackSupport(supported: httpsCallback)
        stage = Stage(callbacks: callbacks)
        presenter = SurfacePresenter(stage: stage)
        scene = UIWindowScene()
        window = UIWindow(windowScene: scene)
        window.isKey = true
        UIApplication.shared.scenes = [scene]
    }

    var application: UIApplication { .shared }

    /// Shows a journey and lets the main queue come to rest.
    func present(_ journey: Journey) async {
        presenter.present(journey)
        await System.rest()
    }

    func dismiss(_ journey: Journey) async {
        presenter.dismiss(journey)
        await System.rest()
    }

    /// Until it is so, or the test's time is up. What makes it so happens on other threads and ends on the main queue.
    static func until(_ isSo: () -> Bool) async {
        while !isSo(), !Task.isCancelled {
            await rest()
        }
    }

    /// Whatever was on the main queue is done, and what that put there.
    static func rest() async {
        for _ in 0..<2 {
            await withCheckedContinuation { done in
                DispatchQueue.main.async { done.resume() }
            }
        }
    }
}

/// What the core hears of a journey.
final class Heard: @unchecked Sendable {
    enum Report: Equatable {
        case presented
        case failed(PresentationFailure)
        case closed(String?)
    }

    private let lock = NSLock()
    private var list: [Report] = []

    var reports: [Report] {
        lock.lock()
        defer { lock.unlock() }
        return list
    }

    func hear(_ report: Journey.Report) {
        lock.lock()
        defer { lock.unlock() }
        switch report {
        case .presented: list.append(.presented)
        case .failed(let failure): list.append(.failed(failure))
        case .closed(let link): list.append(.closed(link?.absoluteString))
        }
    }
}

extension Journey {
    static let https = Callback.https(host: "shop.example", path: "/klarna/done")

    /// A journey as the core hands it over.
    static func test(
        _ surface: Surface, _ heard: Heard, attempt: String = "attempt", number: UInt32 = 1,
        callback: Callback = .scheme("shop")
    ) -> Journey {
        Journey(
            attempt: AttemptID(rawValue: attempt), number: number, surface: surface,
            url: URL(string: "https://pay.test.klarna.com/eu/requests/x/start")!, paymentRequestID: nil, callback: callback
        ) { report in
            heard.hear(report)
            return .notOurs
        }
    }
}
