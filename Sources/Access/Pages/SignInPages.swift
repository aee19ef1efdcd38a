import Core
import Platform

/// Signing in and out, and what a link that works once leads to.
struct SignInPages: Sendable {
    let access: Access

    var endpoints: [Endpoint] {
        [
            .page("/sign-in", .anyone, "Where people sign in.") { request, _ in try await signIn(request) },
            .form("/sign-in", .anyone, "Signs a browser in.") { try await begin($0, $1) }.holdingSecrets(),
            .form("/sign-out", .anyone, "Signs a browser out.") { request, _ in try await end(request) },
            .page("/setup", .anyone, "What a link that works once leads to: the first administrator, a password.") {
                request, _ in try await setUp(request, token: request.query["token"] ?? "")
            },
            .form("/setup", .anyone, "Uses a link that works once.") { try await use($0, $1) }.holdingSecrets(),
        ]
    }

    // MARK: Sign in

    private func signIn(_ request: Request) async throws -> Page {
        let hasUsers = try await access.read { try $0.hasUsers() }
        return page(next: request.query["next"], name: "", nil, hasUsers: hasUsers)
    }

    private func page(next: String?, name: String, _ failure: Failure?, hasUsers: Bool = true) -> Page {
        var page = Page("Sign in")
        page.isAlone = true
        if let failure { page.status = HTTPFailure.status(failure.code) }
        guard hasUsers || !access.settings.requiresSignIn else {
            page.lead("There are no users yet. The server has shown a link in its terminal that makes the first one.")
            return page
        }
        page.body { html in
            if let failure {
                html.notice(.bad) { html in
                    html.element("p") { $0.outside(Self.sentence(failure)) }
                    if let hint = failure.code == .exhausted ? failure.hint : nil {
                        html.element("p") { $0.outside(hint) }
                    }
                }
            }
            html.form(Address("/sign-in"), label: "Sign in") { html in
                html.field(FormField("name", "User name", isRequired: true, autocomplete: "username"), name)
                html.field(
                    FormField(
                        "password", "Password", .input("password"), isRequired: true, autocomplete: "current-password"))
                if let next { html.hidden("next", next) }
                html.buttons { $0.submit("Sign in") }
            }
            if let provider = access.login?.provider {
                html.element("p") { html in
                    html.action("Sign in with \(provider.title)", Address("/sign-on").query([("next", next)]))
                }
            }
        }
        return page
    }

    private static func sentence(_ failure: Failure) -> String {
        failure.code == .unauthenticated ? "The name and the password do not belong together." : failure.message + "."
    }

    private func begin(_ request: Request, _ fields: FormFields) async throws -> FormAnswer {
        let (name, next) = (fields.text("name"), fields["next"])
        do {
            let (user, _) = try await access.signIn.user(name, fields["password"] ?? "", request.client.address)
            var answer = Response.redirect(to: Address("/"))
            if let next, Self.isOwn(next) { answer.headers["location"] = next }
            answer.headers.append("set-cookie", try await access.beginSession(of: user, request))
            return .response(answer)
        } catch let failure as Failure where failure.code == .unauthenticated || failure.code == .exhausted {
            return .page(page(next: next, name: name, failure))
        }
    }

    /// A place on this server: whoever made the link must not send people elsewhere with it.
    static func isOwn(_ address: String) -> Bool {
        address.utf8.first == UInt8(ascii: "/") && SafeAddress.isSafe(address)
            && address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    private func end(_ request: Request) async throws -> FormAnswer {
        var answer = Response.redirect(to: Address("/sign-in"))
        answer.headers.append("set-cookie", try await access.endSession(request))
        return .response(answer)
    }

    // MARK: Links

    private func setUp(_ request: Request, token: String, _ fields: FormFields = .empty, _ failure: Failure? = nil)
        async throws -> Page
    {
        let digest = SecretText.digest(token)
        let now = access.services.world.now()
        let found = try await access.read { reader -> (purpose: OneTimeLink.Purpose, user: User?)? in
            guard let link = try reader.link(digest), link.expires > now else { return nil }
            guard case .password(let id) = link.purpose else { return (link.purpose, nil) }
            return (link.purpose, try reader.user(id))
        }
        guard let found else { return Self.uselessLink }
        let title = found.user == nil ? "The first administrator" : "Choose a password"
        var page = Page(title)
        page.isAlone = true
        if let failure { page.status = HTTPFailure.status(failure.code) }
        page.lead { html in
            if let user = found.user {
                html.text("For the account ")
                html.element("b") { $0.name(user.name, width: 60) }
                html.text(".")
            } else {
                html.text("Whoever administers may do everything, and makes the other users.")
            }
        }
        page.body { html in
            if let failure { html.failure(failure) }
            html.form(Address("/setup"), label: title) { html in
                html.hidden("token", token)
                if found.user == nil {
                    html.field(
                        FormField("name", "User name", isRequired: true, autocomplete: "username"), fields.text("name"))
                    html.field(
                        FormField("display_name", "Name, as people read it", autocomplete: "name"),
                        fields.text("display_name"))
                }
                html.newPassword()
                html.buttons { $0.submit(found.user == nil ? "Create the administrator" : "Set the password") }
            }
        }
        return page
    }

    private static var uselessLink: Page {
        var page = Page("This link does not work any more")
        page.isAlone = true
        page.status = 403
        page.lead("It is used up, has expired, or never was one. Links work once.")
        page.body { html in
            html.element(
                "p", text: "Ask an administrator for a new one. A server without users shows one at its start.")
            html.element("p") { $0.element("a", ["href": "/sign-in"], text: "Sign in") }
        }
        return page
    }

    private func use(_ request: Request, _ fields: FormFields) async throws -> FormAnswer {
        let token = fields["token"] ?? ""
        do {
            let password = try fields.newPassword()
            let name = fields.text("name")
            let user = try await access.use(
                token, name: name.isEmpty ? nil : name, displayName: fields.text("display_name"), password: password,
                request)
            var answer = Response.redirect(to: Address("/"))
            answer.headers.append("set-cookie", try await access.beginSession(of: user, request))
            return .response(answer)
        } catch let failure as Failure
            where failure.code == .invalid || failure.code == .conflict || failure.code == .denied
        {
            return .page(try await setUp(request, token: token, fields, failure))
        }
    }
}

extension Markup {
    /// A failure at the head of a form.
    mutating func failure(_ failure: Failure) {
        notice(.bad) { html in
            html.element("p") { $0.outside(failure.message) }
            if let hint = failure.hint { html.element("p") { $0.outside(hint) } }
        }
    }

    mutating func newPassword(place: String = "") {
        field(
            FormField(
                "password", "New password", .input("password"), isRequired: true,
                hint: "At least \(PasswordRules.least) characters. A few words that do not belong together are fine.",
                autocomplete: "new-password", place: place))
        field(
            FormField(
                "again", "New password again", .input("password"), isRequired: true, autocomplete: "new-password",
                place: place))
    }
}

extension FormFields {
    func newPassword() throws(Failure) -> String {
        let password = self["password"] ?? ""
        guard password.utf8.elementsEqual((self["again"] ?? "").utf8) else {
            throw Failure(.invalid, "The two passwords are not the same")
        }
        return password
    }
}
