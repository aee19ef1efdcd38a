import Core
import Platform

/// Groups: people who get grants together.
struct GroupPages: Sendable {
    let access: Access

    static let navigation = NavigationItem(
        "Groups", "/groups", .accessManage, .groups, in: .administration, order: 20, isForTeams: true)

    var endpoints: [Endpoint] {
        let manage = Endpoint.Access.may(.accessManage)
        return [
            .page("/groups", manage, "Groups of users.") { request, _ in try await list(request) },
            .page("/groups/{name}", manage, "A group with its members and grants.") { request, _ in
                try await group(request)
            },
            .form("/groups", manage, "Creates a group.") { try await create($0, $1) },
            .form("/groups/{name}/members", manage, "Makes a user a member.") { try await add($0, $1) },
            .form("/groups/{name}/members/{user}/remove", manage, "Takes a member out.") { try await remove($0, $1) },
            .form("/groups/{name}/grants", manage, "Grants a group rights over something.") { try await grant($0, $1) },
            .form("/groups/{name}/delete", manage, "Deletes a group.") { try await delete($0, $1) },
        ]
    }

    private func list(_ request: Request, _ fields: FormFields = .empty, _ failure: Failure? = nil) async throws -> Page
    {
        let groups = try await access.read { reader in
            try reader.groups().map {
                ($0, try reader.members(of: $0).count, try reader.grants(of: .group($0.id)).count)
            }
        }
        var page = Page("Groups", section: "/groups")
        if let failure { page.status = HTTPFailure.status(failure.code) }
        page.lead("People who get grants together. What a group is granted, each member may do.")
        page.actions { html in
            html.act("New group", .primary, isOpen: failure != nil) { html in
                if let failure { html.failure(failure) }
                html.form(Address("/groups"), label: "New group") { html in
                    html.field(FormField("name", "Name", isRequired: true), fields.text("name"))
                    html.field(FormField("description", "What it is for"), fields.text("description"))
                    html.buttons { $0.submit("Create") }
                }
            }
        }
        page.body { html in
            guard !groups.isEmpty else {
                return html.emptyState(
                    "No groups yet", "A group is granted rights over experiments and models, and so is each member.",
                    code: """
                        steward group create fraud-team
                        steward grant add manage --group fraud-team --model 'fraud-*'
                        """)
            }
            html.table(
                "Groups",
                [TableColumn("Group", .id), TableColumn("What it is for"), .number("Members"), .number("Grants")],
                style: .cards
            ) { html in
                for (group, members, grants) in groups {
                    html.row { html in
                        html.rowHeader { $0.link(group.name, to: Address("/groups", group.name), width: 40) }
                        html.cell(label: "What it is for") { $0.outside(group.description, limit: 120) }
                        html.numberCell(String(members), label: "Members")
                        html.numberCell(String(grants), label: "Grants")
                    }
                }
            }
        }
        return page
    }

    private func group(_ request: Request, _ failure: Failure? = nil) async throws -> Page {
        let name = try request.parameter("name")
        let (group, members, grants) = try await access.read { reader in
            let group = try reader.requiredGroup(named: name)
            return (group, try reader.members(of: group).map(\.user), try reader.grants(of: .group(group.id)))
        }
        var page = Page(group.name, section: "/groups", crumbs: [Page.Crumb("Groups", Address("/groups"))])
        if let failure { page.status = HTTPFailure.status(failure.code) }
        page.lead { html in
            html.outside(group.description.isEmpty ? DisplayValue.count(members.count, "member") : group.description)
        }
        let address = Address("/groups", group.name)
        page.actions { html in
            html.act("Delete", .danger) { html in
                html.element("p", text: "Its grants go with it; its members stay users.")
                html.form(address.adding("/delete"), label: "Delete") { html in
                    html.confirmation(group.name)
                    html.reasonField()
                    html.buttons { $0.submit("Delete the group", .dangerPrimary) }
                }
            }
        }
        page.body { html in
            if let failure { html.failure(failure) }
            Self.members(members, address, &html)
            html.section("Grants", id: "grants") { html in
                if grants.isEmpty {
                    html.element("p", ["class": "sub"], text: "Nothing is granted to the group yet.")
                } else {
                    GrantTable.write(grants, isAdmin: true, &html)
                }
                GrantTable.form(address.adding("/grants"), &html)
            }
        }
        return page
    }

    private static func members(_ members: [User], _ address: Address, _ html: inout Markup) {
        html.section("Members", id: "members") { html in
            if members.isEmpty {
                html.element("p", ["class": "sub"], text: "Nobody is a member yet.")
            } else {
                html.table(
                    "Members", [TableColumn("User", .id), TableColumn("Name"), TableColumn("")], style: .cards
                ) { html in
                    for user in members {
                        html.row { html in
                            html.rowHeader { $0.link(user.name, to: Address("/users", user.name), width: 40) }
                            html.cell(user.displayName, label: "Name")
                            html.cell { html in
                                html.element(
                                    "form",
                                    [
                                        "class": "inline", "method": "post",
                                        "action": "\(address.text)/members/\(PercentEncoding.encode(user.name))/remove",
                                    ]
                                ) { $0.submit("Take out", .quiet) }
                            }
                        }
                    }
                }
            }
            html.form(address.adding("/members"), label: "Add a member", style: "fields inline") { html in
                html.field(FormField("user", "User name", isRequired: true, place: "member"))
                html.buttons { $0.submit("Add", nil) }
            }
        }
    }

    // MARK: Forms

    private func create(_ request: Request, _ fields: FormFields) async throws -> FormAnswer {
        do throws(Failure) {
            let (name, description) = (try fields.required("name", "Name"), fields.text("description"))
            try await access.write(fields.origin) { _ = try $0.createGroup(name, description: description) }
            return .goTo(Address("/groups", name))
        } catch {
            guard FailureText(error) != nil else { throw error }
            return .page(try await list(request, fields, error))
        }
    }

    /// Changes a group, and shows it again with what was wrong.
    private func change(
        _ request: Request, _ fields: FormFields, _ change: @escaping @Sendable (AccessWriter, Group) throws -> Void
    ) async throws -> FormAnswer {
        let name = try request.parameter("name")
        do throws(Failure) {
            try await access.write(fields.origin) { try change($0, try $0.reader.requiredGroup(named: name)) }
            return .goTo(Address("/groups", name))
        } catch {
            guard FailureText(error) != nil || error.code == .notFound else { throw error }
            return .page(try await group(request, error))
        }
    }

    private func add(_ request: Request, _ fields: FormFields) async throws -> FormAnswer {
        let user = fields.text("user")
        return try await change(request, fields) { writer, group in
            _ = try writer.add(try writer.reader.requiredUser(named: user), to: group)
        }
    }

    private func remove(_ request: Request, _ fields: FormFields) async throws -> FormAnswer {
        let user = try request.parameter("user")
        return try await change(request, fields) { writer, group in
            try writer.remove(try writer.reader.requiredUser(named: user), from: group)
        }
    }

    private func grant(_ request: Request, _ fields: FormFields) async throws -> FormAnswer {
        do {
            let (target, level) = try GrantTable.read(fields)
            let kept = try await access.kept(target, request.principal)
            return try await change(request, fields) { writer, group in
                _ = try writer.setGrant(.group(group.id), kept, level)
            }
        } catch let failure as Failure where FailureText(failure) != nil || failure.code == .notFound {
            return .page(try await group(request, failure))
        }
    }

    private func delete(_ request: Request, _ fields: FormFields) async throws -> FormAnswer {
        let name = try request.parameter("name")
        guard fields.text("confirm").utf8.elementsEqual(name.utf8) else {
            return .page(
                try await group(
                    request, Failure(.invalid, "The name that was typed is not the group's; nothing was deleted")))
        }
        try await access.write(fields.origin) { try $0.delete(try $0.reader.requiredGroup(named: name)) }
        return .goTo(Address("/groups"))
    }
}
