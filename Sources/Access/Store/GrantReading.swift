import Core
import Platform

extension AccessReader {
    // MARK: Groups

    private static let groupColumns = "g.id, g.name, g.description, g.created_at, g.updated_at"

    private static func group(_ row: any SQLRow) -> Group {
        Group(
            id: row.integer(0), name: row.text(1), description: row.text(2),
            created: Timestamp(milliseconds: row.integer(3)), updated: Timestamp(milliseconds: row.integer(4)))
    }

    func groups(after: String? = nil, limit: Int = .max) throws -> [Group] {
        try sql.rows(
            "SELECT \(Self.groupColumns) FROM access_group g WHERE g.folded > ?1 ORDER BY g.folded LIMIT ?2",
            [.text(after ?? ""), .int(min(limit, Int(Int32.max)))], Self.group)
    }

    func group(_ id: Int64) throws -> Group? {
        try sql.first("SELECT \(Self.groupColumns) FROM access_group g WHERE g.id = ?1", [.integer(id)], Self.group)
    }

    func group(named name: String) throws -> Group? {
        let group = try sql.first(
            "SELECT \(Self.groupColumns) FROM access_group g WHERE g.folded = ?1",
            [.text(AccountNames.folded(name))], Self.group)
        return group.flatMap { $0.name.utf8.elementsEqual(name.utf8) ? $0 : nil }
    }

    /// - Throws: `notFound` when there is no such group.
    func requiredGroup(named name: String) throws -> Group {
        guard !name.utf8.contains(0), let group = try group(named: name) else {
            throw Failure(.notFound, "there is no group '\(name.prefix(200))'")
        }
        return group
    }

    func members(of group: Group) throws -> [(membership: Int64, user: User)] {
        let ids = try sql.rows(
            """
            SELECT m.id, m.user_id FROM access_member m JOIN access_user u ON u.id = m.user_id
            WHERE m.group_id = ?1 ORDER BY u.folded
            """, [.integer(group.id)]
        ) { ($0.integer(0), $0.integer(1)) }
        return try ids.compactMap { id, userID in try user(userID).map { (id, $0) } }
    }

    func groups(of user: User) throws -> [Group] {
        try sql.rows(
            """
            SELECT \(Self.groupColumns) FROM access_group g JOIN access_member m ON m.group_id = g.id
            WHERE m.user_id = ?1 ORDER BY g.folded
            """, [.integer(user.id)], Self.group)
    }

    // MARK: Grants

    private static let grantColumns = "t.id, t.user_id, t.group_id, t.kind, t.form, t.target, t.level, t.created_at"

    private static func grant(_ row: any SQLRow) throws -> AccessGrant {
        guard let kind = Subject.Kind(rawValue: row.text(3)) else {
            throw Failure(.bug, "a grant about an unknown kind of thing")
        }
        let level = try row.optionalText(6).map { word in
            // A word that is not understood must not turn into a refusal, or into no refusal.
            guard let level = Permission.Level(word: word) else { throw Failure(.bug, "a grant of an unknown level") }
            return level
        }
        return AccessGrant(
            id: row.integer(0), holder: row.isNull(1) ? .group(row.integer(2)) : .user(row.integer(1)),
            target: try GrantTarget(kind, row.text(4), row.text(5)), level: level,
            created: Timestamp(milliseconds: row.integer(7)))
    }

    /// What a user holds, or a group, by itself.
    func grants(of holder: AccessGrant.Holder) throws -> [AccessGrant] {
        let (column, id) = Self.column(holder)
        return try sql.rows(
            "SELECT \(Self.grantColumns) FROM access_grant t WHERE t.\(column) = ?1 ORDER BY t.id", [.integer(id)],
            Self.grant)
    }

    static func column(_ holder: AccessGrant.Holder) -> (name: String, id: Int64) {
        switch holder {
        case .user(let id): ("user_id", id)
        case .group(let id): ("group_id", id)
        }
    }

    /// The user's own grants and those of the user's groups.
    func grants(reaching user: User) throws -> [AccessGrant] {
        try sql.rows(
            """
            SELECT \(Self.grantColumns) FROM access_grant t WHERE t.user_id = ?1 OR t.group_id IN (
                SELECT m.group_id FROM access_member m WHERE m.user_id = ?1)
            ORDER BY t.id
            """, [.integer(user.id)], Self.grant)
    }

    func grant(_ id: Int64) throws -> AccessGrant? {
        try sql.first(
            "SELECT \(Self.grantColumns) FROM access_grant t WHERE t.id = ?1", [.integer(id)], Self.grant)
    }

    func grant(of holder: AccessGrant.Holder, over target: GrantTarget) throws -> AccessGrant? {
        let (column, id) = Self.column(holder)
        return try sql.first(
            """
            SELECT \(Self.grantColumns) FROM access_grant t
            WHERE t.\(column) = ?1 AND t.kind = ?2 AND t.form = ?3 AND t.target = ?4
            """, [.integer(id), .text(target.kind.rawValue), .text(target.form), .text(target.text)], Self.grant)
    }

    func grants(over target: GrantTarget) throws -> [AccessGrant] {
        try sql.rows(
            """
            SELECT \(Self.grantColumns) FROM access_grant t
            WHERE t.kind = ?1 AND t.form = ?2 AND t.target = ?3 ORDER BY t.id
            """, [.text(target.kind.rawValue), .text(target.form), .text(target.text)], Self.grant)
    }

    /// - Parameter after: the number the page before ended with.
    func grants(after: Int64? = nil, limit: Int = .max) throws -> [AccessGrant] {
        try sql.rows(
            "SELECT \(Self.grantColumns) FROM access_grant t WHERE t.id > ?1 ORDER BY t.id LIMIT ?2",
            [.integer(after ?? 0), .int(min(limit, Int(Int32.max)))], Self.grant)
    }
}
