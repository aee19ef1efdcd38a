import Dispatch
import Foundation
import Synchronization

/// A bounded queue that threads take work from. Database calls block, so they have threads of their own: the pool that
/// runs tasks has as many threads as there are cores and must not wait for a disk.
final class WorkQueue<Work: Sendable>: Sendable {
    private struct State {
        var waiting: [Work] = []
        var head = 0
        var isClosed = false

        var count: Int { waiting.count - head }
    }

    private let state = Mutex(State())
    private let signal = DispatchSemaphore(value: 0)
    let limit: Int

    init(limit: Int) { self.limit = limit }

    var count: Int { state.withLock { $0.count } }

    /// - Returns: false when the queue is full or closed; the work was not taken.
    func add(_ work: Work) -> Bool {
        let taken = state.withLock { state in
            guard !state.isClosed, state.count < limit else { return false }
            state.waiting.append(work)
            return true
        }
        if taken { signal.signal() }
        return taken
    }

    /// Waits for work and takes up to `most` pieces of it, in the order they came.
    /// - Returns: nothing only when the queue is closed and empty.
    func take(most: Int) -> [Work] {
        while true {
            signal.wait()
            let (taken, isClosed) = state.withLock { state in
                let count = min(most, state.count)
                let taken = Array(state.waiting[state.head..<(state.head + count)])
                state.head += count
                if state.head == state.waiting.count || state.head > 1024 {
                    state.waiting.removeFirst(state.head)
                    state.head = 0
                }
                return (taken, state.isClosed && state.count == 0)
            }
            if !taken.isEmpty { return taken }
            if isClosed {
                // The next thread that waits must wake up, too.
                signal.signal()
                return []
            }
        }
    }

    /// No more work is taken in; what waits is still done.
    func close() {
        state.withLock { $0.isClosed = true }
        signal.signal()
    }
}

/// A thread that runs one function and can be waited for.
final class WorkerThread: Sendable {
    private let finished = DispatchSemaphore(value: 0)

    init(name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread { [finished] in
            body()
            finished.signal()
        }
        thread.name = name
        thread.stackSize = 1 << 20
        thread.start()
    }

    func join() {
        finished.wait()
        finished.signal()
    }
}
