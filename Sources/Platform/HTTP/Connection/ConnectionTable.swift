import Core
import NIOCore

/// The connections of one event loop, and what they share. It is used on that loop only.
///
/// Time limits are enforced by looking at all connections four times a second, not by a timer each: a request then
/// costs no timer, and a thousand idle connections cost microseconds.
final class ConnectionTable {
    let responder: Responder
    let limits: ConnectionLimits
    let figures: ServerFigures
    let executor: EventLoopExecutor
    /// Since when the server has been stopping.
    private(set) var stopping: NIODeadline?
    private var connections: [ObjectIdentifier: Connection] = [:]
    private var sweeping: RepeatedTask?
    private var dateField = DateField()

    init(responder: Responder, limits: ConnectionLimits, figures: ServerFigures, executor: EventLoopExecutor) {
        self.responder = responder
        self.limits = limits
        self.figures = figures
        self.executor = executor
    }

    func date() -> String { dateField.text(at: responder.world.now()) }

    func add(_ connection: Connection) { connections[ObjectIdentifier(connection)] = connection }

    func remove(_ connection: Connection) { connections[ObjectIdentifier(connection)] = nil }

    func startSweeping(_ loop: any EventLoop) {
        let table = NIOLoopBound(self, eventLoop: loop)
        sweeping = loop.scheduleRepeatedTask(
            initialDelay: ConnectionLimits.sweepInterval, delay: ConnectionLimits.sweepInterval
        ) { _ in table.value.sweep() }
    }

    private func sweep() {
        let now = NIODeadline.now()
        // A copy, because a check may close its connection.
        for connection in Array(connections.values) { connection.check(now) }
    }

    /// Makes room: closes those connections that have been dispensable longest.
    /// - Returns: how many it closed.
    @discardableResult
    func closeIdle(atMost count: Int) -> Int {
        let now = NIODeadline.now()
        let idle = connections.values.compactMap { one in one.dispensableSince(now).map { (one, $0) } }
        let longest = count == 1 ? idle.min { $0.1 < $1.1 }.map { [$0] } ?? [] : idle.sorted { $0.1 < $1.1 }
        for (connection, _) in longest.prefix(count) { connection.close() }
        return min(count, longest.count)
    }

    /// From now on answers end their connection, and idle connections are closed.
    func stop() { stopping = .now() }

    var isStopping: Bool { stopping != nil }

    func closeAll() {
        sweeping?.cancel()
        for connection in Array(connections.values) { connection.close() }
    }
}
