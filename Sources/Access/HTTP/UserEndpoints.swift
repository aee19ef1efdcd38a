import Core
import Platform

/// Users and service accounts.
struct UserEndpoints: Sendable {
    let access: Access

    var endpoints: [Endpoint] {
        let manage = Endpoint.Access.may(.accessManage)
        let kind = Endpoint.Field("kind", .text, "person or service.")
        return [
            .native(
                "GET", "users", manage, .reads, "Users and service accounts, by name.",
                query: [kind] + Endpoint.Field.page(),
                response: [Endpoint.Field("users", .list(.object(AccessJSON.user)), required: true), .nextPage], list),
            .native(
                "POST", "users", manage, .writes,
                "Creates a user. Without a password the answer has a link with which the user chooses one.",
                request: Self.creation, response: AccessJSON.user + [Self.link], create
            ).holdingSecrets(),
            .native(
                "POST", "service-accounts", manage, .writes,
                "Creates an account for a program: it has tokens and no password.",
                request: Self.serviceCreation, response: AccessJSON.user, createService),
            .native(
                "GET", "users/{name}", .signedIn, .reads, "A user: oneself, or for administrators anybody.",
                response: AccessJSON.user + [
                    Endpoint.Field("groups", .list(.text), required: true),
                    Endpoint.Field("grants", .list(.object(AccessJSON.grant)), required: true),
                ], get),
            .native(
                "PATCH", "users/{name}", manage, .writes, "Changes a user's name, role, or whether they may sign in.",
                request: Self.change, response: AccessJSON.user, update),
            .native(
                "DELETE", "users/{name}", manage, .writes, "Deletes a user with tokens, sessions and grants.", delete),
            .native(
                "PUT", "users/{name}/password", manage, .writes, "Sets somebody's password and ends their sessions.",
                request: [Endpoint.Field("password", .text, required: true)], setPassword
            ).holdingSecrets(),
            .native(
                "POST", "users/{name}/link", manage, .writes,
                "Makes a link with which a user chooses a new password. It works once, for three days.",
                response: [Self.link], makeLink
            ).holdingSecrets(),
        ]
    }

    private static let serviceCreation = [
        Endpoint.Field("name", .text, required: true), Endpoint.Field("display_name", .text),
        Endpoint.Field("role", .text, "viewer, editor, approver or admin; none without it."),
    ]
    private static let creation =
        serviceCreation + [Endpoint.Field("password", .text, "At least 12 characters.")]
    private static let change = [
        Endpoint.Field("display_name", .text), Endpoint.Field("role", .text, "A role, or `none`."),
        Endpoint.Field("active", .flag),
    ]
    static let link = Endpoint.Field("link", .text, "Where the user chooses a password; shown once.")

    @Sendable private func list(_ request: Request) async throws -> Response {
        let page = try PageRequest(request, access.services.pageTokens)
        let kind = try request.choice("kind", User.Kind.self)
        let after = page.position?.text
        let users = try await access.read { try $0.users(kind: kind, after: after, limit: page.limit + 1) }
        let shown = users.prefix(page.limit)
        let next = users.count > page.limit ? shown.last.map { JSON.string(AccountNames.folded($0.name)) } : nil
        return .json(
            .record(["users": .array(shown.map(AccessJSON.json)), "next_page_token": page.next(next)]))
    }

    @Sendable private func create(_ request: Request) async throws -> Response {
        let body = try await RequestObject(request, Self.creation)
        let (user, link) = try await access.createUser(
            body.requiredText("name"), displayName: body.text("display_name") ?? "",
            role: body.text("role").map { name throws(Failure) in try Role(named: name) },
            password: body.text("password"), request.origin)
        let shown = link.map { access.address(of: $0, request.server) }
        return .json(
            .object(AccessJSON.members(user) + [JSON.Member("link", .optional(shown))]), status: 201)
    }

    @Sendable private func createService(_ request: Request) async throws -> Response {
        let body = try await RequestObject(request, Self.serviceCreation)
        let name = try body.requiredText("name")
        let displayName = try body.text("display_name") ?? ""
        let role = try body.text("role").map { name throws(Failure) in try Role(named: name) }
        return try await access.write(request) { writer in
            let user = try writer.createUser(name, displayName: displayName, kind: .service, role: role)
            return .json(AccessJSON.json(user), status: 201)
        }
    }

    @Sendable private func get(_ request: Request) async throws -> Response {
        let name = try request.parameter("name")
        try request.mustBe(name)
        return .json(
            try await access.read { reader in
                let user = try reader.requiredUser(named: name)
                return .object(
                    AccessJSON.members(user) + [
                        JSON.Member("groups", .array(try reader.groups(of: user).map { .string($0.name) })),
                        JSON.Member(
                            "grants",
                            .array(try reader.grants(reaching: user).map { try AccessJSON.json($0, reader) })),
                    ])
            })
    }

    @Sendable private func update(_ request: Request) async throws -> Response {
        let name = try request.parameter("name")
        let body = try await RequestObject(request, Self.change)
        var change = UserChange()
        change.displayName = try body.text("display_name")
        change.isActive = try body.flag("active")
        if let role = try body.text("role") {
            change.role = .init(role == "none" ? nil : try Role(named: role))
        }
        let asked = change
        return try await access.write(request) { writer in
            let user = try writer.reader.requiredUser(named: name)
            return .json(AccessJSON.json(try writer.update(user, asked)))
        }
    }

    @Sendable private func delete(_ request: Request) async throws -> Response {
        let name = try request.parameter("name")
        try await access.write(request) { try $0.delete(try $0.reader.requiredUser(named: name)) }
        return Response(status: 204)
    }

    @Sendable private func setPassword(_ request: Request) async throws -> Response {
        let name = try request.parameter("name")
        let password = try await RequestObject(request, [Endpoint.Field("password", .text)]).requiredText("password")
        try await access.setPassword(of: name, password, request.origin)
        return Response(status: 204)
    }

    @Sendable private func makeLink(_ request: Request) async throws -> Response {
        let link = try await access.makePasswordLink(for: try request.parameter("name"), request.origin)
        return .json(.record(["link": .string(access.address(of: link, request.server))]), status: 201)
    }
}

extension Request {
    var isAdmin: Bool { principal.rights.holdEverywhere(.administer) }

    /// A token that may not manage everything its owner manages is for some task, and the account is no part of that.
    /// - Throws: `denied` for such a token.
    func mustSpeakForAccount() throws(Failure) {
        guard principal.rights.bounds.allSatisfy({ $0.holdEverywhere(.manage) }) else {
            throw Failure(
                .denied, "a token of a smaller scope than manage does not change its owner's account",
                hint: "Sign in with your password instead.")
        }
    }

    /// - Throws: `denied` for anybody but the user of that name and administrators.
    func mustBe(_ name: String) throws(Failure) {
        let hasAccount = [.password, .token, .session].contains(principal.method)
        guard isAdmin || hasAccount && principal.name.utf8.elementsEqual(name.utf8) else {
            throw Failure(.denied, "\(principal.name) lacks the permission \(Permission.accessManage.name)")
        }
    }
}
