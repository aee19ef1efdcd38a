import Synchronization

/// Wakes whoever waits for events. A lost signal costs time, never an event: readers also look on a timer.
package final class EventSignal: Sendable {
    private struct State {
        var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
        /// Streams made so far.
        var made = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Streams that somebody still holds.
    package var listeners: Int { state.withLock { $0.listeners.count } }

    /// A stream that yields after commits with events; several commits may share one. It is forgotten with its last
    /// reference.
    package func stream() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.made += 1
            state.listeners[state.made] = continuation
            return state.made
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.listeners.removeValue(forKey: number) }
        }
        return stream
    }

    package func send() {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield() }
    }
}
