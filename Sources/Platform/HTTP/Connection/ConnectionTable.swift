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
    /// Of `ConnectionLimits.waitingBytes`, this loop's part.
    private let share: Int
    /// Since when the server has been stopping.
    private(set) var stopping: NIODeadline?
    private var connections: [ObjectIdentifier: Connection] = [:]
    private var sweeping: RepeatedTask?
    private var dateField = DateField()

    /// - Parameter loops: how many loops have such a table.
    init(
        responder: Responder, limits: ConnectionLimits, figures: ServerFigures, executor: EventLoopExecutor, loops: Int
    ) {
        self.responder = responder
        self.limits = limits
        self.figures = figures
        self.executor = executor
        share = limits.waitingBytes / loops
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
        cutSlowReaders()
    }

    /// When more waits for clients than may, those are cut that have been behind longest. A loop whose connections have
    /// no more than their share leaves it to the others.
    private func cutSlowReaders() {
        var excess = figures.answers.count - limits.waitingBytes
        guard excess > 0 else { return }
        excess = min(excess, connections.values.reduce(0) { $0 + $1.backlog } - share)
        let behind = connections.values.compactMap { one in one.behind.map { (one, $0.since) } }
        for (connection, _) in behind.sorted(by: { $0.1 < $1.1 }) {
            guard excess > 0 else { return }
            excess -= connection.backlog
            figures.countTimedOut()
            connection.close()
        }
    }

    /// Makes room: closes those connections that have been dispensable longest.
    /// - Returns: how many it closed.
    @discardableResult
    func closeIdle(atMost count: Int) -> Int {
        let now = NIODeadline.now()
        let idle = connections.values.compactMap { one in one.dispensableSince(now).map { (one, $0) } }
        let longest = count == 1 ? idle.min { $0.1 < $1.1 }.map { [$0] } ?? [] : idle.sorted { $0.1 < $1.1 }
        for (connection, _) in longest.prefix(count) {
            connection.close()
            // It says so itself only later, and must not be counted twice.
            remove(connection)
        }
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
