import Dispatch
import KlarnaStepUp

/// Runs tasks on one thread, and knows at every moment whether one of them was woken and has not run since. Without that an outcome could
/// be on its way while the phone says that nothing will happen.
final class CountingExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "calls")
    private let woken = Locked(0)
    private let ran: @Sendable () -> Void

    /// - Parameter ran: Called after each turn of a task.
    init(ran: @escaping @Sendable () -> Void) {
        self.ran = ran
    }

    func enqueue(_ job: consuming ExecutorJob) {
        woken.use { $0 += 1 }
        let job = UnownedJob(job)
        queue.async { [self] in
            job.runSynchronously(on: asUnownedTaskExecutor())
            woken.use { $0 -= 1 }
            ran()
        }
    }

    /// No task was woken that has not run since.
    var isIdle: Bool {
        woken.use { $0 == 0 }
    }

    /// Begins a task here.
    func start(_ work: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task(executorPreference: self, operation: work)
    }

    /// Runs a task here to its end; for threads that may wait.
    func wait<Result: Sendable>(for work: @escaping @Sendable () async -> Result) -> Result {
        let (done, result) = (DispatchSemaphore(value: 0), Locked<Result?>(nil))
        _ = start {
            let value = await work()
            result.use { $0 = value }
            done.signal()
        }
        while true {
            done.wait()
            if let value = result.use({ $0 }) {
                return value
            }
        }
    }
}
