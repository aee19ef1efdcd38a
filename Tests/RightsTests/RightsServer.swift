import Access
import Core
import Foundation
import Logging
import MLflow
import Platform
import Registry
import Synchronization
import TestSupport
import Testing
import Tracking

/// The endpoints of the product over a database and a folder of its own, asked as the HTTP server asks them: through
/// the responder, with an authorizer that knows some people by their tokens.
final class RightsServer: Sendable {
    struct Answer {
        let status: Int
        let text: String
        /// Where a browser is sent.
        let location: String?

        var json: JSON { (try? JSONParser.parse(text)) ?? .null }
        /// Whether somebody was turned away at the door.
        var isRefused: Bool { isUnknown || status == 403 }
        /// Nobody has signed in, or not with what is right: pages lead to where one does.
        var isUnknown: Bool { status == 401 || status == 303 && location?.hasPrefix("/sign-in?") == true }
        var isDone: Bool { (200..<300).contains(status) }
    }

    let endpoints: [Endpoint]
    let routes: RouteTable
    let services: Services
    private let responder: Responder
    private let people: People
    private let storage: TestDatabase
    private let folder: URL

    init(_ backend: Backend = .sqlite) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "rights-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appending(path: "keys"), withIntermediateDirectories: true)
        storage = try TestDatabase(backend)
        var settings = ServerSettings()
        settings.dataFolder = folder.path
        settings.database = storage.location
        let server = try await Server(
            settings, world: .live, logger: Logger(label: "test"),
            migrations: Tracking.migrations + Registry.migrations + Access.migrations, plug: Self.domains)
        services = server.services
        endpoints = ServerEndpoints(
            database: services.database, metrics: Metrics(), program: "0", protocolVersion: "3"
        ).endpoints(beside: server.endpoints)
        routes = try RouteTable(endpoints)
        people = People(accounts: server.domains.compactMap(\.authorizer).first)
        responder = Responder(
            routes: routes, errorForms: MLflowErrors.forms, settings: .init(), world: .live, authorizer: people,
            site: server.site(version: "0", endpoints), observer: RequestObservers([]))
    }

    deinit {
        services.database.close()
        try? FileManager.default.removeItem(at: folder)
    }

    /// As `Product` plugs them.
    private static func domains(_ services: Services) throws -> [any Domain] {
        let access = try Access(services, directories: [ExperimentDirectory(), ModelDirectory()])
        var services = services
        services.grants = access.subjectGrants
        let tracking = Tracking(services, uses: Registry.artifactUses)
        var settings = Registry.Settings()
        // So that sources are refused for the rights they lack, and for nothing else.
        settings.sourceCheck = SourceCheck(.compatible)
        let registry = Registry(
            services, sources: tracking.modelSources, downloads: tracking.downloads, settings: settings)
        let interface = try StockInterface(beside: tracking.endpoints + registry.endpoints, files: nil)
        return [tracking, registry, access, interface]
    }

    /// Makes somebody known.
    /// - Returns: what they sign in with.
    func add(_ name: String, _ rights: Rights) -> String {
        people.known.withLock { $0[name] = rights }
        return name
    }

    /// - Parameters:
    ///   - target: the path with its query.
    ///   - person: nil for nobody.
    func send(_ method: String, _ target: String, _ body: String? = nil, as person: String?) async -> Answer {
        var headers = Headers([("host", "localhost")])
        if let person { headers["authorization"] = "Bearer \(person)" }
        if let body {
            let isJSON = body.utf8.first == UInt8(ascii: "{")
            headers["content-type"] = isJSON ? "application/json" : "application/x-www-form-urlencoded"
        }
        let response = await responder.respond(
            to: RequestHead(method: method, target: target, headers: headers), body: Array((body ?? "").utf8))
        switch response.body {
        case .bytes(let bytes):
            return Answer(
                status: response.status, text: String(decoding: bytes, as: UTF8.self),
                location: response.headers["location"])
        case .stream(_, let write):
            let sink = Collector()
            do { try await write(sink) } catch { Issue.record("the answer to \(target) broke off: \(error)") }
            return Answer(
                status: response.status, text: String(decoding: sink.bytes, as: UTF8.self), location: nil)
        }
    }

    /// How many rows have been written since the database was opened.
    func changes() async throws -> Int64 {
        guard storage.backend == .sqlite else { return try await eventCount() }
        return try await services.database.write {
            try $0.sql.first("SELECT total_changes()", []) { $0.integer(0) } ?? 0
        }
    }

    private func eventCount() async throws -> Int64 {
        try await services.database.read { try EventLogTree($0).size }
    }
}

private final class People: Authorizer {
    let known = Mutex<[String: Rights]>([:])
    /// Knows the tokens that the server has given out.
    private let accounts: (any Authorizer)?

    init(accounts: (any Authorizer)?) { self.accounts = accounts }

    func principal(for head: RequestHead) async throws(Failure) -> Principal? {
        guard let header = head.headers["authorization"] else { return nil }
        let name = String(header.dropFirst("Bearer ".count))
        if name.hasPrefix("stw_") { return try await accounts?.principal(for: head) }
        guard let rights = known.withLock({ $0[name] }) else {
            throw Failure(.unauthenticated, "unknown credentials")
        }
        return Principal(name: name, method: .token, rights: rights)
    }
}

private final class Collector: ResponseSink {
    private let collected = Mutex<[UInt8]>([])

    var bytes: [UInt8] { collected.withLock { $0 } }

    func write(_ bytes: [UInt8]) { collected.withLock { $0 += bytes } }
}
