import Access
import ArgumentParser
import Core
import Foundation
import Platform

/// Measures what it costs to find out who a request is from: the CPU time of the process for a request whose
/// credentials were verified a moment ago, as those of stock clients are, and for one whose password is hashed.
@main
struct AccessBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "access-benchmark")

    @Argument(help: "The database file to make; its folder must exist.")
    var path: String

    @Option(help: "Requests of each kind.")
    var requests = 200_000

    private static let password = "correct horse battery"

    func run() async throws {
        let driver = SQLiteDriver(path: path, readers: 2)
        try Migrations.apply(Server.migrations + Access.migrations, driver, now: World.live.now())
        let services = Services(
            database: try Database(
                driver: driver, recorder: EventLog(now: World.live.now, signal: EventSignal())), world: .live,
            artifacts: try LocalArtifactStore(root: path + ".artifacts"),
            pageTokens: PageTokens(key: Array(repeating: 1, count: 32)))
        defer { services.database.close() }
        let access = try Access(services, settings: Access.Settings(requiresSignIn: true))
        guard let authorizer = access.authorizer else { return }
        let responder = Responder(
            routes: try RouteTable(access.endpoints), errorForms: [], settings: .init(), world: .live,
            authorizer: authorizer, observer: RequestObservers([]))
        try await makeAdministrator(access, responder)
        let basic = StoredCredentials.basic("root", Self.password)
        let token = try await makeToken(responder, basic)
        for (name, header) in [("user and password", basic), ("token", "Bearer \(token)")] {
            try await measure("\(name), verified before", requests, authorizer) { _ in header }
        }
        try await measure("password that is hashed", 20, authorizer) { index in
            StoredCredentials.basic("user\(index)", Self.password)
        }
    }

    private func makeAdministrator(_ access: Access, _ responder: Responder) async throws {
        let note = try await access.notes(at: "http://localhost").first ?? ""
        let token = String(note.split(separator: "token=").last ?? "").filter { !$0.isWhitespace }
        _ = try await send(
            responder, "/api/v1/setup", nil,
            .record(["token": .string(token), "name": .string("root"), "password": .string(Self.password)]))
    }

    private func makeToken(_ responder: Responder, _ authorization: String) async throws -> String {
        try await send(responder, "/api/v1/tokens", authorization, .record(["name": .string("t")]))["token"]?.text ?? ""
    }

    private func send(
        _ responder: Responder, _ path: String, _ authorization: String?, _ body: JSON
    ) async throws -> JSON {
        var headers = Headers([("host", "localhost"), ("content-type", "application/json")])
        headers["authorization"] = authorization
        let response = await responder.respond(
            to: RequestHead(method: "POST", target: path, headers: headers), body: body.serialised())
        guard response.status == 201, case .bytes(let bytes) = response.body else {
            throw Failure(.bug, "\(path) answers with status \(response.status)")
        }
        return try JSONParser.parse(bytes)
    }

    private func measure(
        _ name: String, _ count: Int, _ authorizer: any Authorizer, _ authorization: (Int) -> String
    ) async throws {
        // Different requests of different clients: heads are made before the clock runs.
        let heads = (0..<min(count, 1000)).map { index in
            RequestHead(
                method: "GET", target: "/",
                headers: Headers([
                    ("host", "localhost"), ("user-agent", "bench"), ("authorization", authorization(index)),
                ]), clientAddress: "192.0.2.\(index % 200)")
        }
        _ = try? await authorizer.principal(for: heads[0])
        let cpu = Self.cpuSeconds()
        let began = ContinuousClock.now
        for index in 0..<count { _ = try? await authorizer.principal(for: heads[index % heads.count]) }
        let spent = (Self.cpuSeconds() - cpu) / Double(count) * 1e6
        let wall = (ContinuousClock.now - began) / count
        print(
            "\(name.padding(toLength: 36, withPad: " ", startingAt: 0)) "
                + "\(String(format: "%12.2f", spent)) µs CPU   \(wall)   \(count) times")
    }

    private static func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
