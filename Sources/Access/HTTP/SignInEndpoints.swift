import Core
import Platform

/// Signing in and out of a browser with scripts, and the links that work once.
struct SignInEndpoints: Sendable {
    let access: Access

    var endpoints: [Endpoint] {
        [
            .native(
                "POST", "sessions", .anyone, .writes, "Signs a browser in: the answer sets its cookie.",
                request: Self.credentials, response: AccessJSON.user, signIn
            ).holdingSecrets(),
            .native(
                "DELETE", "sessions/current", .signedIn, .writes, "Signs the browser out that sends this.", signOut),
            .native(
                "POST", "setup", .anyone, .writes,
                "Uses a link that works once: makes the first administrator, or sets the password of its user.",
                request: Self.setUp, response: AccessJSON.user, useLink
            ).holdingSecrets(),
        ]
    }

    private static let credentials = [
        Endpoint.Field("name", .text, required: true), Endpoint.Field("password", .text, required: true),
    ]
    private static let setUp = [
        Endpoint.Field("token", .text, "What follows `token=` in the link.", required: true),
        Endpoint.Field("name", .text, "Of the administrator; not needed for a password."),
        Endpoint.Field("display_name", .text), Endpoint.Field("password", .text, required: true),
    ]

    @Sendable private func signIn(_ request: Request) async throws -> Response {
        let body = try await RequestObject(request, Self.credentials)
        let (user, _) = try await access.signIn.user(
            body.requiredText("name"), body.requiredText("password"), request.client.address)
        let cookie = try await access.beginSession(of: user, request)
        var response = Response.json(AccessJSON.json(user), status: 201)
        response.headers.append("set-cookie", cookie)
        return response
    }

    @Sendable private func signOut(_ request: Request) async throws -> Response {
        Response(status: 204, headers: Headers([("set-cookie", try await access.endSession(request))]))
    }

    @Sendable private func useLink(_ request: Request) async throws -> Response {
        let body = try await RequestObject(request, Self.setUp)
        let user = try await access.use(
            body.requiredText("token"), name: body.text("name"), displayName: body.text("display_name") ?? "",
            password: body.requiredText("password"), request)
        return .json(AccessJSON.json(user), status: 201)
    }
}
