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
            .native(
                "GET", "roles", .signedIn, .reads, "Roles, and for each permission which of them have it.",
                response: [
                    Endpoint.Field("roles", .list(.object(Self.role)), required: true),
                    Endpoint.Field("permissions", .list(.object(Self.permission)), required: true),
                ], roles),
        ]
    }

    private static let role = [
        Endpoint.Field("name", .text, required: true), Endpoint.Field("level", .text, required: true),
    ]
    private static let permission = [
        Endpoint.Field("name", .text, required: true),
        Endpoint.Field("level", .text, "The level that has it.", required: true),
        Endpoint.Field("kind", .text, "What it is about; null for the server. Grants give it over single ones."),
        Endpoint.Field("roles", .list(.text), required: true),
        Endpoint.Field("endpoints", .list(.text), "What asks for it, in words.", required: true),
    ]

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

    @Sendable private func roles(_ request: Request) async throws -> Response {
        let permissions = request.site.permissions.map { use -> JSON in
            let roles = Role.allCases.filter { $0.level >= use.permission.level }
            return .record([
                "name": .string(use.permission.name), "level": .string(use.permission.level.word),
                "kind": .optional(use.permission.kind?.rawValue),
                "roles": .array(roles.map { .string($0.rawValue) }),
                "endpoints": .array(use.summaries.map { .string($0) }),
            ])
        }
        let roles = Role.allCases.map {
            JSON.record(["name": .string($0.rawValue), "level": .string($0.level.word)])
        }
        return .json(.record(["roles": .array(roles), "permissions": .array(permissions)]))
    }

    @Sendable private func update(_ request: Request) async throws -> Response {
        try request.mustSpeakForAccount()
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
        let changed = try await access.changePassword(of: user, from: old, to: new, request)
        var response = Response(status: 204)
        // Whoever asked from a browser stays signed in there, in a new session.
        if request.principal.method == .session {
            response.headers.append("set-cookie", try await access.beginSession(of: changed, request))
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
        try request.mustSpeakForAccount()
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
