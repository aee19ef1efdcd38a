import Core
import Platform

/// What everybody may know and change about themselves.
struct MeEndpoints: Sendable {
    let access: Access

    var endpoints: [Endpoint] {
        [
            .native(
                "GET", "me", .signedIn, .reads, "Who is signed in, how, and what that allows.",
                response: [
                    Endpoint.Field("name", .text, required: true),
                    Endpoint.Field("method", .text, "password, token, session, federated or local.", required: true),
                    Endpoint.Field("level", .text, "What may be done everywhere; null for nothing."),
                    Endpoint.Field("user", .object(AccessJSON.user), "The account; null where there is none."),
                    Endpoint.Field("groups", .list(.text), required: true),
                    Endpoint.Field("grants", .list(.object(AccessJSON.grant)), required: true),
                    Endpoint.Field("token", .object(AccessJSON.token), "The token that was used."),
                ], get),
            .native(
                "PATCH", "me", .signedIn, .writes, "Changes one's own display name.", request: Self.change,
                response: AccessJSON.user, update),
            .native(
                "PUT", "me/password", .signedIn, .writes, "Changes one's own password and ends one's sessions.",
                request: Self.passwords, setPassword
            ).holdingSecrets(),
            .native(
                "GET", "me/sessions", .signedIn, .reads, "Browsers that are signed in as oneself.",
                response: [Endpoint.Field("sessions", .list(.object(AccessJSON.session)), required: true)], sessions),
            .native("DELETE", "me/sessions/{id}", .signedIn, .writes, "Signs a browser out.", endSession),
        ]
    }

    private static let change = [Endpoint.Field("display_name", .text, required: true)]
    private static let passwords = [
        Endpoint.Field("old_password", .text, required: true), Endpoint.Field("password", .text, required: true),
    ]

    @Sendable private func get(_ request: Request) async throws -> Response {
        let principal = request.principal
        let token = try await access.presentedToken(request)
        let account = try await access.read { reader -> (JSON, [JSON], [JSON]) in
            guard [.password, .token, .session].contains(principal.method),
                let user = try reader.user(named: principal.name)
            else { return (.null, [], []) }
            return (
                AccessJSON.json(user), try reader.groups(of: user).map { .string($0.name) },
                try reader.grants(reaching: user).map { try AccessJSON.json($0, reader) }
            )
        }
        let level = Permission.Level.allCases.last { principal.rights.holdEverywhere($0) }
        return .json(
            .record([
                "name": .string(principal.name), "method": .string(principal.method.rawValue),
                "level": .optional(level?.word), "user": account.0, "groups": .array(account.1),
                "grants": .array(account.2),
                "token": token.map { .object(AccessJSON.members($0, principal.name)) } ?? .null,
            ]))
    }

    @Sendable private func update(_ request: Request) async throws -> Response {
        let user = try await access.account(of: request)
        let name = try await RequestObject(request, Self.change).requiredText("display_name")
        return try await access.write(request) { writer in
            guard let user = try writer.reader.user(user.id) else { throw AccessReader.noUser(user.name) }
            return .json(AccessJSON.json(try writer.update(user, UserChange(displayName: name))))
        }
    }

    @Sendable private func setPassword(_ request: Request) async throws -> Response {
        let user = try await access.account(of: request)
        let body = try await RequestObject(request, Self.passwords)
        let (old, new) = (try body.requiredText("old_password"), try body.requiredText("password"))
        try await access.changePassword(of: user, from: old, to: new, request)
        var response = Response(status: 204)
        // Whoever asked from a browser stays signed in there, in a new session.
        if request.principal.method == .session {
            response.headers.append("set-cookie", try await access.beginSession(of: user, request))
        }
        return response
    }

    @Sendable private func sessions(_ request: Request) async throws -> Response {
        let user = try await access.account(of: request)
        let cookie = SessionCookie().value(in: request.headers, isSecure: request.client.isSecure)
        let digest = cookie.map(SecretText.digest)
        let (lifetimes, now) = (access.settings.lifetimes, access.services.world.now())
        let sessions = try await access.read { reader -> [JSON] in
            let current = try digest.flatMap { try reader.session($0) }
            return try reader.sessions(of: user).filter { lifetimes.isAlive($0, now) }.map {
                AccessJSON.json($0, isCurrent: $0.id == current?.id)
            }
        }
        return .json(.record(["sessions": .array(sessions)]))
    }

    @Sendable private func endSession(_ request: Request) async throws -> Response {
        let user = try await access.account(of: request)
        let id = try request.parameter("id")
        try await access.write(request) { writer in
            guard let session = try writer.reader.sessions(of: user).first(where: { $0.id.utf8.elementsEqual(id.utf8) })
            else { throw Failure(.notFound, "there is no session '\(id.prefix(100))'") }
            try writer.end(session, of: user)
        }
        return Response(status: 204)
    }
}
