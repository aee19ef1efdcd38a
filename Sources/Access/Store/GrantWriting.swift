import Core
import Platform

// MARK: - Groups

extension AccessWriter {
    func createGroup(_ name: String, description: String) throws -> Group {
        try AccountNames.check(name)
        try AccountNames.checkText(description, "description", most: 1000)
        let id = try sql.first(
            """
            INSERT INTO access_group (name, folded, description, created_at, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?4) ON CONFLICT DO NOTHING RETURNING id
            """,
            [
                .text(name), .text(AccountNames.folded(name)), .text(description), .integer(now.milliseconds),
            ]
        ) { $0.integer(0) }
        guard let id, let group = try reader.group(id) else {
            throw Failure(.conflict, "there is a group '\(name)' already")
        }
        record(EventKind.groupCreated, group, ["description": .eventText(description)])
        return group
    }

    func update(_ group: Group, name: String?, description: String?) throws -> Group {
        let (newName, newDescription) = (name ?? group.name, description ?? group.description)
        try AccountNames.check(newName)
        try AccountNames.checkText(newDescription, "description", most: 1000)
        if let other = try reader.group(folded: newName), other.id != group.id {
            throw Failure(.conflict, "there is a group '\(other.name)' already")
        }
        try sql.execute(
            "UPDATE access_group SET name = ?2, folded = ?3, description = ?4, updated_at = ?5 WHERE id = ?1",
            [
                .integer(group.id), .text(newName), .text(AccountNames.folded(newName)), .text(newDescription),
                .integer(now.milliseconds),
            ])
        record(
            EventKind.groupUpdated, group,
            ["new_name": .string(newName), "description": .eventText(newDescription)])
        return try reader.group(group.id) ?? group
    }

    /// Deletes a group with its grants; its members stay users.
    func delete(_ group: Group) throws {
        for table in ["access_member", "access_grant"] {
            try sql.execute("DELETE FROM \(table) WHERE group_id = ?1", [.integer(group.id)])
        }
        try sql.execute("DELETE FROM access_group WHERE id = ?1", [.integer(group.id)])
        record(EventKind.groupDeleted, group)
    }

    /// Adding a member who is one already is no error.
    /// - Returns: the membership's number.
    func add(_ user: User, to group: Group) throws -> Int64 {
        let added = try sql.first(
            "INSERT INTO access_member (group_id, user_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING RETURNING id",
            [.integer(group.id), .integer(user.id)]
        ) { $0.integer(0) }
        if let added {
            record(EventKind.memberAdded, group, ["user": .string(user.name)])
            return added
        }
        return try sql.first(
            "SELECT id FROM access_member WHERE group_id = ?1 AND user_id = ?2",
            [.integer(group.id), .integer(user.id)]
        ) { $0.integer(0) } ?? 0
    }

    func remove(_ user: User, from group: Group) throws {
        let removed = try sql.execute(
            "DELETE FROM access_member WHERE group_id = ?1 AND user_id = ?2",
            [.integer(group.id), .integer(user.id)])
        if removed > 0 { record(EventKind.memberRemoved, group, ["user": .string(user.name)]) }
    }
}

extension AccessReader {
    /// A group whose name differs in case at most.
    func group(folded name: String) throws -> Group? {
        try sql.first("SELECT name FROM access_group WHERE folded = ?1", [.text(AccountNames.folded(name))]) {
            $0.text(0)
        }.flatMap { try group(named: $0) }
    }
}

// MARK: - Grants

extension AccessWriter {
    /// Sets what `holder` has over `target`, whatever that was.
    func setGrant(
        _ holder: AccessGrant.Holder, _ target: GrantTarget, _ level: Permission.Level?
    ) throws -> AccessGrant {
        if level == .administer {
            throw Failure(
                .invalid, "level: nobody administers a single thing", hint: "Levels are read, edit, approve, manage.")
        }
        let old = try reader.grant(of: holder, over: target)
        let (column, id) = AccessReader.column(holder)
        if let old {
            try sql.execute(
                "UPDATE access_grant SET level = ?2 WHERE id = ?1", [.integer(old.id), .optional(level?.word)])
        } else {
            try sql.execute(
                """
                INSERT INTO access_grant (\(column), kind, form, target, level, created_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                """,
                [
                    .integer(id), .text(target.kind.rawValue), .text(target.form), .text(target.text),
                    .optional(level?.word), .integer(now.milliseconds),
                ])
        }
        guard let grant = try reader.grant(of: holder, over: target) else {
            throw Failure(.bug, "a grant that was made is not there")
        }
        if old == nil || old?.level != level {
            try record(
                EventKind.grantSet, holder, target,
                [
                    JSON.Member("old", old.map { .string(AccessGrant.word($0.level)) } ?? .null),
                    JSON.Member("new", .string(AccessGrant.word(level))),
                ])
        }
        return grant
    }

    func remove(_ grant: AccessGrant) throws {
        try sql.execute("DELETE FROM access_grant WHERE id = ?1", [.integer(grant.id)])
        try record(
            EventKind.grantRemoved, grant.holder, grant.target,
            [JSON.Member("old", .string(AccessGrant.word(grant.level)))])
    }

    private func record(
        _ kind: String, _ holder: AccessGrant.Holder, _ target: GrantTarget, _ details: [JSON.Member]
    ) throws {
        let what = [JSON.Member("about", target.eventJSON)] + details
        switch holder {
        case .user(let id):
            let name = try reader.user(id)?.name ?? ""
            transaction.record(
                Event(
                    kind: kind, subject: EventSubject.user(id),
                    details: .object([JSON.Member("user", .string(name))] + what)), by: origin)
        case .group(let id):
            let name = try reader.group(id)?.name ?? ""
            transaction.record(
                Event(
                    kind: kind, subject: EventSubject.group(id),
                    details: .object([JSON.Member("group", .string(name))] + what)), by: origin)
        }
    }
}

extension AccessGrant {
    /// `none` refuses.
    static func word(_ level: Permission.Level?) -> String { level?.word ?? "none" }
}
