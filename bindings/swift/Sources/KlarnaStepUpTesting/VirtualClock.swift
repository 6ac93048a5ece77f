import Foundation
import KlarnaStepUp

/// Time that stands still until the test moves it: a journey of three hours takes no time at all.
public final class VirtualClock: Sendable {
    private struct State {
        var wall: Int64
        var monotonic: UInt64
        var resting: Resting?
        var restsSeen: UInt64 = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// What the client said when it last came to rest.
    package struct Resting: Sendable {
        package let wakeAt: UInt64?
        package let inFlight: UInt32
        package let rest: Rest
    }

    private let state: Locked<State>
    private let changed: @Sendable () -> Void

    /// A clock that shows this date.
    public convenience init(at date: Date = Date(timeIntervalSince1970: 1_800_000_000)) {
        self.init(wall: Int64(date.timeIntervalSince1970 * 1000), monotonic: 1_000)
    }

    /// - Parameter changed: Called whenever the client came to rest.
    package init(wall: Int64, monotonic: UInt64, changed: @escaping @Sendable () -> Void = {}) {
        state = Locked(State(wall: wall, monotonic: monotonic))
        self.changed = changed
    }

    /// What it shows.
    public var date: Date {
        Date(timeIntervalSince1970: TimeInterval(state.use { $0.wall }) / 1000)
    }

    /// Lets time pass, from one timer of the client's to the next, and returns when everything that is due has been done.
    public func advance(by seconds: TimeInterval) async {
        await settle()
        let end = state.use { $0.monotonic + UInt64(max(0, seconds) * 1000) }
        while true {
            let due: Rest? = state.use { state in
                let next = max(min(state.resting?.wakeAt ?? end, end), state.monotonic)
                state.wall += Int64(next - state.monotonic)
                state.monotonic = next
                guard let resting = state.resting, let at = resting.wakeAt, at <= next else {
                    return nil
                }
                state.resting = nil
                return resting.rest
            }
            guard let due else {
                return
            }
            due.wake()
            await settle()
        }
    }

    /// Returns when nothing more will happen without time passing or somebody acting: the client rests, and no request is under way.
    public func settle() async {
        while true {
            let seen = state.use { $0.restsSeen }
            if let resting = lookUp(), resting.inFlight == 0, resting.rest.lasts() {
                return
            }
            await withCheckedContinuation { continuation in
                let isStale = state.use { state in
                    if state.restsSeen == seen {
                        state.waiting.append(continuation)
                    }
                    return state.restsSeen != seen
                }
                if isStale {
                    continuation.resume()
                }
            }
        }
    }

    package func set(wall: Int64, monotonic: UInt64) {
        state.use { state in
            state.wall = wall
            state.monotonic = monotonic
        }
    }

    /// Lets the client look at the time.
    package func wake() {
        lookUp()?.rest.wake()
    }

    package func lookUp() -> Resting? {
        state.use { $0.resting }
    }
}

extension VirtualClock: ClockSeam {
    package func now() -> (wall: Int64, monotonic: UInt64) {
        state.use { ($0.wall, $0.monotonic) }
    }

    package func rests(until at: UInt64?, inFlight: UInt32, rest: Rest) {
        let waiting = state.use { state in
            state.resting = Resting(wakeAt: at, inFlight: inFlight, rest: rest)
            state.restsSeen += 1
            defer { state.waiting = [] }
            return state.waiting
        }
        waiting.forEach { $0.resume() }
        changed()
    }
}

/// Randomness that can be repeated (SplitMix64, <https://prng.di.unimi.it/splitmix64.c>). Not for secrets that matter.
package final class SeededEntropy: Sendable {
    private let state: Locked<UInt64>

    package init(_ seed: UInt64) {
        state = Locked(seed)
    }

    package func bytes(_ count: Int) -> Data {
        state.use { state in
            var bytes = Data()
            while bytes.count < count {
                state &+= 0x9e37_79b9_7f4a_7c15
                var z = state
                z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
                z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
                z ^= z >> 31
                withUnsafeBytes(of: z.bigEndian) { bytes.append(contentsOf: $0) }
            }
            return bytes.prefix(count)
        }
    }
}
