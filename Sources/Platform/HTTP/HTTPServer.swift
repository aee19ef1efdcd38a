package import Core
package import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Binds an address and serves the endpoints until the task is cancelled or the process is told to stop.
package struct HTTPServer: Sendable {
    package struct Settings: Sendable {
        package var host: String
        /// 0 lets the system choose.
        package var port: Int
        /// Certificate and key; nil for plain HTTP.
        package var tls: TLSFiles?
        package var limits: ConnectionLimits
        /// How long requests under way may take to finish once the server is told to stop.
        package var graceTime: Duration
        /// Whether SIGTERM and SIGINT stop the server and SIGHUP reads the certificate again. Off in tests.
        package var obeysSignals: Bool

        package init(
            host: String, port: Int, tls: TLSFiles? = nil, limits: ConnectionLimits = ConnectionLimits(),
            graceTime: Duration = .seconds(30), obeysSignals: Bool = true
        ) {
            self.host = host
            self.port = port
            self.tls = tls
            self.limits = limits
            self.graceTime = graceTime
            self.obeysSignals = obeysSignals
        }
    }

    let settings: Settings
    let responder: Responder
    let figures: ServerFigures
    let logger: Logger

    package init(
        settings: Settings, responder: Responder, figures: ServerFigures = ServerFigures(), logger: Logger
    ) {
        self.settings = settings
        self.responder = responder
        self.figures = figures
        self.logger = logger
    }

    /// Serves until the task is cancelled or SIGTERM or SIGINT comes; then nothing new is accepted, what is under way
    /// is finished, and this returns. After the first signal the next one has the system's own effect: it ends the
    /// process at once.
    /// - Parameter started: called with the bound port once connections are accepted.
    /// - Throws: `unavailable` when the address cannot be bound, what is wrong with the certificate or key.
    package func run(started: @escaping @Sendable (Int) async -> Void) async throws(Failure) {
        let signals = settings.obeysSignals ? ProcessSignals() : nil
        let running: RunningServer
        do { running = try await start() } catch {
            signals?.restore()
            throw error
        }
        await started(running.port)
        await running.waitForStop(signals)
        let cut = await running.drain(settings.graceTime)
        if cut > 0 {
            logger.warning("stopped with requests under way", metadata: ["connections": "\(cut)"])
        }
    }

    /// Binds and accepts.
    package func start() async throws(Failure) -> RunningServer {
        let tls: TLSContext?
        if let files = settings.tls { tls = try TLSContext(files) } else { tls = nil }
        var limits = settings.limits
        limits.connections = min(limits.connections, FileDescriptors.forConnections())
        limits.refusals = min(limits.refusals, FileDescriptors.reserve / 2)
        let group = MultiThreadedEventLoopGroup.singleton
        var tables: [ObjectIdentifier: NIOLoopBound<ConnectionTable>] = [:]
        let loops = Array(group.makeIterator())
        for loop in loops {
            let shared = (responder, limits, figures, loops.count)
            let table = try? await loop.submit {
                let table = ConnectionTable(
                    responder: shared.0, limits: shared.1, figures: shared.2, executor: EventLoopExecutor(loop),
                    loops: shared.3)
                table.startSweeping(loop)
                return NIOLoopBound(table, eventLoop: loop)
            }.get()
            tables[ObjectIdentifier(loop)] = table
        }
        let listener = Listener(tables: tables, tls: tls, limits: limits, figures: figures, logger: logger)
        do {
            let channel = try await listener.bootstrap(group).bind(host: settings.host, port: settings.port).get()
            return RunningServer(
                channel: channel, tables: Array(tables.values), tls: tls, figures: figures, logger: logger)
        } catch {
            for table in tables.values { table.eventLoop.execute { table.value.closeAll() } }
            throw bindFailure(error)
        }
    }

    private func bindFailure(_ error: any Error) -> Failure {
        let place = "\(settings.host):\(settings.port)"
        if let error = error as? IOError, error.errnoCode == EADDRINUSE {
            return Failure(
                .unavailable, "\(place) is in use by another program", hint: "Stop it, or choose another --port.")
        }
        if let error = error as? IOError, error.errnoCode == EACCES {
            return Failure(.unavailable, "\(place): ports below 1024 need the right to use them", hint: "Use --port.")
        }
        return Failure(
            .unavailable, "cannot listen on \(place)", hint: "Is \(settings.host) an address of this machine?",
            cause: "\(error)")
    }
}

/// A server that accepts connections.
package struct RunningServer: Sendable {
    let channel: any Channel
    let tables: [NIOLoopBound<ConnectionTable>]
    let tls: TLSContext?
    let figures: ServerFigures
    let logger: Logger

    package var port: Int { channel.localAddress?.port ?? 0 }

    /// Until the task is cancelled, or a signal says so.
    func waitForStop(_ signals: ProcessSignals?) async {
        guard let signals else {
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
            return
        }
        for await signal in signals.all {
            guard signal == SIGHUP else { break }
            reloadCertificate()
        }
        signals.restore()
    }

    /// Reads certificate and key again, for new connections. The old ones stay when the new ones are no good.
    package func reloadCertificate() {
        guard let tls else { return }
        do {
            try tls.reload()
            logger.notice("read the certificate again")
        } catch {
            logger.error("kept the old certificate", metadata: ["error": "\(error.message)"])
        }
    }

    /// Accepts nothing more, lets what is under way finish, and closes.
    /// - Returns: how many connections were cut, because they took longer than `grace`.
    package func drain(_ grace: Duration) async -> Int {
        try? await channel.close().get()
        for table in tables { table.eventLoop.execute { table.value.stop() } }
        let deadline = ContinuousClock.now + grace
        while figures.open > 0, ContinuousClock.now < deadline {
            // The task may be cancelled already: that is one way to get here.
            await Task.detached { try? await Task.sleep(for: .milliseconds(10)) }.value
        }
        let cut = figures.open
        for table in tables { try? await table.eventLoop.submit { table.value.closeAll() }.get() }
        return cut
    }
}
