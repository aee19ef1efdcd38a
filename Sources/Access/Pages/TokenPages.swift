import Core
import Platform

/// API tokens: one's own; for administrators those of others, too.
struct TokenPages: Sendable {
    let access: Access

    static let navigation = NavigationItem(
        "Tokens", "/tokens", nil, .tokens, in: .administration, order: 30, isForTeams: true)

    var endpoints: [Endpoint] {
        [
            .page("/tokens", .signedIn, "API tokens: one's own.") { request, site in try await list(request, site) },
            .form("/tokens", .signedIn, "Makes a token.") { try await create($0, $1) }.holdingSecrets(),
            .form("/tokens/{id}/revoke", .signedIn, "Revokes a token.") { request, _ in
                try await access.revokeToken(try request.parameter("id"), request)
                return .goTo(Address("/tokens"))
            },
        ]
    }

    private func list(_ request: Request, _ site: Site, _ fields: FormFields = .empty, _ failure: Failure? = nil)
        async throws -> Page
    {
        let isAll = request.query["all"] != nil
        let name = request.query["user"] ?? request.principal.name
        if isAll { guard request.isAdmin else { throw Admission.denial(request.principal, .accessManage) } }
        if !isAll, request.query["user"] != nil { try request.mustBe(name) }
        let (tokens, services) = try await access.read { reader -> ([(AccessToken, String)], [String]) in
            let user = isAll ? nil : try reader.user(named: name)
            let tokens = isAll || user != nil ? try reader.tokens(of: user, limit: Self.shown) : []
            return (
                try tokens.map { ($0, try user?.name ?? reader.user($0.userID)?.name ?? "") },
                try reader.users(kind: .service).map(\.name)
            )
        }
        var page = Page("Tokens", section: "/tokens")
        if let failure { page.status = HTTPFailure.status(failure.code) }
        page.lead("For programs: MLFLOW_TRACKING_TOKEN, or the password of any user name.")
        page.actions { html in
            html.act("New token", .primary, isOpen: failure != nil) { html in
                if let failure { html.failure(failure) }
                Self.form(&html, fields, services: request.isAdmin ? services : [])
            }
        }
        page.body { html in
            if request.isAdmin {
                html.tabs(
                    "Whose",
                    [
                        ("Mine", nil, Address("/tokens"), !isAll && request.query["user"] == nil),
                        ("Everybody's", nil, Address("/tokens").query([("all", "1")]), isAll),
                    ])
            }
            guard !tokens.isEmpty else {
                return html.emptyState(
                    "No tokens", "A program signs in with a token, which can do less than you and be revoked alone.",
                    code: "export MLFLOW_TRACKING_TOKEN=stw_...")
            }
            table(tokens, site, &html)
        }
        return page
    }

    private static let shown = 500

    private func table(_ tokens: [(AccessToken, String)], _ site: Site, _ html: inout Markup) {
        html.table(
            "Tokens",
            [
                TableColumn("Token", .id), TableColumn("User"), TableColumn("Begins"), TableColumn("May"),
                .number("Expires"), .number("Used"), TableColumn(""),
            ], style: .cards
        ) { html in
            for (token, owner) in tokens {
                html.row { html in
                    html.rowHeader { $0.name(token.name, width: 40) }
                    html.cell(label: "User") { $0.link(owner, to: Address("/users", owner), width: 30) }
                    html.cell(label: "Begins") { $0.element("code", text: token.beginning) }
                    html.cell(label: "May") { Self.scope(token.scope, &$0) }
                    html.cell(.number, label: "Expires") { html in
                        guard let expires = token.expires else { return html.void("never") }
                        if expires <= site.now() {
                            html.badge(.warning, "expired", isPlain: true)
                        } else {
                            html.moment(expires)
                        }
                    }
                    html.cell(.number, label: "Used") { html in
                        if let used = token.used { html.time(used, now: site.now()) } else { html.void("never") }
                    }
                    html.cell { html in
                        html.form(Address("/tokens", token.id).adding("/revoke"), style: "inline") {
                            $0.submit("Revoke", .danger)
                        }
                    }
                }
            }
        }
    }

    private static func scope(_ scope: TokenScope, _ html: inout Markup) {
        html.text(scope.level.word)
        guard let targets = scope.targets else { return }
        for (index, target) in targets.prefix(5).enumerated() {
            html.text(index == 0 ? ": " : ", ")
            GrantTable.about(target, &html)
        }
        if targets.count > 5 { html.text(" and \(targets.count - 5) more") }
    }

    private static func form(_ html: inout Markup, _ fields: FormFields, services: [String]) {
        html.form(Address("/tokens"), label: "New token") { html in
            html.field(
                FormField("name", "What it is for", isRequired: true, placeholder: "my laptop"), fields.text("name"))
            if !services.isEmpty {
                html.field(
                    FormField(
                        "user", "For", .choice([("", "myself")] + services.map { ($0, "service account \($0)") })),
                    fields["user"] ?? "")
            }
            html.field(
                FormField(
                    "level", "May at most",
                    .choice(
                        [("", "all that the account may")]
                            + Permission.Level.allCases.map { ($0.word, $0.word) })), fields["level"] ?? "")
            html.field(
                FormField(
                    "subjects", "Only for", .lines(2),
                    hint: "Optional. One a line: experiment 7, experiment churn, model fraud-*."),
                fields.text("subjects"))
            html.field(
                FormField(
                    "days", "Expires",
                    .choice([
                        ("7", "in a week"), ("30", "in 30 days"), ("90", "in 90 days"), ("365", "in a year"),
                        ("0", "never"),
                    ])), fields["days"] ?? "90")
            html.buttons { $0.submit("Make the token") }
        }
    }

    private func create(_ request: Request, _ fields: FormFields) async throws -> FormAnswer {
        do {
            let days = Int64(fields["days"] ?? "") ?? TokenExpiry.standardDays
            let (owner, word) = (fields.text("user"), fields["level"] ?? "")
            let level = Permission.Level(word: word)
            guard level != nil || word.isEmpty else {
                throw Failure(.invalid, "May at most: '\(word.prefix(50))' is no level")
            }
            let wanted = Access.TokenRequest(
                name: try fields.required("name", "What it is for"), owner: owner.isEmpty ? nil : owner,
                level: level,
                targets: try Self.targets(fields.text("subjects")),
                expiry: days == 0 ? .never : .at(try TokenEndpoints.expiry(days: days, access.services.world.now())))
            let (secret, token, user) = try await access.makeToken(wanted, request)
            return .page(Self.shownOnce(secret, token, user, request))
        } catch let failure as Failure
            where FailureText(failure) != nil || failure.code == .denied || failure.code == .notFound
        {
            return .page(try await list(request, request.site, fields, failure))
        }
    }

    private static func targets(_ text: String) throws(Failure) -> [GrantTarget]? {
        var targets: [GrantTarget] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1)
            guard let word = words.first else { continue }
            guard words.count == 2, word == "experiment" || word == "model" else {
                throw Failure(.invalid, "Only for: '\(line.prefix(100))' is neither an experiment nor a model")
            }
            let kind: Subject.Kind = word == "experiment" ? .experiment : .registeredModel
            let name = String(words[1].drop { $0 == " " })
            let isNumber = kind == .experiment && name.utf8.allSatisfy { (0x30...0x39).contains($0) }
            targets.append(try GrantTarget(kind, name.contains("*") ? "pattern" : isNumber ? "id" : "name", name))
        }
        return targets.isEmpty ? nil : targets
    }

    private static func shownOnce(_ secret: SecretText, _ token: AccessToken, _ owner: User, _ request: Request) -> Page
    {
        var page = Page("A new token", section: "/tokens", crumbs: [Page.Crumb("Tokens", Address("/tokens"))])
        page.lead { html in
            html.element("b") { $0.name(token.name, width: 60) }
            html.text(" for ")
            html.name(owner.name, width: 40)
            html.text(". Copy it now: it is not shown again.")
        }
        page.body { html in
            html.code(secret.text, id: "token")
            html.section("How to use it", id: "use") { html in
                html.code(
                    """
                    export MLFLOW_TRACKING_URI=\(request.server ?? ServerOptions.defaultAddress)
                    export MLFLOW_TRACKING_TOKEN=\(secret.text)
                    """, id: "example")
            }
            html.element("p") { $0.element("a", ["href": "/tokens"], text: "Done") }
        }
        return page
    }
}
