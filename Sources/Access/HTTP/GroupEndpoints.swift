import Core
import Platform

/// Groups: people who get grants together.
struct GroupEndpoints: Sendable {
    let access: Access

    var endpoints: [Endpoint] {
        let manage = Endpoint.Access.may(.accessManage)
        let whole =
            AccessJSON.group + [
                Endpoint.Field("members", .list(.text), required: true),
                Endpoint.Field("grants", .list(.object(AccessJSON.grant)), required: true),
            ]
        return [
            .native(
                "GET", "groups", manage, .reads, "Groups, by name.", query: Endpoint.Field.page(),
                response: [
                    Endpoint.Field("groups", .list(.object(AccessJSON.group)), required: true), .nextPage,
                ], list),
            .native(
                "POST", "groups", manage, .writes, "Creates a group.", request: Self.change, response: whole, create),
            .native(
                "GET", "groups/{name}", manage, .reads, "A group with its members and grants.", response: whole, get),
            .native(
                "PATCH", "groups/{name}", manage, .writes, "Renames a group, or describes it.", request: Self.change,
                response: whole, update),
            .native(
                "DELETE", "groups/{name}", manage, .writes, "Deletes a group with its grants; its members stay.",
                delete),
            .native(
                "PUT", "groups/{name}/members/{user}", manage, .writes, "Makes a user a member.", response: whole,
                addMember),
            .native(
                "DELETE", "groups/{name}/members/{user}", manage, .writes, "Takes a member out.", response: whole,
                removeMember),
        ]
    }

    private static let change = [
        Endpoint.Field("name", .text), Endpoint.Field("description", .text),
    ]

    static func json(_ group: Group, _ reader: AccessReader) throws -> JSON {
        .object(
            AccessJSON.members(group) + [
                JSON.Member("members", .array(try reader.members(of: group).map { .string($0.user.name) })),
                JSON.Member(
                    "grants", .array(try reader.grants(of: .group(group.id)).map { try AccessJSON.json($0, reader) })),
            ])
    }

    @Sendable private func list(_ request: Request) async throws -> Response {
        let page = try PageRequest(request, access.services.pageTokens)
        let after = page.position?.text
        let groups = try await access.read { try $0.groups(after: after, limit: page.limit + 1) }
        let shown = groups.prefix(page.limit)
        let next = groups.count > page.limit ? shown.last.map { JSON.string(AccountNames.folded($0.name)) } : nil
        return .json(
            .record([
                "groups": .array(shown.map { .object(AccessJSON.members($0)) }), "next_page_token": page.next(next),
            ]))
    }

    @Sendable private func create(_ request: Request) async throws -> Response {
        let body = try await RequestObject(request, Self.change)
        let (name, description) = (try body.requiredText("name"), try body.text("description") ?? "")
        return try await access.write(request) { writer in
            let group = try writer.createGroup(name, description: description)
            return .json(try Self.json(group, writer.reader), status: 201)
        }
    }

    @Sendable private func get(_ request: Request) async throws -> Response {
        let name = try request.parameter("name")
        return .json(try await access.read { try Self.json(try $0.requiredGroup(named: name), $0) })
    }

    @Sendable private func update(_ request: Request) async throws -> Response {
        let name = try request.parameter("name")
        let body = try await RequestObject(request, Self.change)
        let (newName, description) = (try body.text("name"), try body.text("description"))
        return try await access.write(request) { writer in
            let group = try writer.update(
                try writer.reader.requiredGroup(named: name), name: newName, description: description)
            return .json(try Self.json(group, writer.reader))
        }
    }

    @Sendable private func delete(_ request: Request) async throws -> Response {
        let name = try request.parameter("name")
        try await access.write(request) { try $0.delete(try $0.reader.requiredGroup(named: name)) }
        return Response(status: 204)
    }

    @Sendable private func addMember(_ request: Request) async throws -> Response {
        try await changeMember(request) { writer, user, group in _ = try writer.add(user, to: group) }
    }

    @Sendable private func removeMember(_ request: Request) async throws -> Response {
        try await changeMember(request) { writer, user, group in try writer.remove(user, from: group) }
    }

    private func changeMember(
        _ request: Request, _ change: @escaping @Sendable (AccessWriter, User, Group) throws -> Void
    ) async throws -> Response {
        let (name, member) = (try request.parameter("name"), try request.parameter("user"))
        return try await access.write(request) { writer in
            let group = try writer.reader.requiredGroup(named: name)
            try change(writer, try writer.reader.requiredUser(named: member), group)
            return .json(try Self.json(group, writer.reader))
        }
    }
}
