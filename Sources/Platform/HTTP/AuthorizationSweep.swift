package import Core
import Synchronization

/// Tries every endpoint of a table as somebody who may not use it, through the same responder that serves requests. No
/// handler may run then; with just the right it takes, each must. That an endpoint asks for the right permission, this
/// cannot know: a list made by hand says that.
package enum AuthorizationSweep {
    /// - Parameter aliases: the second addresses of endpoints, which are tried as well.
    /// - Returns: a line for each endpoint that lets in whom it should not, or keeps out whom it should let in.
    package static func findings(
        _ endpoints: [Endpoint], aliases: [RouteAlias] = [], world: World
    ) async throws(Failure) -> [String] {
        let ran = Mutex(false)
        let probes = endpoints.map { endpoint in
            endpoint.with { _ in
                ran.withLock { $0 = true }
                return Response()
            }
        }
        let routes = try RouteTable(probes, aliases: aliases)
        var findings: [String] = []
        for endpoint in endpoints {
            let path = sample(endpoint.path)
            for visitor in Visitor.allCases {
                let responder = Responder(
                    routes: routes, errorForms: [], settings: .init(), world: world,
                    authorizer: SweepAuthorizer(principal: visitor.principal(at: endpoint)),
                    observer: RequestObservers([]))
                let expected = expectedStatuses(endpoint, visitor)
                for address in [path] + aliases.compactMap({ $0.address(of: path) }) {
                    ran.withLock { $0 = false }
                    let head = RequestHead(
                        method: endpoint.method, target: address, headers: Headers([("host", "localhost")]))
                    let response = await responder.respond(to: head)
                    let name = "\(endpoint.method) \(endpoint.path) at \(address) as \(visitor.rawValue)"
                    if ran.withLock({ $0 }) != (expected == [200]) {
                        findings.append("\(name): the handler \(expected == [200] ? "did not run" : "ran")")
                    } else if !expected.contains(response.status) {
                        findings.append("\(name): status \(response.status)")
                    }
                }
            }
        }
        return findings
    }

    private enum Visitor: String, CaseIterable {
        case nobody = "nobody"
        case withoutRights = "somebody without rights"
        case oneLevelBelow = "somebody one level below"
        case withRight = "somebody with the right"

        func principal(at endpoint: Endpoint) -> Principal? {
            let level: Permission.Level =
                if case .may(let permission) = endpoint.access { permission.level } else { .read }
            let rights: Rights =
                switch self {
                case .nobody, .withoutRights: .nothing
                case .oneLevelBelow: Rights(Permission.Level(rawValue: level.rawValue - 1))
                case .withRight: Rights(level)
                }
            return self == .nobody ? nil : Principal(name: "visitor", method: .password, rights: rights)
        }
    }

    /// An endpoint that looks for its subjects may find that the sample names none, or is no request at all.
    private static func expectedStatuses(_ endpoint: Endpoint, _ visitor: Visitor) -> Set<Int> {
        switch (endpoint.access, visitor, endpoint.scope) {
        case (.anyone, _, _), (_, .withRight, _), (.signedIn, .withoutRights, _), (.signedIn, .oneLevelBelow, _): [200]
        case (_, .nobody, _): [401]
        case (.may, _, .everything): [403]
        case (.may, _, .filtered): [200]
        case (.may, _, .subjects): [400, 403, 404]
        }
    }

    /// A path that matches, with something in each parameter.
    private static func sample(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("{") ? "x" : String($0) }.joined(separator: "/")
    }
}

private struct SweepAuthorizer: Authorizer {
    let principal: Principal?

    func principal(for head: RequestHead) async throws(Failure) -> Principal? { principal }
}
