import Core
import Platform

/// What the forms of a user's page do.
struct UserForms: Sendable {
    let page: UserPage
    private var access: Access { page.access }

    var endpoints: [Endpoint] {
        let manage = Endpoint.Access.may(.accessManage)
        return [
            .form("/users/{name}/role", manage, "Gives a user another role.") { request, fields in
                try await change(request, fields, "role") { change in
                    let role = fields["role"] ?? ""
                    change.role = .init(role == "none" ? nil : try Role(named: role))
                }
            },
            .form("/users/{name}/active", manage, "Keeps a user out, or lets one in again.") { request, fields in
                try await change(request, fields, "active") { $0.isActive = fields["active"] == "yes" }
            },
            .form("/users/{name}/name", .signedIn, "Changes how a user is called.") { request, fields in
                try request.mustSpeakForAccount()
                try request.mustBe(try request.parameter("name"))
                return try await change(request, fields, "name") { $0.displayName = fields.text("display_name") }
            },
            .form("/users/{name}/delete", manage, "Deletes a user.") { try await delete($0, $1) },
            .form("/users/{name}/link", manage, "Makes a link with which a user chooses a password.") {
                try await link($0, $1)
            }.holdingSecrets(),
            .form("/users/{name}/password", .signedIn, "Changes one's own password.") { try await password($0, $1) }
                .holdingSecrets(),
            .form("/users/{name}/grants", manage, "Grants a user rights over something.") { try await grant($0, $1) },
            .form("/grants/{id}/remove", manage, "Takes a grant away.") { try await removeGrant($0, $1) },
            .form("/sessions/{id}/end", .signedIn, "Signs one of one's own browsers out.") { request, _ in
                try await endSession(request)
            },
        ]
    }

    private static func address(_ request: Request) throws(Failure) -> Address {
        Address("/users", try request.parameter("name"))
    }

    /// Does something, and shows the page again with what was wrong.
    private func attempt(
        _ request: Request, _ form: String, _ work: () async throws -> FormAnswer
    ) async throws -> FormAnswer {
        do { return try await work() } catch let failure as Failure
            where FailureText(failure) != nil || form == "password" && failure.code == .denied
            || form == "grants" && failure.code == .notFound || failure.code == .exhausted
        {
            return .page(try await page.user(request, request.site, problem: (form, failure)))
        }
    }

    private func change(
        _ request: Request, _ fields: FormFields, _ form: String,
        _ set: @Sendable (inout UserChange) throws -> Void
    ) async throws -> FormAnswer {
        let name = try request.parameter("name")
        return try await attempt(request, form) {
            var change = UserChange()
            try set(&change)
            let asked = change
            try await access.write(fields.origin) { writer in
                _ = try writer.update(try writer.reader.requiredUser(named: name), asked)
            }
            return .goTo(try Self.address(request))
        }
    }

    private func delete(_ request: Request, _ fields: FormFields) async throws -> FormAnswer {
        let name = try request.parameter("name")
        return try await attempt(request, "delete") {
            guard fields.text("confirm").utf8.elementsEqual(name.utf8) else {
                throw Failure(.invalid, "The name that was typed is not the user's; nothing was deleted")
            }
            try await access.write(fields.origin) { try $0.delete(try $0.reader.requiredUser(named: name)) }
            return .goTo(Address("/users"))
        }
    }

    private func link(_ request: Request, _ fields: FormFields) async throws -> FormAnswer {
        let name = try request.parameter("name")
        return try await attempt(request, "link") {
            let link = try await access.makePasswordLink(for: name, fields.origin)
            let user = try await access.read { try $0.requiredUser(named: name) }
            return .page(UserPage.linkPage(user, access.address(of: link, request.server)))
        }
    }

    private func password(_ request: Request, _ fields: FormFields) async throws -> FormAnswer {
        let user = try await access.account(of: request)
        guard user.name.utf8.elementsEqual(try request.parameter("name").utf8) else {
            throw Failure(.denied, "everybody changes their own password", hint: "Make a password link for the user.")
        }
        return try await attempt(request, "password") {
            let changed = try await access.changePassword(
                of: user, from: fields["old_password"] ?? "", to: try fields.newPassword(), request)
            var answer = Response.redirect(to: Address("/users", user.name))
            if request.principal.method == .session {
                answer.headers.append("set-cookie", try await access.beginSession(of: changed, request))
            }
            return .response(answer)
        }
    }

    private func grant(_ request: Request, _ fields: FormFields) async throws -> FormAnswer {
        let name = try request.parameter("name")
        return try await attempt(request, "grants") {
            let (target, level) = try GrantTable.read(fields)
            let kept = try await access.kept(target, request.principal)
            try await access.write(fields.origin) { writer in
                let user = try writer.reader.requiredUser(named: name)
                _ = try writer.setGrant(.user(user.id), kept, level)
            }
            return .goTo(try Self.address(request))
        }
    }

    private func removeGrant(_ request: Request, _ fields: FormFields) async throws -> FormAnswer {
        let id = Int64(try request.parameter("id")) ?? 0
        return .goTo(
            try await access.write(fields.origin) { writer in
                guard let grant = try writer.reader.grant(id) else {
                    throw Failure(.notFound, "the grant is not there any more")
                }
                try writer.remove(grant)
                switch grant.holder {
                case .user(let id): return Address("/users", try writer.reader.user(id)?.name ?? "")
                case .group(let id): return Address("/groups", try writer.reader.group(id)?.name ?? "")
                }
            })
    }

    private func endSession(_ request: Request) async throws -> FormAnswer {
        try request.mustSpeakForAccount()
        let user = try await access.account(of: request)
        let id = try request.parameter("id")
        try await access.write(request) { writer in
            guard let session = try writer.reader.sessions(of: user).first(where: { $0.id.utf8.elementsEqual(id.utf8) })
            else { return }
            try writer.end(session, of: user)
        }
        return .goTo(Address("/users", user.name))
    }
}
