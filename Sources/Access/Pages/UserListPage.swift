import Core
import Platform

/// All users, and how a new one is made.
struct UserListPage: Sendable {
    let access: Access

    static let navigation = NavigationItem("Users", "/users", .accessManage, .users, in: .administration, order: 10)
    static let crumb = Page.Crumb("Users", Address("/users"))

    var endpoints: [Endpoint] {
        [
            .page("/users", .may(.accessManage), "Users and service accounts.") { request, site in
                try await list(request, site)
            },
            .form("/users", .may(.accessManage), "Creates a user or a service account.") { request, fields in
                try await create(request, fields)
            }.holdingSecrets(),
        ]
    }

    private static let pageSize = 100

    private func list(_ request: Request, _ site: Site, _ fields: FormFields? = nil, _ failure: Failure? = nil)
        async throws -> Page
    {
        let after = request.query["after"]
        let users = try await access.read { try $0.users(after: after, limit: Self.pageSize + 1) }
        var page = Page("Users", section: "/users")
        if let failure { page.status = HTTPFailure.status(failure.code) }
        page.lead(
            users.isEmpty
                ? "Nobody has to sign in yet: whoever reaches this server may do everything."
                : "Who may use this server. Roles say what they may do everywhere, grants what with single things.")
        page.actions { html in
            html.act("New user", .primary, isOpen: failure != nil) { html in
                if let failure { html.failure(failure) }
                Self.form(&html, fields ?? .empty, isFirst: users.isEmpty)
            }
        }
        page.body { html in
            guard !users.isEmpty else {
                return html.emptyState(
                    "No users yet", "The first user is an administrator. From then on everybody has to sign in.")
            }
            table(users.prefix(Self.pageSize), site, &html)
            let last = users.count > Self.pageSize ? users[Self.pageSize - 1].name : nil
            html.pages(
                first: after == nil ? nil : Address("/users"),
                next: last.map { Address("/users").query([("after", AccountNames.folded($0))]) })
        }
        return page
    }

    private func table(_ users: some Sequence<User>, _ site: Site, _ html: inout Markup) {
        html.table(
            "Users",
            [
                TableColumn("User", .id), TableColumn("Name"), TableColumn("Role"), TableColumn("State"),
                .number("Signed in"), .number("Created"),
            ], style: .cards
        ) { html in
            for user in users {
                html.row { html in
                    html.rowHeader { $0.link(user.name, to: Address("/users", user.name), width: 40) }
                    html.cell(user.displayName, label: "Name")
                    html.cell(user.role?.rawValue ?? "", label: "Role")
                    html.cell(label: "State") { $0.badge(UserPage.badge(user), isPlain: true) }
                    html.cell(.number, label: "Signed in") { html in
                        if let time = user.signedIn { html.time(time, now: site.now()) } else { html.void("never") }
                    }
                    html.cell(.number, label: "Created") { $0.time(user.created, now: site.now()) }
                }
            }
        }
    }

    private static func form(_ html: inout Markup, _ fields: FormFields, isFirst: Bool) {
        html.form(Address("/users"), label: "New user") { html in
            html.field(
                FormField(
                    "name", "User name", isRequired: true, hint: "Letters, digits and . _ - + @", autocomplete: "off"),
                fields.text("name"))
            html.field(FormField("display_name", "Name, as people read it"), fields.text("display_name"))
            if isFirst {
                html.hidden("role", Role.admin.rawValue)
                html.hidden("kind", User.Kind.person.rawValue)
                return html.newUserPassword()
            }
            html.field(
                FormField("role", "Role", .choice(UserPage.roles)),
                fields["role"] ?? Role.viewer.rawValue)
            html.field(
                FormField(
                    "kind", "Kind",
                    .choice([
                        ("person", "A person, who gets a link to choose a password"),
                        ("service", "A program, which gets tokens"),
                    ])), fields["kind"] ?? "person")
            html.buttons { $0.submit("Create") }
        }
    }

    private func create(_ request: Request, _ fields: FormFields) async throws -> FormAnswer {
        do {
            let name = try fields.required("name", "User name")
            let role = try fields["role"].flatMap { name throws(Failure) in
                name == "none" ? nil : try Role(named: name)
            }
            let displayName = fields.text("display_name")
            let origin = fields.origin
            if fields["kind"] == User.Kind.service.rawValue {
                _ = try await access.write(origin) {
                    try $0.createUser(name, displayName: displayName, kind: .service, role: role)
                }
                return .goTo(Address("/users", name))
            }
            let password = fields["password"] == nil ? nil : try fields.newPassword()
            let (user, link) = try await access.createUser(
                name, displayName: displayName, role: role, password: password, origin)
            guard let link else { return .goTo(Address("/users", user.name)) }
            return .page(UserPage.linkPage(user, access.address(of: link, request.server)))
        } catch let failure as Failure where FailureText(failure) != nil {
            return .page(try await list(request, request.site, fields, failure))
        }
    }
}

extension Markup {
    fileprivate mutating func newUserPassword() {
        newPassword(place: "new")
        buttons { $0.submit("Create the administrator") }
    }
}
