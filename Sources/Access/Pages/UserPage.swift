import Core
import Platform

/// A user: what they may do, and for themselves their password, tokens and signed-in browsers.
struct UserPage: Sendable {
    let access: Access

    static let roles: [(value: String, title: String)] =
        [("none", "none: only what is granted")]
        + Role.allCases.map { ($0.rawValue, "\($0.rawValue): \(RoleText.sentence($0))") }

    var endpoints: [Endpoint] {
        [
            .page("/users/{name}", .signedIn, "A user: oneself, or for administrators anybody.") { request, site in
                try await user(request, site)
            }
        ] + UserForms(page: self).endpoints
    }

    static func badge(_ user: User) -> Badge {
        if !user.isActive { return Badge(.bad, "deactivated") }
        if user.kind == .service { return Badge(.neutral, "service account") }
        return user.hasPassword ? Badge(.good, "active") : Badge(.warning, "no password yet")
    }

    /// What the page shows besides the user.
    private struct Content: Sendable {
        let user: User
        let groups: [Group]
        let grants: [AccessGrant]
        let groupNames: [Int64: String]
        let sessions: [Session]
    }

    /// - Parameters:
    ///   - problem: why what a form asked for was not done, and which form.
    func user(_ request: Request, _ site: Site, problem: (form: String, failure: Failure)? = nil) async throws -> Page {
        let name = try request.parameter("name")
        try request.mustBe(name)
        let (lifetimes, now) = (access.settings.lifetimes, access.services.world.now())
        let content = try await access.read { reader in
            let user = try reader.requiredUser(named: name)
            let groups = try reader.groups(of: user)
            return Content(
                user: user, groups: groups, grants: try reader.grants(reaching: user),
                groupNames: Dictionary(uniqueKeysWithValues: groups.map { ($0.id, $0.name) }),
                sessions: try reader.sessions(of: user).filter { lifetimes.isAlive($0, now) })
        }
        let user = content.user
        let isSelf = request.isSelf(user)
        var page = Page(
            user.name, section: request.isAdmin ? "/users" : "", crumbs: request.isAdmin ? [UserListPage.crumb] : [])
        if let problem { page.status = HTTPFailure.status(problem.failure.code) }
        page.badge = Self.badge(user)
        page.lead { html in
            if !user.displayName.isEmpty {
                html.name(user.displayName, width: 100)
                html.text(". ")
            }
            html.text(user.role.map { "\($0.rawValue): \(RoleText.sentence($0))." } ?? "No role: only what is granted.")
        }
        let forms = UserFormMarkup(user: user, isSelf: isSelf, isAdmin: request.isAdmin, problem: problem)
        page.actions { forms.actions(&$0) }
        page.body { html in
            forms.failure("grants", &html)
            grants(content, request, &html)
            if isSelf { sessions(content.sessions, site, &html) }
            forms.settings(&html)
        }
        page.rail { html in
            html.facts { html in
                html.fact("Created") { $0.time(user.created, now: site.now()) }
                if let time = user.signedIn { html.fact("Signed in") { $0.time(time, now: site.now()) } }
                html.fact("Groups") { html in Self.groups(content.groups, request.isAdmin, &html) }
                html.fact("Tokens") { html in
                    let query: [(name: String, value: String?)] = isSelf ? [] : [("user", user.name)]
                    html.element("a", ["href": Address("/tokens").query(query).text], text: "Tokens")
                }
            }
        }
        return page
    }

    private static func groups(_ groups: [Group], _ isAdmin: Bool, _ html: inout Markup) {
        if groups.isEmpty { return html.void("none") }
        for (index, group) in groups.enumerated() {
            if index > 0 { html.text(", ") }
            if isAdmin {
                html.link(group.name, to: Address("/groups", group.name))
            } else {
                html.name(group.name, width: 60)
            }
        }
    }

    private func grants(_ content: Content, _ request: Request, _ html: inout Markup) {
        html.section("Grants", id: "grants") { html in
            if content.grants.isEmpty {
                html.element("p", ["class": "sub"], text: "Nothing is granted beyond the role.")
            } else {
                GrantTable.write(content.grants, isAdmin: request.isAdmin, groups: content.groupNames, &html)
            }
            if request.isAdmin {
                GrantTable.form(Address("/users", content.user.name).adding("/grants"), &html)
            }
        }
    }

    private func sessions(_ sessions: [Session], _ site: Site, _ html: inout Markup) {
        html.section("Signed-in browsers", id: "sessions") { html in
            guard !sessions.isEmpty else {
                return html.element("p", ["class": "sub"], text: "No browser is signed in.")
            }
            html.table(
                "Signed-in browsers",
                [TableColumn("Since"), TableColumn("Seen"), TableColumn("From"), TableColumn("")], style: .cards
            ) { html in
                for session in sessions {
                    html.row { html in
                        html.cell(label: "Since") { $0.time(session.created, now: site.now()) }
                        html.cell(label: "Seen") { $0.time(session.seen, now: site.now()) }
                        html.cell(session.address ?? "", label: "From")
                        html.cell { html in
                            html.form(Address("/sessions", session.id).adding("/end"), style: "inline") {
                                $0.submit("Sign out", .quiet)
                            }
                        }
                    }
                }
            }
        }
    }

    /// A link that was just made. It cannot be shown again.
    static func linkPage(_ user: User, _ link: String) -> Page {
        var page = Page("A link for \(user.name)", section: "/users", crumbs: [UserListPage.crumb])
        page.lead("It leads to where a password is chosen. It works once, for three days, and is not shown again.")
        page.body { html in
            html.code(link, id: "link")
            html.element("p") { html in
                html.text("Send it to the one it is for, over a way that nobody reads along. ")
                html.element("a", ["href": Address("/users", user.name).text], text: "Go on to the user")
            }
        }
        return page
    }
}

extension Request {
    func isSelf(_ user: User) -> Bool {
        [.password, .token, .session].contains(principal.method)
            && principal.name.utf8.elementsEqual(user.name.utf8)
    }
}
