import Core
import Platform

/// Grants: what users and groups may do with single things, beyond what their role allows.
struct GrantEndpoints: Sendable {
    let access: Access

    var endpoints: [Endpoint] {
        [
            .native(
                "GET", "grants", .signedIn, .reads,
                "Grants: over one thing, for those who manage it; of one's own; all of them, for administrators.",
                query: [
                    Endpoint.Field("user", .text), Endpoint.Field("group", .text),
                    Endpoint.Field("kind", .text, "experiment or registered_model, with one of id, name, pattern."),
                    Endpoint.Field("id", .text), Endpoint.Field("name", .text), Endpoint.Field("pattern", .text),
                ] + Endpoint.Field.page(),
                response: [Endpoint.Field("grants", .list(.object(AccessJSON.grant)), required: true), .nextPage],
                list),
            .native(
                "PUT", "grants", .signedIn, .writes,
                "Sets what a user or a group may do with something; `none` refuses everything.", request: Self.setting,
                response: AccessJSON.grant, set),
            .native("DELETE", "grants/{id}", .signedIn, .writes, "Takes a grant away.", remove),
        ]
    }

    private static let setting = [
        Endpoint.Field("user", .text, "Who gets it, or:"), Endpoint.Field("group", .text),
        Endpoint.Field("kind", .text, "experiment or registered_model.", required: true),
        Endpoint.Field("id", .text, "Of an experiment, or:"),
        Endpoint.Field("name", .text, "The exact name; an experiment's stands for the one that has it now. Or:"),
        Endpoint.Field("pattern", .text, "Of names: `fraud-*`."),
        Endpoint.Field("level", .text, "read, edit, approve, manage or none.", required: true),
    ]

    @Sendable private func list(_ request: Request) async throws -> Response {
        let page = try PageRequest(request, access.services.pageTokens)
        let forms = ["id", "name", "pattern"].compactMap { form in request.query[form].map { (form, $0) } }
        if let kind = request.query["kind"] {
            guard forms.count == 1 else { throw Failure(.invalid, "one of id, name and pattern must be given") }
            let target = try GrantTarget(Subject.Kind(named: kind), forms[0].0, forms[0].1)
            try await access.checkGranting(over: target, request.principal)
            let kept = try await access.kept(target, request.principal)
            return try await answer { try $0.grants(over: kept) }
        }
        guard forms.isEmpty else { throw Failure(.invalid, "kind: it must be given") }
        if let name = request.query["user"] {
            try request.mustBe(name)
            return try await answer { try $0.grants(of: .user(try $0.requiredUser(named: name).id)) }
        }
        guard request.isAdmin else { throw Admission.denial(request.principal, .accessManage) }
        if let name = request.query["group"] {
            return try await answer { try $0.grants(of: .group(try $0.requiredGroup(named: name).id)) }
        }
        let after = page.position?.int.map { Int64($0) }
        return .json(
            try await access.read { reader in
                let found = try reader.grants(after: after, limit: page.limit + 1)
                let shown = found.prefix(page.limit)
                let next = found.count > page.limit ? shown.last.map { JSON.integer($0.id) } : nil
                return .record([
                    "grants": .array(try shown.map { try AccessJSON.json($0, reader) }),
                    "next_page_token": page.next(next),
                ])
            })
    }

    /// All of them: those over one thing, or of one holder, are few.
    private func answer(_ find: @escaping @Sendable (AccessReader) throws -> [AccessGrant]) async throws -> Response {
        .json(
            try await access.read { reader in
                .record([
                    "grants": .array(try find(reader).map { try AccessJSON.json($0, reader) }),
                    "next_page_token": .null,
                ])
            })
    }

    @Sendable private func set(_ request: Request) async throws -> Response {
        let body = try await RequestObject(request, Self.setting)
        let (user, group) = (try body.text("user"), try body.text("group"))
        guard (user == nil) != (group == nil) else { throw Failure(.invalid, "one of user and group must be given") }
        let target = try body.target()
        let word = try body.requiredText("level")
        let level = try word == "none" ? nil : body.level("level")
        try await access.checkGranting(over: target, request.principal)
        let kept = try await access.kept(target, request.principal)
        return try await access.write(request) { writer in
            let holder: AccessGrant.Holder =
                if let user {
                    .user(try writer.reader.requiredUser(named: user).id)
                } else {
                    .group(try writer.reader.requiredGroup(named: group ?? "").id)
                }
            return .json(try AccessJSON.json(try writer.setGrant(holder, kept, level), writer.reader))
        }
    }

    @Sendable private func remove(_ request: Request) async throws -> Response {
        let text = try request.parameter("id")
        let absence = Failure(.notFound, "there is no grant '\(text.prefix(50))'")
        guard let id = Int64(text), let grant = try await access.read({ try $0.grant(id) }) else { throw absence }
        // Whoever may not manage the thing learns nothing of the grants over it.
        do { try await access.checkGranting(over: grant.target, request.principal) } catch { throw absence }
        try await access.write(request) { writer in
            guard let grant = try writer.reader.grant(id) else { throw absence }
            try writer.remove(grant)
        }
        return Response(status: 204)
    }
}
