import Core
import Platform

/// The forms on a user's page.
struct UserFormMarkup {
    let user: User
    let isSelf: Bool
    let isAdmin: Bool
    let problem: (form: String, failure: Failure)?

    private func address(_ path: StaticString) -> Address { Address("/users", user.name).adding(path) }

    func failure(_ form: String, _ html: inout Markup) {
        if let problem, problem.form == form { html.failure(problem.failure) }
    }

    private func isOpen(_ form: String) -> Bool { problem?.form == form }

    /// What an administrator does with a user.
    func actions(_ html: inout Markup) {
        guard isAdmin else { return }
        html.act("Role", isOpen: isOpen("role")) { html in
            failure("role", &html)
            html.form(address("/role"), label: "Role") { html in
                html.field(
                    FormField(
                        "role", "Role", .choice(UserPage.roles),
                        hint: "Browsers that are signed in as this user are signed out.", place: "role"),
                    user.role?.rawValue ?? "none")
                html.reasonField(isRequired: false, place: "role")
                html.buttons { $0.submit("Change the role") }
            }
        }
        if user.kind == .person, !isSelf {
            html.act("Password link", isOpen: isOpen("link")) { html in
                failure("link", &html)
                html.element(
                    "p", text: "Makes a link with which the user chooses a new password. A link made before ends.")
                html.form(address("/link"), label: "Password link") { $0.buttons { $0.submit("Make a link") } }
            }
        }
        activation(&html)
        deletion(&html)
    }

    private func activation(_ html: inout Markup) {
        let (title, word, style): (String, String, Markup.ButtonStyle?) =
            user.isActive ? ("Deactivate", "no", .danger) : ("Activate", "yes", nil)
        html.act(title, style, isOpen: isOpen("active")) { html in
            failure("active", &html)
            html.element(
                "p",
                text: user.isActive
                    ? "Password, tokens and signed-in browsers are refused at once. Nothing is deleted."
                    : "The user may sign in again, with the same password, tokens and rights.")
            html.form(address("/active"), label: title) { html in
                html.hidden("active", word)
                html.reasonField(isRequired: user.isActive, place: "active")
                html.buttons { $0.submit(title, user.isActive ? .dangerPrimary : .primary) }
            }
        }
    }

    private func deletion(_ html: inout Markup) {
        html.act("Delete", .danger, isOpen: isOpen("delete")) { html in
            failure("delete", &html)
            html.element(
                "p", text: "Tokens, grants and memberships go with the user. What the user did stays in the audit log.")
            html.form(address("/delete"), label: "Delete") { html in
                html.confirmation(user.name, place: "delete")
                html.reasonField(place: "delete")
                html.buttons { $0.submit("Delete the user", .dangerPrimary) }
            }
        }
    }

    /// What somebody changes about themselves.
    func settings(_ html: inout Markup) {
        guard isSelf || isAdmin else { return }
        html.section("Settings", id: "settings") { html in
            html.folded("Display name", isOpen: isOpen("name")) { html in
                failure("name", &html)
                html.form(address("/name"), label: "Display name") { html in
                    html.field(
                        FormField("display_name", "Name, as people read it", autocomplete: "name", place: "name"),
                        user.displayName)
                    html.buttons { $0.submit("Save") }
                }
            }
            guard isSelf, user.kind == .person else { return }
            html.folded("Password", isOpen: isOpen("password")) { html in
                failure("password", &html)
                html.form(address("/password"), label: "Password") { html in
                    html.field(
                        FormField(
                            "old_password", "Password now", .input("password"), isRequired: true,
                            autocomplete: "current-password"))
                    html.newPassword(place: "own")
                    html.element("p", ["class": "hint"], text: "Other browsers are signed out; tokens stay.")
                    html.buttons { $0.submit("Change the password") }
                }
            }
        }
    }
}
