import Core
import Platform
import Synchronization
import Testing

@Suite("Authorisation")
struct AuthorizationTests {
    private static let permission = Permission("thing.read", .read)

    /// Knows one user, who may read things.
    private struct OneUser: Authorizer {
        func principal(for head: RequestHead) async throws(Failure) -> Principal? {
            switch head.headers["authorization"] {
            case nil: nil
            case "Bearer good": Principal(name: "ada", method: .token, rights: Rights(.read))
            default: throw Failure(.unauthenticated, "unknown credentials")
            }
        }
    }

    private func respond(_ path: String, _ authorization: String?) async throws -> (status: Int, ran: String?) {
        let ran = Mutex<String?>(nil)
        func endpoint(_ path: String, _ access: Endpoint.Access) -> Endpoint {
            Endpoint("GET", path, access, .reads, "Test.") { request in
                ran.withLock { $0 = request.principal.name }
                return .text("done")
            }
        }
        let responder = Responder(
            routes: try RouteTable([
                endpoint("/anyone", .anyone), endpoint("/signed-in", .signedIn),
                endpoint("/may", .may(Self.permission)), endpoint("/other", .may(Permission("thing.write", .edit))),
            ]), errorForms: [], settings: .init(), world: .live, authorizer: OneUser(), observer: SeenRequests())
        let fields = [("host", "localhost")] + (authorization.map { [("Authorization", $0)] } ?? [])
        let response = await responder.respond(
            to: RequestHead(method: "GET", target: path, headers: Headers(fields)))
        if response.status == 401 { #expect(response.headers.all("www-authenticate").count == 2) }
        return (response.status, ran.withLock { $0 })
    }

    @Test("nobody, somebody, and wrong credentials, at each kind of endpoint")
    func kinds() async throws {
        #expect(try await respond("/anyone", nil) == (200, "nobody"))
        #expect(try await respond("/anyone", "Bearer good") == (200, "ada"))
        #expect(try await respond("/anyone", "Bearer bad") == (401, nil))
        #expect(try await respond("/signed-in", nil) == (401, nil))
        #expect(try await respond("/signed-in", "Bearer good") == (200, "ada"))
        #expect(try await respond("/may", nil) == (401, nil))
        #expect(try await respond("/may", "Bearer good") == (200, "ada"))
        #expect(try await respond("/other", "Bearer good") == (403, nil))
    }

    @Test("the sweep is content with endpoints of all kinds, and runs each with the right")
    func sweep() async throws {
        let endpoints = ["GET", "POST", "PUT", "DELETE"].flatMap { method in
            [Endpoint.Access.anyone, .signedIn, .may(Self.permission)].enumerated().map { index, access in
                Endpoint(method, "/\(index)/{x}/{rest...}", access, method == "GET" ? .reads : .writes, "Test.") { _ in
                    Response(status: 500)
                }
            }
        }
        #expect(try await AuthorizationSweep.findings(endpoints, world: .live) == [])
    }

    @Test("the sweep finds an endpoint that cannot be reached with the right")
    func sweepFinds() async throws {
        // The literal takes the sample's place of the parameter, so the second endpoint is never asked.
        let endpoints = ["/a/x", "/a/{name}"].map {
            Endpoint("GET", $0, .may(Self.permission), .reads, "Test.") { _ in Response() }
        }
        #expect(try await AuthorizationSweep.findings(endpoints, world: .live) == [])
        let unreachable = [
            Endpoint("TRACE X", "/a", .may(Self.permission), .reads, "Test.") { _ in Response() },
            Endpoint("GET", "/\u{e9}", .may(Self.permission), .reads, "Test.") { _ in Response() },
        ]
        #expect(try await AuthorizationSweep.findings(unreachable, world: .live).count >= 1)
    }

    @Test("single-user mode listens on loopback addresses only; with users, others need protection on the way")
    func listening() {
        for host in ["127.0.0.1", "127.1.2.3", "localhost", "LocalHost", "::1"] {
            #expect(throws: Never.self) {
                try ListeningAddress.check(host, hasIdentity: false, isProtected: false)
            }
        }
        for host in ["0.0.0.0", "::", "192.168.1.2", "127.0.0.1.example", "127.0.0", "ml.example.com", "", "128.0.0.1"]
        {
            for (hasIdentity, isProtected) in [(false, false), (false, true), (true, false)] {
                #expect(throws: Failure.self) {
                    try ListeningAddress.check(host, hasIdentity: hasIdentity, isProtected: isProtected)
                }
            }
            #expect(throws: Never.self) { try ListeningAddress.check(host, hasIdentity: true, isProtected: true) }
        }
    }
}
