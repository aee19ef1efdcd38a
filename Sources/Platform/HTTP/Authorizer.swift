package import Core

/// Decides who a request is from and what that may do. Every request for an endpoint passes here; there is no other
/// place that could be forgotten.
package protocol Authorizer: Sendable {
    /// Who is asking.
    /// - Returns: nil when nobody has signed in.
    /// - Throws: `unauthenticated` for credentials that are wrong, `unavailable` when they cannot be checked now.
    func principal(for head: RequestHead) async throws(Failure) -> Principal?

    /// Whether `principal` may use an endpoint that asks for `permission`.
    func allows(_ principal: Principal, _ permission: Permission, _ request: Request) async throws(Failure) -> Bool
}

/// Single-user mode: whoever reaches the server is `local` and may do everything. It is for loopback addresses only;
/// `ListeningAddress.check` sees to that.
package struct LocalAuthorizer: Authorizer {
    package init() {}

    package func principal(for head: RequestHead) async throws(Failure) -> Principal? { .local }

    package func allows(_ principal: Principal, _ permission: Permission, _ request: Request) async throws(Failure)
        -> Bool
    { true }
}

extension Authorizer {
    /// - Returns: who the request is from, once it is clear that they may use the endpoint.
    /// - Throws: `unauthenticated` when nobody has signed in, `denied` when they may not.
    func admit(_ head: RequestHead, _ access: Endpoint.Access, _ request: (Principal) -> Request) async throws(Failure)
        -> Request
    {
        if access == .anyone { return request(try await principal(for: head) ?? .nobody) }
        guard let principal = try await principal(for: head) else {
            throw Failure(.unauthenticated, "nobody is signed in", hint: "Send credentials.")
        }
        let request = request(principal)
        if case .may(let permission) = access, try await !allows(principal, permission, request) {
            throw Failure(.denied, "\(principal.name) lacks the permission \(permission.name)")
        }
        return request
    }
}

/// Where a server may listen.
package enum ListeningAddress {
    /// - Parameter hasIdentity: whether users are told apart; without it, only this machine may reach the server.
    /// - Throws: `denied` for an address that others reach while everybody would be the same user.
    package static func check(_ host: String, hasIdentity: Bool) throws(Failure) {
        guard hasIdentity || isLoopback(host) else {
            throw Failure(
                .denied,
                "refusing to listen on \(host): anyone who reaches that address could read and change everything",
                hint: "Listen on 127.0.0.1 and put a proxy that authenticates in front.")
        }
    }

    /// Whether only this machine reaches the address. Names other than `localhost` are not looked up: what they mean
    /// can change.
    package static func isLoopback(_ host: String) -> Bool {
        let lower = host.lowercased()
        if ["localhost", "::1", "[::1]"].contains(lower) { return true }
        let parts = lower.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil && $0.first != "+" }
    }
}
