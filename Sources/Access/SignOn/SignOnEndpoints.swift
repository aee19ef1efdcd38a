import Core
import Platform

/// Where browsers go to sign in through an identity provider, and where it sends them back to.
struct SignOnEndpoints: Sendable {
    let access: Access
    let flow: LoginFlow

    private static let cookie = "stw-on"

    var endpoints: [Endpoint] {
        [
            Endpoint("GET", "/sign-on", .anyone, .reads, "Sends a browser to the identity provider.") {
                try await begin($0)
            }.forPeople(),
            // It begins a session, but only for the browser whose cookie says that it began the sign-in: what another
            // page makes a browser ask for here changes nothing.
            Endpoint(
                "GET", "/sign-on/callback", .anyone, .reads, "Where the identity provider sends a browser back to."
            ) { try await finish($0) }.forPeople().holdingSecrets(),
        ]
    }

    private func begin(_ request: Request) async throws -> Response {
        let next = request.query["next"].flatMap { SignInPages.isOwn($0) ? $0 : nil } ?? "/"
        let (address, cookie) = try await flow.begin(callback: callback(request), next: next)
        var headers = Headers([
            ("location", address), ("cache-control", "no-store"), ("referrer-policy", "no-referrer"),
        ])
        headers.append("set-cookie", self.cookie(cookie, request))
        return Response(status: 303, headers: headers)
    }

    /// - Throws: `denied`, not `unauthenticated`: pages answer that with the way to sign in, and the reason would be
    ///   lost.
    private func finish(_ request: Request) async throws -> Response {
        do { return try await session(request) } catch let failure as Failure where failure.code == .unauthenticated {
            throw Failure(.denied, failure.message, hint: failure.hint ?? "Begin again, or ask an administrator.")
        }
    }

    private func session(_ request: Request) async throws -> Response {
        let cookie = SessionCookie.value(of: name(request), in: request.headers)
        let (claims, next) = try await flow.finish(
            request.query, cookie: cookie, callback: callback(request), from: request.client.address)
        let provider = flow.provider
        let origin = Origin(
            // A name with a colon: no user's.
            Principal(name: "sign-on:\(provider.issuer)", method: .federated, rights: .nothing), requestID: request.id)
        let user = try await access.write(origin) { try $0.signOn(claims, provider) }.get()
        var headers = Headers([("location", next), ("cache-control", "no-store")])
        headers.append("set-cookie", try await access.beginSession(of: user, request))
        headers.append("set-cookie", self.cookie("", request, maximumAge: 0))
        return Response(status: 303, headers: headers)
    }

    private func callback(_ request: Request) throws(Failure) -> String {
        guard let server = request.server else { throw Failure(.invalid, "the request has no Host") }
        return "\(server)/sign-on/callback"
    }

    private func name(_ request: Request) -> String { request.client.isSecure ? "__Host-\(Self.cookie)" : Self.cookie }

    /// Lax: the provider's page leads the browser back here, and the cookie has to come along.
    private func cookie(_ value: String, _ request: Request, maximumAge: Int = 600) -> String {
        "\(name(request))=\(value); Path=/; HttpOnly; SameSite=Lax; Max-Age=\(maximumAge)"
            + (request.client.isSecure ? "; Secure" : "")
    }
}
