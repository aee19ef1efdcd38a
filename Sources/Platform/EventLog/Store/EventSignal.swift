import Synchronization

/// Wakes whoever waits for events. A lost signal costs time, never an event: readers also look on a timer.
package final class EventSignal: Sendable {
    private let listeners = Mutex<[AsyncStream<Void>.Continuation]>([])

    package init() {}

    /// A stream that yields after commits with events; several commits may share one.
    package func stream() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        listeners.withLock { $0.append(continuation) }
        return stream
    }

    package func send() {
        for listener in listeners.withLock({ $0 }) { listener.yield() }
    }
}
