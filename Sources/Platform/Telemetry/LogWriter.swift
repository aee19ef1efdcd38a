import Core
import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Lines of the log on their way to standard error. Access lines are gathered for a moment, so that a thousand requests
/// a second are not a thousand writes; a warning or an error goes out at once, with everything before it.
///
/// A thread of its own writes, because a log that nobody reads makes the system wait: a paused terminal, a full pipe.
/// Whoever logs waits for that at most once and briefly. What does not fit meanwhile is dropped, and the next line that
/// fits comes after one that says how many were.
package final class LogWriter: Sendable {
    private let queue: LogQueue

    /// - Parameter write: takes whole lines; it may block.
    package init(write: @escaping @Sendable ([UInt8]) -> Void) {
        let queue = LogQueue()
        self.queue = queue
        _ = WorkerThread(name: "log") {
            while let lines = queue.take() {
                write(lines)
                queue.finished(lines.count)
            }
        }
    }

    deinit { queue.close() }

    package static let standardError = LogWriter { bytes in
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
                let count = systemWrite(STDERR_FILENO, start, rest.count)
                // Nobody reads the log any more: that must not stop the server.
                guard count > 0 || errno == EINTR else { return }
                rest = rest.dropFirst(max(0, count))
            }
        }
    }

    /// How long an urgent line is waited for.
    private static let urgentTime = DispatchTimeInterval.milliseconds(100)
    /// How long the last lines are waited for.
    private static let flushTime = DispatchTimeInterval.seconds(2)

    /// - Parameters:
    ///   - line: with its line end.
    ///   - isUrgent: whether it should be out when this returns: whatever made it may be about to end the process.
    ///   - gap: the line that says how many were dropped.
    func add(_ line: [UInt8], isUrgent: Bool, gap: (_ dropped: Int) -> [UInt8]) {
        guard let mark = queue.add(line, isUrgent: isUrgent, gap: gap) else { return }
        if isUrgent { queue.wait(until: mark, Self.urgentTime, evenIfStuck: false) }
    }

    /// Waits until everything is written, unless nobody takes it.
    package func flush() {
        queue.hurry()
        queue.wait(until: queue.accepted, Self.flushTime, evenIfStuck: true)
    }
}

/// Lines that wait for the thread that writes them.
private final class LogQueue: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        /// Lines there was no room for since the last one that fitted.
        var dropped = 0
        var isUrgent = false
        var isClosed = false
        /// Whether a wait was in vain and nothing has been written since.
        var isStuck = false
        /// Bytes taken in, and bytes written, since the beginning.
        var accepted = 0
        var written = 0
        var waiters: [(mark: Int, signal: DispatchSemaphore)] = []
    }

    /// 1 MiB: what waits at most, besides as much that is being written.
    private static let capacity = 1 << 20
    /// 64 KiB: worth a write.
    private static let gathered = 64 << 10
    private static let delay = DispatchTimeInterval.milliseconds(200)

    private let state = Mutex(State())
    /// Signalled when there are lines again, and when they should not be gathered any longer.
    private let arrival = DispatchSemaphore(value: 0)
    private let haste = DispatchSemaphore(value: 0)

    var accepted: Int { state.withLock { $0.accepted } }

    /// - Returns: `accepted` after the line; nil when it was dropped.
    func add(_ line: [UInt8], isUrgent: Bool, gap: (_ dropped: Int) -> [UInt8]) -> Int? {
        let (mark, isFirst, isHasty) = state.withLock { state -> (Int?, Bool, Bool) in
            guard state.waiting.count + line.count <= Self.capacity else {
                state.dropped += 1
                return (nil, false, false)
            }
            let (wasEmpty, wasHasty) = (state.waiting.isEmpty, Self.isHasty(state))
            if state.dropped > 0 { append(gap(state.dropped), &state) }
            state.dropped = 0
            append(line, &state)
            if isUrgent { state.isUrgent = true }
            return (state.accepted, wasEmpty, !wasHasty && Self.isHasty(state))
        }
        if isFirst { arrival.signal() }
        if isHasty { haste.signal() }
        return mark
    }

    private func append(_ line: [UInt8], _ state: inout State) {
        state.waiting.append(contentsOf: line)
        state.accepted += line.count
    }

    private static func isHasty(_ state: State) -> Bool {
        state.isUrgent || state.isClosed || state.waiting.count >= gathered
    }

    func hurry() {
        state.withLock { $0.isUrgent = true }
        haste.signal()
    }

    func close() {
        state.withLock { $0.isClosed = true }
        arrival.signal()
        haste.signal()
    }

    // MARK: The thread that writes

    /// Waits for lines, and a moment for more.
    /// - Returns: nil when no more will come.
    func take() -> [UInt8]? {
        while true {
            arrival.wait()
            if !state.withLock({ Self.isHasty($0) }) { _ = haste.wait(timeout: .now() + Self.delay) }
            let (lines, isClosed) = state.withLock { state in
                defer {
                    state.waiting = []
                    state.isUrgent = false
                }
                return (state.waiting, state.isClosed)
            }
            if !lines.isEmpty {
                // So that the end is seen next time.
                if isClosed { arrival.signal() }
                return lines
            }
            if isClosed { return nil }
        }
    }

    func finished(_ count: Int) {
        let done = state.withLock { state in
            state.written += count
            state.isStuck = false
            let done = state.waiters.filter { $0.mark <= state.written }
            state.waiters.removeAll { $0.mark <= state.written }
            return done
        }
        for waiter in done { waiter.signal.signal() }
    }

    /// Until so many bytes are written, or the time is over.
    func wait(until mark: Int, _ time: DispatchTimeInterval, evenIfStuck: Bool) {
        let signal = DispatchSemaphore(value: 0)
        let mustWait = state.withLock { state in
            guard state.written < mark, evenIfStuck || !state.isStuck else { return false }
            state.waiters.append((mark, signal))
            return true
        }
        guard mustWait, signal.wait(timeout: .now() + time) == .timedOut else { return }
        state.withLock { state in
            state.isStuck = state.written < mark
            state.waiters.removeAll { $0.signal === signal }
        }
    }
}

private func systemWrite(_ descriptor: Int32, _ start: UnsafeRawPointer, _ count: Int) -> Int {
    #if canImport(Glibc)
        Glibc.write(descriptor, start, count)
    #else
        Darwin.write(descriptor, start, count)
    #endif
}
