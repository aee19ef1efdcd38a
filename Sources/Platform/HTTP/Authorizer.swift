package import Core

/// Finds out who a request is from. Every request for an endpoint passes here; what that somebody may do then is
/// decided by `Admission`, from the rights the principal brings along.
package protocol Authorizer: Sendable {
    /// - Returns: nil when nobody has signed in.
    /// - Throws: `unauthenticated` for credentials that are wrong, `exhausted` for too many attempts, `unavailable`
    ///   when they cannot be checked now.
    func principal(for head: RequestHead) async throws(Failure) -> Principal?
}

/// Single-user mode: whoever reaches the server is `local` and may do everything. It is for loopback addresses only;
/// `ListeningAddress.check` sees to that.
package struct LocalAuthorizer: Authorizer {
    package init() {}

    package func principal(for head: RequestHead) async throws(Failure) -> Principal? { .local }
}

/// Where a server may listen.
package enum ListeningAddress {
    /// - Parameters:
    ///   - hasIdentity: whether users are told apart; without it, only this machine may reach the server.
    ///   - isProtected: whether nobody on the way can read along: TLS here, or in a proxy in front.
    /// - Throws: `denied` for an address that others reach while everybody would be the same user, or passwords and
    ///   tokens would be sent in the clear.
    package static func check(_ host: String, hasIdentity: Bool, isProtected: Bool) throws(Failure) {
        if isLoopback(host) { return }
        guard hasIdentity else {
            throw Failure(
                .denied,
                "refusing to listen on \(host): anyone who reaches that address could read and change everything",
                hint: "Start with --auth, so that people sign in; or listen on 127.0.0.1.")
        }
        guard isProtected else {
            throw Failure(
                .denied, "refusing to listen on \(host) without TLS: passwords and tokens could be read on the way",
                hint: "Give --tls-certificate and --tls-key, or --trusted-proxy with the address of the proxy that "
                    + "ends TLS in front.")
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
