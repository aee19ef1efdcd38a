import Core
import Platform

/// What each role may do, made from the list of endpoints: it cannot say anything that is not so.
struct RolePage: Sendable {
    static let navigation = NavigationItem(
        "Roles", "/roles", nil, .audit, in: .administration, order: 40, isForTeams: true)

    var endpoints: [Endpoint] {
        [.page("/roles", .signedIn, "What each role may do.") { Self.page($1) }]
    }

    private static func page(_ site: Site) -> Page {
        var page = Page("Roles", section: "/roles")
        page.lead("Each role may do what the one before it may. Grants add to it, or refuse, for single things.")
        page.body { html in
            html.facts { html in
                for role in Role.allCases { html.fact(role.rawValue, RoleText.sentence(role) + ".") }
            }
            html.table(
                "Permissions",
                [TableColumn("Permission", .id), TableColumn("Asked for by")]
                    + Role.allCases.map { TableColumn($0.rawValue) } + [TableColumn("Grant of")]
            ) { html in
                for use in site.permissions { row(use, &html) }
            }
        }
        return page
    }

    private static func row(_ use: PermissionUse, _ html: inout Markup) {
        html.row { html in
            html.rowHeader { $0.element("code", text: use.permission.name) }
            html.cell { html in
                html.folded(DisplayValue.count(use.summaries.count, "kind of request", "kinds of requests")) { html in
                    html.element("ul", ["class": "list"]) { html in
                        for summary in use.summaries { html.element("li", text: summary) }
                    }
                }
            }
            for role in Role.allCases {
                html.cell { html in
                    if role.level >= use.permission.level {
                        html.badge(.good, "yes", isPlain: true)
                    } else {
                        html.void("no")
                    }
                }
            }
            html.cell { html in
                // A grant is over things of one kind, and none administers.
                if use.permission.kind != nil, use.permission.level < .administer {
                    html.text(use.permission.level.word)
                } else {
                    html.void("none")
                }
            }
        }
    }
}

/// Roles in words.
enum RoleText {
    static func sentence(_ role: Role) -> String {
        switch role {
        case .viewer: "reads everything"
        case .editor: "also makes and changes experiments, runs and models"
        case .approver: "also puts models live: stages and aliases"
        case .admin: "does everything, also users, webhooks and what cannot be undone"
        }
    }
}
