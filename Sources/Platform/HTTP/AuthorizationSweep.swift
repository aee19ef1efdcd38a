package import Core
import Synchronization

/// Tries every endpoint of a table without the right to use it, through the same responder that serves requests. No
/// handler may run; with the right, each must.
package enum AuthorizationSweep {
    /// - Returns: a line for each endpoint that lets in whom it should not, or keeps out whom it should let in.
    package static func findings(_ endpoints: [Endpoint], world: World) async throws(Failure) -> [String] {
        let ran = Mutex(false)
        let probes = endpoints.map { endpoint in
            endpoint.with { _ in
                ran.withLock { $0 = true }
                return Response()
            }
        }
        let routes = try RouteTable(probes)
        var findings: [String] = []
        for visitor in Visitor.allCases {
            let responder = Responder(
                routes: routes, errorForms: [], settings: .init(), world: world,
                authorizer: SweepAuthorizer(visitor: visitor), observer: RequestObservers([]))
            for endpoint in endpoints {
                ran.withLock { $0 = false }
                let head = RequestHead(
                    method: endpoint.method, target: sample(endpoint.path), headers: Headers([("host", "localhost")]))
                let response = await responder.respond(to: head)
                let name = "\(endpoint.method) \(endpoint.path) as \(visitor.rawValue)"
                let expected = expectedStatus(endpoint.access, visitor)
                if ran.withLock({ $0 }) != (expected == 200) {
                    findings.append("\(name): the handler \(expected == 200 ? "did not run" : "ran")")
                } else if response.status != expected {
                    findings.append("\(name): status \(response.status), not \(expected)")
                }
            }
        }
        return findings
    }

    fileprivate enum Visitor: String, CaseIterable {
        case nobody = "nobody"
        case withoutRight = "somebody without the right"
        case withRight = "somebody with the right"
    }

    private static func expectedStatus(_ access: Endpoint.Access, _ visitor: Visitor) -> Int {
        switch (access, visitor) {
        case (.anyone, _), (.signedIn, .withoutRight), (_, .withRight): 200
        case (_, .nobody): 401
        case (.may, .withoutRight): 403
        }
    }

    /// A path that matches, with something in each parameter.
    private static func sample(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("{") ? "x" : String($0) }.joined(separator: "/")
    }
}

private struct SweepAuthorizer: Authorizer {
    let visitor: AuthorizationSweep.Visitor

    func principal(for head: RequestHead) async throws(Failure) -> Principal? {
        visitor == .nobody ? nil : Principal(name: "visitor", method: .local)
    }

    func allows(_ principal: Principal, _ permission: Permission, _ request: Request) async throws(Failure) -> Bool {
        visitor == .withRight
    }
}
