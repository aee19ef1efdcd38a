import Core
import Platform

/// API tokens: one's own, and for administrators everybody's.
struct TokenEndpoints: Sendable {
    let access: Access

    var endpoints: [Endpoint] {
        [
            .native(
                "GET", "tokens", .signedIn, .reads, "Tokens, the newest first: one's own.",
                query: [
                    Endpoint.Field("user", .text, "Somebody else's, for administrators."),
                    Endpoint.Field("all", .flag, "Everybody's, for administrators."),
                ] + Endpoint.Field.page(),
                response: [Endpoint.Field("tokens", .list(.object(AccessJSON.token)), required: true), .nextPage],
                list),
            .native(
                "POST", "tokens", .signedIn, .writes,
                "Makes a token, for oneself or for a service account. It is shown in this answer only.",
                request: Self.creation,
                response: AccessJSON.token + [Endpoint.Field("token", .text, "The token itself.", required: true)],
                create
            ).holdingSecrets(),
            .native("DELETE", "tokens/{id}", .signedIn, .writes, "Revokes a token, at once and for good.", revoke),
        ]
    }

    private static let creation = [
        Endpoint.Field("name", .text, "What it is for.", required: true),
        Endpoint.Field("user", .text, "The service account it is for."),
        Endpoint.Field("level", .text, "read, edit, approve, manage or administer; all the owner has without it."),
        Endpoint.Field("subjects", .list(.object(AccessJSON.target)), "The only things it is for."),
        Endpoint.Field("expires_at", .text, "RFC 3339."),
        Endpoint.Field("expires_in_days", .integer, "Instead of expires_at: 1 to 3650."),
        Endpoint.Field(
            "never_expires", .flag,
            "Without any of the three it expires after 90 days, or with the token that makes it."),
    ]

    @Sendable private func list(_ request: Request) async throws -> Response {
        let page = try PageRequest(request, access.services.pageTokens)
        let isAll = try request.flag("all")
        let name = request.query["user"] ?? request.principal.name
        if isAll {
            guard request.isAdmin else { throw Admission.denial(request.principal, .accessManage) }
        } else {
            try request.mustBe(name)
        }
        let after = Self.position(page.position)
        let found = try await access.read { reader -> [(AccessToken, String)] in
            // `local` has no account, and so no tokens.
            let user = isAll ? nil : try reader.user(named: name)
            if !isAll, user == nil {
                if request.query["user"] != nil { throw AccessReader.noUser(name) }
                return []
            }
            return try reader.tokens(of: user, after: after, limit: page.limit + 1).map {
                ($0, try user?.name ?? reader.user($0.userID)?.name ?? "")
            }
        }
        let shown = found.prefix(page.limit)
        let next = found.count > page.limit ? shown.last.map { Self.position($0.0) } : nil
        return .json(
            .record([
                "tokens": .array(shown.map { .object(AccessJSON.members($0.0, $0.1)) }),
                "next_page_token": page.next(next),
            ]))
    }

    private static func position(_ token: AccessToken) -> JSON {
        .array([.integer(token.created.milliseconds), .string(token.id)])
    }

    private static func position(_ json: JSON?) -> (created: Int64, id: String)? {
        guard let parts = json?.elements, parts.count == 2, let created = parts[0].int, let id = parts[1].text else {
            return nil
        }
        return (Int64(created), id)
    }

    @Sendable private func create(_ request: Request) async throws -> Response {
        let body = try await RequestObject(request, Self.creation)
        let wanted = Access.TokenRequest(
            name: try body.requiredText("name"), owner: try body.text("user"), level: try body.level("level"),
            targets: try body.targets("subjects"), expiry: try expiry(body))
        let (secret, token, owner) = try await access.makeToken(wanted, request)
        return .json(
            .object(AccessJSON.members(token, owner.name) + [JSON.Member("token", .string(secret.text))]), status: 201)
    }

    private func expiry(_ body: RequestObject) throws(Failure) -> TokenExpiry {
        let (text, days, never) = (
            try body.text("expires_at"), try body.integer("expires_in_days"), try body.flag("never_expires") ?? false
        )
        guard [text != nil, days != nil, never].count(where: { $0 }) <= 1 else {
            throw Failure(.invalid, "one of expires_at, expires_in_days and never_expires can be given")
        }
        if never { return .never }
        if let text {
            guard let time = Timestamp(rfc3339: text) else {
                throw Failure(.invalid, "expires_at: '\(text.prefix(50))' is no time", hint: "2027-01-31T12:00:00Z")
            }
            return .at(time)
        }
        return try days.map { days throws(Failure) in .at(try Self.expiry(days: days, access.services.world.now())) }
            ?? .standard
    }

    static func expiry(days: Int64, _ now: Timestamp) throws(Failure) -> Timestamp {
        guard (1...3650).contains(days) else {
            throw Failure(.invalid, "expires_in_days: \(days) is no number from 1 to 3650")
        }
        return now.adding(milliseconds: days * 86_400_000)
    }

    @Sendable private func revoke(_ request: Request) async throws -> Response {
        try await access.revokeToken(try request.parameter("id"), request)
        return Response(status: 204)
    }
}
