import Access
import Core
import Logging
import MLflow
import Platform
import Synchronization
import TestSupport
import Testing

/// A server with the domain Access and a few endpoints to ask for, over a database of its own and a real event log.
/// Requests go through the responder as those of connections do.
final class TestAccess: Sendable {
    struct Answer {
        let status: Int
        let json: JSON
        let headers: Headers

        var message: String? { json["error"]?["message"]?.text ?? json["message"]?.text }
        var errorCode: String? { json["error_code"]?.text }
        /// The value of the cookie that is set.
        var cookie: String? {
            headers["set-cookie"].map { String($0.prefix { $0 != ";" }.drop { $0 != "=" }.dropFirst()) }
        }
    }

    /// How a request says who it is from.
    enum Who {
        case nobody
        case basic(String, String)
        case bearer(String)
        case cookie(String)
        /// A cookie without any word on where the request comes from.
        case bareCookie(String)
    }

    static let password = "correct horse battery"
    static let fast = ScryptParameters(cost: 4, blockSize: 8, parallelism: 1)

    let clock: StillClock
    let services: Services
    let access: Access
    let storage: TestDatabase
    private let artifacts: TestArtifacts
    private let responder: Responder

    convenience init(
        _ backend: Backend = .sqlite, requiresSignIn: Bool = true, passwords: ScryptParameters = TestAccess.fast
    ) throws {
        try self.init(TestDatabase(backend), StillClock(), requiresSignIn, passwords, SignOnSettings())
    }

    convenience init(clock: StillClock, signOn: SignOnSettings) throws {
        try self.init(TestDatabase(.sqlite), clock, true, TestAccess.fast, signOn)
    }

    /// Another server over the same database.
    convenience init(sharing other: TestAccess, passwords: ScryptParameters = TestAccess.fast) throws {
        try self.init(other.storage, other.clock, true, passwords, SignOnSettings())
    }

    private init(
        _ storage: TestDatabase, _ clock: StillClock, _ requiresSignIn: Bool, _ passwords: ScryptParameters,
        _ signOn: SignOnSettings
    ) throws {
        self.storage = storage
        self.clock = clock
        artifacts = try TestArtifacts()
        try Migrations.apply(Server.migrations + Access.migrations, storage.driver, now: clock.now)
        let world = clock.world
        let database = try Database(
            driver: storage.driver, recorder: EventLog(now: world.now, signal: EventSignal()))
        services = Services(
            database: database, world: world, artifacts: artifacts.store,
            pageTokens: PageTokens(key: Array(repeating: 7, count: 32)))
        var settings = Access.Settings()
        settings.requiresSignIn = requiresSignIn
        settings.passwords = passwords
        settings.signOn = signOn
        access = try Access(services, directories: [TestDirectory()], settings: settings)
        let endpoints = access.endpoints + Probe.endpoints
        responder = Responder(
            routes: try RouteTable(endpoints), errorForms: MLflowErrors.forms,
            settings: .init(), world: world, authorizer: access.authorizer ?? LocalAuthorizer(),
            idempotency: Idempotency(database: database),
            site: Site(hasSignIn: true, permissions: PermissionUse.all(endpoints), now: world.now),
            observer: RequestObservers([]))
    }

    deinit { services.database.close() }

    // MARK: Requests

    func send(
        _ method: String, _ path: String, as who: Who = .nobody, _ body: JSON? = nil,
        from address: String = "192.0.2.1", isSecure: Bool = false, headers: [(name: String, value: String)] = []
    ) async -> Answer {
        let type = body == nil ? [] : [(name: "content-type", value: "application/json")]
        let response = await respond(
            method, path, as: who, body: body?.serialised() ?? [], from: address, isSecure: isSecure,
            headers: headers + type)
        guard case .bytes(let bytes) = response.body else {
            Issue.record("a streamed answer to \(path)")
            return Answer(status: response.status, json: .null, headers: response.headers)
        }
        return Answer(
            status: response.status, json: (try? JSONParser.parse(bytes)) ?? .null, headers: response.headers)
    }

    func respond(
        _ method: String, _ path: String, as who: Who, body: [UInt8], from address: String = "192.0.2.1",
        isSecure: Bool = false, headers more: [(name: String, value: String)]
    ) async -> Response {
        var headers = Headers([("host", "localhost")] + more)
        let name = isSecure ? "__Host-stw" : "stw"
        switch who {
        case .nobody: break
        case .basic(let name, let password): headers["authorization"] = StoredCredentials.basic(name, password)
        case .bearer(let token): headers["authorization"] = "Bearer \(token)"
        case .cookie(let value):
            headers["cookie"] = "other=1; \(name)=\(value)"
            headers["steward-request"] = "1"
        case .bareCookie(let value): headers["cookie"] = "\(name)=\(value)"
        }
        return await responder.respond(
            to: RequestHead(
                method: method, target: path, headers: headers, clientAddress: address, isSecure: isSecure),
            body: body)
    }

    /// Whether an endpoint that asks for a level lets somebody in.
    func may(_ level: Permission.Level, _ who: Who, from address: String = "192.0.2.1") async -> Int {
        await send("GET", "/probe/\(level)", as: who, from: address).status
    }

    // MARK: What many tests do

    static let admin = Who.basic("root", password)

    /// Makes the administrator `root` with the link that the first start shows.
    func setUp() async throws {
        let token = try await setUpToken()
        let answer = await send(
            "POST", "/api/v1/setup",
            .record(["token": .string(token), "name": .string("root"), "password": .string(Self.password)]))
        try #require(answer.status == 201, "\(answer.json.text())")
    }

    func setUpToken() async throws -> String {
        let notes = try await access.notes(at: "http://localhost:5000")
        let note = try #require(notes.first)
        return try #require(note.split(separator: "token=").last.map(String.init))
            .trimmingCharacters()
    }

    func createUser(_ name: String, _ role: String?, password: String? = TestAccess.password) async throws {
        var members: [JSON.Member] = [JSON.Member("name", .string(name))]
        if let role { members.append(JSON.Member("role", .string(role))) }
        if let password { members.append(JSON.Member("password", .string(password))) }
        let answer = await send("POST", "/api/v1/users", as: Self.admin, .object(members))
        try #require(answer.status == 201, "\(answer.json.text())")
    }

    /// - Returns: the token.
    func makeToken(_ who: Who, _ body: JSON) async throws -> String {
        let answer = await send("POST", "/api/v1/tokens", as: who, body)
        return try #require(answer.json["token"]?.text, "\(answer.json.text())")
    }

    /// - Returns: the value of the cookie.
    func signIn(_ name: String, password: String = TestAccess.password, cookie: String? = nil) async throws -> String {
        let answer = await send(
            "POST", "/api/v1/sessions", as: cookie.map { .cookie($0) } ?? .nobody,
            .record(["name": .string(name), "password": .string(password)]))
        return try #require(answer.cookie, "\(answer.json.text())")
    }

    @discardableResult
    func grant(_ level: String, _ user: String, as who: Who = TestAccess.admin, _ about: JSON.Member...) async -> Answer
    {
        await send(
            "PUT", "/api/v1/grants", as: who,
            .object([JSON.Member("level", .string(level)), JSON.Member("user", .string(user))] + about))
    }

    /// All events there are, the oldest first.
    func events() async throws -> [RecordedEvent] {
        try await services.database.read { sql in
            var query = EventQuery()
            query.limit = 1000
            return try EventLog.events(query, sql)
        }
    }

    /// Everything the database holds, as text.
    func everything() async throws -> String {
        try await services.database.read { sql in
            var text = ""
            for table in [
                "access_user", "access_token", "access_session", "access_link", "access_grant", "platform_idempotency",
                "eventlog_entry",
            ] {
                let columns: [String] =
                    switch table {
                    case "platform_idempotency": ["content"]
                    case "eventlog_entry": ["entry"]
                    case "access_user": ["password"]
                    case "access_token": ["digest"]
                    case "access_session": ["digest"]
                    case "access_link": ["digest"]
                    default: ["target"]
                    }
                for column in columns {
                    try sql.forEach("SELECT \(column) FROM \(table)") { row in
                        text += String(decoding: row.bytes(0), as: UTF8.self) + row.text(0) + "\n"
                    }
                }
            }
            return text
        }
    }
}

extension String {
    fileprivate func trimmingCharacters() -> String { filter { !$0.isWhitespace } }
}

/// Endpoints that ask for a level over everything, and over a thing that is named.
private enum Probe {
    static let endpoints =
        Permission.Level.allCases.map { level in
            Endpoint("GET", "/probe/\(level)", .may(Permission("probe.\(level)", level)), .reads, "A probe.") {
                .text($0.principal.name)
            }
        } + [
            Endpoint("POST", "/probe/write", .signedIn, .writes, "A probe.") { .text($0.principal.name) },
            Endpoint("GET", "/probe/anyone", .anyone, .reads, "A probe.") { .text($0.principal.name) },
        ]
        + Permission.Level.allCases.filter { $0 != .administer }.map { level in
            Endpoint(
                "GET", "/probe/model/{name}/\(level)", .may(Permission("probe.model", level, of: .registeredModel)),
                .reads, "A probe."
            ) { .text($0.principal.name) }
            .about { request in
                [.existing(.registeredModel(try request.parameter("name")), absence: Failure(.notFound, "no model"))]
            }
        }
}

/// Experiments 1 `churn` and 2 `fraud`, and any model but `missing`.
private struct TestDirectory: SubjectDirectory {
    func subject(_ kind: Subject.Kind, _ target: Grant.Target, _ sql: any SQLConnection) -> Subject? {
        let experiments: [(id: Int64, name: String)] = [(1, "churn"), (2, "fraud")]
        switch (kind, target) {
        case (.experiment, .id(let id)):
            return experiments.first { $0.id == id }.map { .experiment($0.id, $0.name) }
        case (.experiment, .name(let name)):
            return experiments.first { $0.name == name }.map { .experiment($0.id, $0.name) }
        case (.registeredModel, .name(let name)): return name == "missing" ? nil : .registeredModel(name)
        default: return nil
        }
    }
}
