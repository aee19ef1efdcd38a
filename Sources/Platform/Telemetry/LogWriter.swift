import Core
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Lines of the log on their way to standard error. Access lines are gathered for a moment, so that a thousand requests
/// a second are not a thousand writes; a warning or an error goes out at once, with everything before it.
package final class LogWriter: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        var isFlushScheduled = false
    }

    private let state = Mutex(State())
    private let write: @Sendable ([UInt8]) -> Void

    /// - Parameter write: takes whole lines.
    package init(write: @escaping @Sendable ([UInt8]) -> Void) { self.write = write }

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

    /// 64 KiB: what is gathered at most.
    private static let capacity = 64 << 10
    private static let delay = Duration.milliseconds(200)

    /// - Parameters:
    ///   - line: with its line end.
    ///   - isUrgent: whether it must be out when this returns.
    func add(_ line: [UInt8], isUrgent: Bool) {
        let mustSchedule = state.withLock { state in
            state.waiting.append(contentsOf: line)
            guard isUrgent || state.waiting.count >= Self.capacity else {
                defer { state.isFlushScheduled = true }
                return !state.isFlushScheduled
            }
            emit(&state)
            return false
        }
        if mustSchedule {
            Task.detached { [self] in
                try? await Task.sleep(for: Self.delay)
                flush()
            }
        }
    }

    /// Writes what waits.
    package func flush() {
        state.withLock { state in
            state.isFlushScheduled = false
            emit(&state)
        }
    }

    /// Inside the lock, so that lines keep their order.
    private func emit(_ state: inout State) {
        guard !state.waiting.isEmpty else { return }
        write(state.waiting)
        state.waiting.removeAll(keepingCapacity: true)
    }
}

private func systemWrite(_ descriptor: Int32, _ start: UnsafeRawPointer, _ count: Int) -> Int {
    #if canImport(Glibc)
        Glibc.write(descriptor, start, count)
    #else
        Darwin.write(descriptor, start, count)
    #endif
}
