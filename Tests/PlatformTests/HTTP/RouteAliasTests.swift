import Core
import Platform
import Synchronization
import Testing

@Suite("Second addresses of routes")
struct RouteAliasTests {
    private static let alias = RouteAlias(prefix: "/old", beginnings: ["/api/", "/health"])
    private static let permission = Permission("thing.read", .read)

    private struct Somebody: Authorizer {
        let rights: Rights

        func principal(for head: RequestHead) async throws(Failure) -> Principal? {
            head.headers["authorization"] == nil ? nil : Principal(name: "ada", method: .token, rights: rights)
        }
    }

    private func respond(
        _ path: String, method: String = "GET", rights: Rights? = .everything, origin: String? = nil
    ) async throws -> (status: Int, text: String) {
        let echo: Endpoint.Handler = { .text("\($0.rawPath) \($0.parameters["x"] ?? "")") }
        let routes = try RouteTable(
            [
                Endpoint("GET", "/api/{x}", .may(Self.permission), .reads, "Test.", echo),
                Endpoint("POST", "/api/{x}", .may(Self.permission), .writes, "Test.", echo),
                Endpoint("GET", "/health", .anyone, .reads, "Test.", echo),
                Endpoint("GET", "/private", .anyone, .reads, "Test.", echo),
            ], aliases: [Self.alias])
        let form = ErrorForm(prefix: "/api/") { .text("form: \($0.failure.message)", status: $0.status) }
        let responder = Responder(
            routes: routes, errorForms: [form], settings: .init(), world: .live,
            authorizer: Somebody(rights: rights ?? .nothing), observer: SeenRequests())
        var headers = Headers([("host", "localhost")])
        if rights != nil { headers.append("authorization", "Bearer x") }
        if let origin { headers.append("origin", origin) }
        let response = await responder.respond(to: RequestHead(method: method, target: path, headers: headers))
        guard case .bytes(let bytes) = response.body else { return (response.status, "") }
        return (response.status, String(decoding: bytes, as: UTF8.self))
    }

    @Test("the endpoint answers, and sees its own path")
    func found() async throws {
        #expect(try await respond("/api/1") == (200, "/api/1 1"))
        #expect(try await respond("/old/api/1") == (200, "/api/1 1"))
        #expect(try await respond("/old/api/a%2Fb?q=1") == (200, "/api/a%2Fb a/b"))
        #expect(try await respond("/old/health", rights: nil) == (200, "/health "))
    }

    @Test(
        "what is not listed has no second address",
        arguments: ["/old/private", "/old", "/old/", "/oldapi/1", "/old/old/api/1"])
    func absent(_ path: String) async throws {
        #expect(try await respond(path).status == 404)
    }

    @Test("rights, origins and the form of errors are those of the first address")
    func checks() async throws {
        #expect(try await respond("/old/api/1", rights: nil).status == 401)
        let denied = try await respond("/old/api/1", rights: .nothing)
        #expect(denied.status == 403 && denied.text.hasPrefix("form: "))
        #expect(try await respond("/old/api/1", method: "POST", origin: "http://elsewhere.example").status == 403)
        #expect(try await respond("/old/api/1", method: "POST", origin: "http://localhost").status == 200)
        let wrong = try await respond("/old/api/1", method: "DELETE")
        #expect(wrong.status == 405 && wrong.text.hasPrefix("form: "))
        let unknown = try await respond("/old/api/1/2")
        #expect(unknown.status == 404 && unknown.text.hasPrefix("form: "))
    }

    @Test("an endpoint behind an alias is a bug")
    func hidden() throws {
        let endpoint = Endpoint("GET", "/old/api/x", .anyone, .reads, "Test.") { _ in Response() }
        #expect(throws: Failure.self) { try RouteTable([endpoint], aliases: [Self.alias]) }
        #expect(throws: Never.self) { try RouteTable([endpoint]) }
    }

    @Test("the sweep tries both addresses")
    func sweep() async throws {
        let endpoint = Endpoint("GET", "/api/{x}", .may(Self.permission), .reads, "Test.") { _ in Response() }
        #expect(try await AuthorizationSweep.findings([endpoint], aliases: [Self.alias], world: .live) == [])
    }
}
