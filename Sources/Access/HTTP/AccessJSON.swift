import Core
import Platform

/// The shapes of Steward's own API for users and what belongs to them.
enum AccessJSON {
    static let user = [
        Endpoint.Field("name", .text, required: true), Endpoint.Field("display_name", .text, required: true),
        Endpoint.Field("kind", .text, "person or service.", required: true),
        Endpoint.Field("role", .text, "viewer, editor, approver or admin; null for none."),
        Endpoint.Field("active", .flag, required: true), Endpoint.Field("has_password", .flag, required: true),
        Endpoint.Field("created_at", .text, required: true), Endpoint.Field("updated_at", .text, required: true),
        Endpoint.Field("signed_in_at", .text, "When a password was last used, to the minute."),
    ]

    static func json(_ user: User) -> JSON { .object(members(user)) }

    static func members(_ user: User) -> [JSON.Member] {
        [
            JSON.Member("name", .string(user.name)), JSON.Member("display_name", .string(user.displayName)),
            JSON.Member("kind", .string(user.kind.rawValue)), JSON.Member("role", .optional(user.role?.rawValue)),
            JSON.Member("active", .bool(user.isActive)), JSON.Member("has_password", .bool(user.hasPassword)),
            JSON.Member("created_at", .string(user.created.rfc3339)),
            JSON.Member("updated_at", .string(user.updated.rfc3339)),
            JSON.Member("signed_in_at", .optional(user.signedIn?.rfc3339)),
        ]
    }

    static let target = [
        Endpoint.Field("kind", .text, "experiment or registered_model.", required: true),
        Endpoint.Field("id", .text, "Of an experiment."), Endpoint.Field("name", .text),
        Endpoint.Field("pattern", .text, "Of names: `fraud-*`."),
    ]

    static func json(_ target: GrantTarget) -> JSON {
        .record(["kind": .string(target.kind.rawValue), target.form: .string(target.text)])
    }

    static let token = [
        Endpoint.Field("id", .text, required: true), Endpoint.Field("name", .text, required: true),
        Endpoint.Field("user", .text, required: true),
        Endpoint.Field("beginning", .text, "The first characters of the token.", required: true),
        Endpoint.Field(
            "level", .text, "read, edit, approve, manage or administer: the most it may do.", required: true),
        Endpoint.Field("subjects", .list(.object(target)), "The only things it is for; null for all."),
        Endpoint.Field("created_at", .text, required: true), Endpoint.Field("expires_at", .text),
        Endpoint.Field("used_at", .text, "When it was last used, to the minute."),
    ]

    static func members(_ token: AccessToken, _ owner: String) -> [JSON.Member] {
        [
            JSON.Member("id", .string(token.id)), JSON.Member("name", .string(token.name)),
            JSON.Member("user", .string(owner)), JSON.Member("beginning", .string(token.beginning)),
            JSON.Member("level", .string(token.scope.level.word)),
            JSON.Member("subjects", token.scope.targets.map { .array($0.map(json)) } ?? .null),
            JSON.Member("created_at", .string(token.created.rfc3339)),
            JSON.Member("expires_at", .optional(token.expires?.rfc3339)),
            JSON.Member("used_at", .optional(token.used?.rfc3339)),
        ]
    }

    static let group = [
        Endpoint.Field("name", .text, required: true), Endpoint.Field("description", .text, required: true),
        Endpoint.Field("created_at", .text, required: true), Endpoint.Field("updated_at", .text, required: true),
    ]

    static func members(_ group: Group) -> [JSON.Member] {
        [
            JSON.Member("name", .string(group.name)), JSON.Member("description", .string(group.description)),
            JSON.Member("created_at", .string(group.created.rfc3339)),
            JSON.Member("updated_at", .string(group.updated.rfc3339)),
        ]
    }

    static let grant = [
        Endpoint.Field("id", .integer, required: true), Endpoint.Field("user", .text, "Who holds it, or:"),
        Endpoint.Field("group", .text), Endpoint.Field("about", .object(target), required: true),
        Endpoint.Field("level", .text, "read, edit, approve, manage, or none, which refuses.", required: true),
        Endpoint.Field("created_at", .text, required: true),
    ]

    static func json(_ grant: AccessGrant, _ reader: AccessReader) throws -> JSON {
        let holder: JSON.Member =
            switch grant.holder {
            case .user(let id): JSON.Member("user", .optional(try reader.user(id)?.name))
            case .group(let id): JSON.Member("group", .optional(try reader.group(id)?.name))
            }
        return .object([
            JSON.Member("id", .integer(grant.id)), holder, JSON.Member("about", json(grant.target)),
            JSON.Member("level", .string(AccessGrant.word(grant.level))),
            JSON.Member("created_at", .string(grant.created.rfc3339)),
        ])
    }

    static let session = [
        Endpoint.Field("id", .text, required: true), Endpoint.Field("created_at", .text, required: true),
        Endpoint.Field("seen_at", .text, required: true), Endpoint.Field("expires_at", .text, required: true),
        Endpoint.Field("address", .text), Endpoint.Field("current", .flag, required: true),
    ]

    static func json(_ session: Session, isCurrent: Bool) -> JSON {
        .record([
            "id": .string(session.id), "created_at": .string(session.created.rfc3339),
            "seen_at": .string(session.seen.rfc3339), "expires_at": .string(session.expires.rfc3339),
            "address": .optional(session.address), "current": .bool(isCurrent),
        ])
    }
}

extension RequestObject {
    /// - Returns: nil when no level is given.
    /// - Throws: `invalid` for a word that is none; `none` is for grants.
    func level(_ name: String) throws(Failure) -> Permission.Level? {
        guard let word = try text(name) else { return nil }
        guard let level = Permission.Level(word: word) else {
            throw Failure(
                .invalid, "\(name): '\(word.prefix(50))' is no level",
                hint: "Levels are \(Permission.Level.allCases.map(\.word).joined(separator: ", ")).")
        }
        return level
    }

    /// What `kind` and one of `id`, `name` and `pattern` say.
    func target() throws(Failure) -> GrantTarget {
        var given: [(String, String)] = []
        for form in ["id", "name", "pattern"] { if let text = try text(form) { given.append((form, text)) } }
        guard given.count == 1 else {
            throw Failure(.invalid, "one of id, name and pattern must be given")
        }
        return try GrantTarget(kind(), given[0].0, given[0].1)
    }

    func targets(_ name: String) throws(Failure) -> [GrantTarget]? {
        guard let objects = try objects(name, AccessJSON.target) else { return nil }
        var targets: [GrantTarget] = []
        for object in objects { targets.append(try object.target()) }
        return targets
    }

    func kind() throws(Failure) -> Subject.Kind { try Subject.Kind(named: requiredText("kind")) }
}

extension Subject.Kind {
    /// - Throws: `invalid`, saying which there are.
    init(named name: String) throws(Failure) {
        guard let kind = Subject.Kind(rawValue: name) else {
            throw Failure(
                .invalid,
                "kind: '\(name.prefix(50))' is none of "
                    + Subject.Kind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self = kind
    }
}
