package import Core
package import Logging

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The whole server put together, from settings to a running process. Tests build the same with other settings.
package struct Server {
    /// Makes the domains from what every domain is built from. It is the one place where one can be given another's
    /// ports.
    package typealias Plug = @Sendable (Services) throws -> [any Domain]

    /// What the platform keeps for itself, before the domains' own tables.
    package static let migrations =
        EventLog.migrations + Runner.migrations + ServerSecrets.migrations + Idempotency.migrations
        + JobQueue.migrations

    package let services: Services
    package let database: Database
    package let domains: [any Domain]
    package let auditKey: SigningKey
    let settings: ServerSettings
    let signal: EventSignal
    let logger: Logger
    let routineLog = RoutineLog()
    private let started: Timestamp

    /// Opens the database, brings its schema up to date and builds the domains.
    package init(
        _ settings: ServerSettings, world: World, logger: Logger, migrations: [Migration], plug: Plug
    ) async throws {
        self.settings = settings
        self.logger = logger
        started = world.now()
        signal = EventSignal()
        let driver = try DatabaseLocation(settings.databaseLocation).makeDriver()
        try Migrations.apply(Self.migrations + migrations, driver, now: world.now())
        let database = try Database(driver: driver, recorder: EventLog(now: world.now, signal: signal))
        self.database = database
        // What may refuse the start comes before what leaves something behind.
        let artifacts = try LocalArtifactStore(root: settings.artifacts)
        let known = try await database.read(AuditKey.recorded)
        let key = try AuditKey.load(settings.keyFile, name: Self.auditKeyName(), recorded: known)
        auditKey = key
        let tokenKey = try await database.write { transaction in
            try AuditKey.check(key, transaction)
            return try ServerSecrets.pageTokenKey(transaction, world.random)
        }
        let services = Services(
            database: database, world: world, artifacts: artifacts,
            pageTokens: PageTokens(key: tokenKey))
        self.services = services
        domains = try plug(services)
    }

    package var endpoints: [Endpoint] {
        AuditEndpoints(database: database, key: auditKey).endpoints + [Asset.endpoint]
            + AuditPages(database: database, key: auditKey).endpoints + SystemPage(status).endpoints
            + HomePage(
                parts: [RecentEvents(database: database).part] + domains.flatMap(\.homeParts),
                searches: domains.flatMap(\.quickSearches)
            ).endpoints
            + domains.flatMap(\.endpoints)
    }

    private var status: SystemStatus {
        SystemStatus(
            database: database, routines: domains.flatMap(\.routines),
            reactors: domains.flatMap(\.reactors).map(\.name),
            routineLog: routineLog, host: settings.host, isEncrypted: settings.tls != nil, started: started,
            now: services.world.now)
    }

    /// What all pages have around them.
    /// - Parameter endpoints: all there are.
    package func site(version: String, _ endpoints: [Endpoint]) -> Site {
        Site(
            navigation: AuditPages.navigation + SystemPage.navigation
                + domains.flatMap { type(of: $0).navigation },
            subjects: domains.flatMap { type(of: $0).subjectPages },
            eventWords: domains.compactMap { type(of: $0).eventWords }, hasSignIn: authorizer != nil,
            permissions: PermissionUse.all(endpoints), version: version, now: services.world.now)
    }

    private var authorizer: (any Authorizer)? { domains.compactMap(\.authorizer).first }

    /// What the domains have to say to whoever has started the server.
    package func notes(at address: String) async throws -> [String] {
        var notes: [String] = []
        for domain in domains { notes += try await domain.notes(at: address) }
        return notes
    }

    /// The name that a new log gets (C2SP origin).
    package static func auditKeyName() -> String { "steward.\(hostName())/audit" }

    private static func hostName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        let name = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let allowed = name.filter { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        return allowed.isEmpty ? "localhost" : String(decoding: allowed, as: UTF8.self)
    }

    /// Who serves, for `run`.
    package struct Identity: Sendable {
        /// The version of the program.
        package let version: String
        /// What `/version` answers; MLflow's clients compare it.
        package let protocolVersion: String

        package init(version: String, protocolVersion: String) {
            self.version = version
            self.protocolVersion = protocolVersion
        }
    }

    /// Serves until the process is told to stop; what is under way is finished first.
    /// - Parameter started: called with the port once connections are accepted.
    package func run(
        _ identity: Identity, errorForms: [ErrorForm], log: Log, started: @escaping @Sendable (Int) async -> Void
    ) async throws {
        try settings.checkAddress()
        let metrics = Metrics()
        let own = ServerEndpoints(
            database: database, metrics: metrics, program: identity.version, protocolVersion: identity.protocolVersion)
        let all = own.endpoints(beside: endpoints)
        let routes = try RouteTable(all, aliases: domains.flatMap(\.aliases))
        let requests = RequestMetrics(routes)
        let idempotency = Idempotency(database: database)
        let responder = Responder(
            routes: routes, errorForms: errorForms,
            settings: .init(
                hosts: settings.hosts, origins: Set(settings.allowedOrigins.map { $0.lowercased() }),
                proxies: settings.proxies),
            world: services.world, authorizer: authorizer ?? LocalAuthorizer(), idempotency: idempotency,
            site: site(version: identity.version, all), observer: RequestObservers([AccessLog(log), requests]))
        let server = HTTPServer(
            settings: .init(host: settings.host, port: settings.port, tls: settings.tls), responder: responder,
            logger: logger)
        addMetrics(metrics, requests, server, identity)
        let runner = Runner(database: database, world: services.world, signal: signal, logger: logger, log: routineLog)
        let background = Task {
            await runner.run(
                routines: domains.flatMap(\.routines) + [idempotency.routine], reactors: domains.flatMap(\.reactors))
        }
        defer {
            database.close()
            log.writer.flush()
        }
        var problem: (any Error)?
        do { try await server.run(started: started) } catch { problem = error }
        // Nothing may be at work when the database is closed, however this ends.
        background.cancel()
        _ = await background.value
        if let problem { throw problem }
    }

    private func addMetrics(
        _ metrics: Metrics, _ requests: RequestMetrics, _ server: HTTPServer, _ identity: Identity
    ) {
        metrics.add { requests.families() }
        metrics.addServer(server.figures, server.responder)
        metrics.addDatabase(database)
        metrics.addGauge("steward_eventlog_entries", "Entries of the event log.") { [database] in
            (try? await database.read { try EventLog.size($0) }).map(Double.init)
        }
        metrics.addJobs(database)
        metrics.addReactors(domains.flatMap(\.reactors).map(\.name), database)
        metrics.addProcess(version: identity.version, started: services.world.now())
    }
}
