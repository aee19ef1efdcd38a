import Core
import Platform

/// Changes users and what belongs to them, and records each change as an event of the same transaction.
///
/// The first thing each does is to count up the version: that tells all servers that what they remember is old, and
/// puts all such changes in one line, so that none decides by what another is just changing.
struct AccessWriter {
    let transaction: Transaction
    let origin: Origin
    let now: Timestamp
    let version: Int64

    init(_ transaction: Transaction, _ origin: Origin, now: Timestamp) throws {
        self.transaction = transaction
        self.origin = origin
        self.now = now
        version =
            try transaction.sql.first(
                "UPDATE access_state SET value = value + 1 WHERE name = 'version' RETURNING value"
            ) { $0.integer(0) } ?? 0
    }

    var sql: any SQLConnection { transaction.sql }
    var reader: AccessReader { AccessReader(transaction.sql) }

    func record(_ kind: String, _ user: User, _ details: KeyValuePairs<String, JSON> = [:]) {
        let members = [JSON.Member("user", .string(user.name))] + details.map { JSON.Member($0.key, $0.value) }
        transaction.record(
            Event(kind: kind, subject: EventSubject.user(user.id), details: .object(members)), by: origin)
    }

    func record(_ kind: String, _ group: Group, _ details: KeyValuePairs<String, JSON> = [:]) {
        let members = [JSON.Member("group", .string(group.name))] + details.map { JSON.Member($0.key, $0.value) }
        transaction.record(
            Event(kind: kind, subject: EventSubject.group(group.id), details: .object(members)), by: origin)
    }

    func recordServer(_ kind: String, _ details: KeyValuePairs<String, JSON> = [:]) {
        transaction.record(Event(kind, EventSubject.server, details), by: origin)
    }
}

// MARK: - Users

extension AccessWriter {
    /// - Parameter password: what is to be stored of it; nil for somebody who signs in by other means, or not yet.
    /// - Throws: `conflict` when the name is taken, also by one that differs in case only.
    func createUser(
        _ name: String, displayName: String = "", kind: User.Kind = .person, role: Role?, password: String? = nil
    ) throws -> User {
        try AccountNames.check(name)
        try AccountNames.checkText(displayName, "display_name")
        guard try role == .admin || reader.hasUsers() else {
            throw Failure(
                .invalid, "the first user must be an administrator: from then on everybody has to sign in",
                hint: "Create an admin first, with a password.")
        }
        let isFirst = try !reader.hasUsers()
        guard !isFirst || (kind == .person && password != nil) else {
            throw Failure(.invalid, "the first user must be a person with a password, who can sign in")
        }
        let id = try sql.first(
            """
            INSERT INTO access_user (
                name, folded, display_name, kind, role, is_active, password, password_version, created_at, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, 1, ?7, ?7) ON CONFLICT DO NOTHING RETURNING id
            """,
            [
                .text(name), .text(AccountNames.folded(name)), .text(displayName), .text(kind.rawValue),
                .optional(role?.rawValue), .optional(password), .integer(now.milliseconds),
            ]
        ) { $0.integer(0) }
        guard let id, let user = try reader.user(id) else {
            throw Failure(.conflict, "User (username=\(name)) already exists.")
        }
        record(
            EventKind.userCreated, user,
            [
                "kind": .string(kind.rawValue), "role": .optional(role?.rawValue),
                "display_name": .string(displayName), "has_password": .bool(user.hasPassword),
            ])
        return user
    }

    /// Another role, or being deactivated, ends the user's sessions: whoever may do more has to show again who they
    /// are, and whoever may do less goes on with less. Deactivated users keep their tokens, which are refused.
    func update(_ user: User, _ change: UserChange) throws -> User {
        if let text = change.displayName { try AccountNames.checkText(text, "display_name") }
        let role = change.role.map(\.value) ?? user.role
        let isActive = change.isActive ?? user.isActive
        let displayName = change.displayName ?? user.displayName
        if role != .admin || !isActive { try checkAnotherAdmin(user) }
        try sql.execute(
            "UPDATE access_user SET display_name = ?2, role = ?3, is_active = ?4, updated_at = ?5 WHERE id = ?1",
            [
                .integer(user.id), .text(displayName), .optional(role?.rawValue), .flag(isActive),
                .integer(now.milliseconds),
            ])
        if role != user.role || isActive != user.isActive { try endSessions(of: user) }
        var changes: [JSON.Member] = [JSON.Member("user", .string(user.name))]
        func note(_ name: String, _ old: JSON, _ new: JSON) {
            if old != new { changes.append(JSON.Member(name, .record(["old": old, "new": new]))) }
        }
        note("display_name", .string(user.displayName), .string(displayName))
        note("role", .optional(user.role?.rawValue), .optional(role?.rawValue))
        note("is_active", .bool(user.isActive), .bool(isActive))
        if changes.count > 1 {
            transaction.record(
                Event(kind: EventKind.userUpdated, subject: EventSubject.user(user.id), details: .object(changes)),
                by: origin)
        }
        return try reader.user(user.id) ?? user
    }

    /// Deletes a user with tokens, sessions, memberships and grants. What the user did stays in the log.
    func delete(_ user: User) throws {
        try checkAnotherAdmin(user)
        for table in [
            "access_token", "access_session", "access_member", "access_grant", "access_link", "access_identity",
        ] {
            try sql.execute("DELETE FROM \(table) WHERE user_id = ?1", [.integer(user.id)])
        }
        try sql.execute("DELETE FROM access_user WHERE id = ?1", [.integer(user.id)])
        record(EventKind.userDeleted, user, ["role": .optional(user.role?.rawValue)])
    }

    /// Whether nobody else is left who can sign in and give rights.
    func isLastAdmin(_ user: User) throws -> Bool {
        try user.isAdmin && user.kind == .person && !reader.hasAdmin(besides: user)
    }

    private func checkAnotherAdmin(_ user: User) throws {
        if try isLastAdmin(user) {
            throw Failure(
                .conflict, "\(user.name) is the last active administrator",
                hint: "Make somebody else an administrator first.")
        }
    }

    /// Ends all sessions of the user, and links that would set the password.
    /// - Parameter stored: what is to be stored of the password.
    func setPassword(of user: User, _ stored: String) throws {
        guard user.kind == .person else {
            throw Failure(
                .invalid, "\(user.name) is a service account, which has no password", hint: "Make it a token.")
        }
        try sql.execute(
            """
            UPDATE access_user SET password = ?2, password_version = password_version + 1, updated_at = ?3
            WHERE id = ?1
            """, [.integer(user.id), .text(stored), .integer(now.milliseconds)])
        try endSessions(of: user)
        try sql.execute("DELETE FROM access_link WHERE user_id = ?1", [.integer(user.id)])
        record(EventKind.passwordSet, user, ["by_user": .bool(origin.principal.name == user.name)])
    }

    func endSessions(of user: User) throws {
        try sql.execute("DELETE FROM access_session WHERE user_id = ?1", [.integer(user.id)])
    }
}
