import DemoModel
import Foundation
import KlarnaStepUp

/// The demo app without views: it does what lines of its standard input say, and writes its state to its standard output after each change.
/// The library, the journal and the shop's own file are where `XDG_DATA_HOME` says. A test kills it and starts another.
@main @MainActor struct DemoTerminal {
    static func main() async throws {
        let base = try FileManager.default.url(for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
        let surface = Surface()
        let shop = Shop(folder: base.appendingPathComponent("Demo"), scenarios: .empty) { configuration in
            var configuration = configuration
            configuration.customPresenter = surface
            return try StepUpClient(configuration: configuration)
        }
        shop.changed = { [unowned shop] in say(shop) }
        shop.open()
        say(shop)
        for await line in lines() {
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            await obey(words[0], words.count > 1 ? words[1] : "", shop)
        }
    }

    private static func obey(_ word: String, _ rest: String, _ shop: Shop) async {
        switch word {
        case "link": if let link = URL(string: rest) { await shop.take(link) }
        case "pay": Task { await shop.pay() }
        case "add": shop.set(rest, to: 3)
        case "choose": shop.choose(rest)
        case "search": shop.search(rest)
        case "type": shop.type(address: rest)
        case "go":
            if let screen = try? JSONDecoder().decode(KeptState.Screen.self, from: Data(rest.utf8)) {
                shop.go(to: screen)
            }
        case "resume":
            if let attempt = shop.live.unfinished.first {
                Task { await shop.resume(attempt) }
            }
        default: exit(2)
        }
    }

    private struct Said: Encodable {
        let kept: KeptState
        let unfinished: Int
    }

    private static func say(_ shop: Shop) {
        let said = Said(kept: shop.kept, unfinished: shop.live.unfinished.count)
        if let data = try? JSONEncoder().encode(said) {
            write(data)
        }
    }

    nonisolated static func write(_ data: Data) {
        FileHandle.standardOutput.write(data + Data("\n".utf8))
    }

    private static func lines() -> AsyncStream<String> {
        let (lines, line) = AsyncStream.makeStream(of: String.self)
        Thread {
            while let text = readLine() {
                line.yield(text)
            }
            line.finish()
        }.start()
        return lines
    }
}

/// Says where the journey is instead of showing it.
private final class Surface: JourneyPresenter {
    func present(_ journey: Journey) {
        journey.presented()
        if let data = try? JSONEncoder().encode(["journey": journey.url.absoluteString]) {
            DemoTerminal.write(data)
        }
    }

    func dismiss(_ journey: Journey) {}
    func forward(_ link: URL, to journey: Journey) {}
}
