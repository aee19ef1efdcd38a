import Core
import Platform

extension AccessReader {
    private static let tokenColumns = """
        t.id, t.user_id, t.name, t.beginning, t.level, t.targets, t.created_at, t.expires_at, t.used_at
        """

    private static func token(_ row: any SQLRow) throws -> AccessToken {
        guard let level = Permission.Level(word: row.text(4)) else {
            throw Failure(.bug, "a token of an unknown level")
        }
        return AccessToken(
            id: row.text(0), userID: row.integer(1), name: row.text(2), beginning: row.text(3),
            scope: TokenScope(level, targets: try row.optionalText(5).map(StoredTargets.parse)),
            created: Timestamp(milliseconds: row.integer(6)),
            expires: row.optionalInteger(7).map { Timestamp(milliseconds: $0) },
            used: row.optionalInteger(8).map { Timestamp(milliseconds: $0) })
    }

    func token(digest: [UInt8]) throws -> AccessToken? {
        try sql.first(
            "SELECT \(Self.tokenColumns) FROM access_token t WHERE t.digest = ?1", [.blob(digest)], Self.token)
    }

    func token(_ id: String) throws -> AccessToken? {
        guard !id.utf8.contains(0) else { return nil }
        return try sql.first(
            "SELECT \(Self.tokenColumns) FROM access_token t WHERE t.id = ?1", [.text(id)], Self.token)
    }

    func token(of user: User, named name: String) throws -> AccessToken? {
        try sql.first(
            "SELECT \(Self.tokenColumns) FROM access_token t WHERE t.user_id = ?1 AND t.name = ?2",
            [.integer(user.id), .text(name)], Self.token)
    }

    /// The newest first.
    /// - Parameter user: nil for everybody's.
    func tokens(of user: User?, after: (created: Int64, id: String)? = nil, limit: Int = .max) throws -> [AccessToken] {
        var parameters = SQLParameters()
        var conditions: [String] = []
        if let user { conditions.append("t.user_id = \(parameters.add(.integer(user.id)))") }
        if let after {
            let (created, id) = (parameters.add(.integer(after.created)), parameters.add(.text(after.id)))
            conditions.append("(t.created_at < \(created) OR (t.created_at = \(created) AND t.id > \(id)))")
        }
        let condition = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return try sql.rows(
            "SELECT \(Self.tokenColumns) FROM access_token t \(condition) ORDER BY t.created_at DESC, t.id LIMIT "
                + parameters.add(.int(min(limit, Int(Int32.max)))), parameters.values, Self.token)
    }
}

/// The things a token is for, as its row keeps them: `[["experiment","id","7"]]`.
enum StoredTargets {
    static func text(_ targets: [GrantTarget]) -> String {
        JSON.array(
            targets.map { .array([.string($0.kind.rawValue), .string($0.form), .string($0.text)]) }
        ).text()
    }

    static func parse(_ text: String) throws(Failure) -> [GrantTarget] {
        var targets: [GrantTarget] = []
        for element in try JSONParser.parse(Array(text.utf8)).elements ?? [] {
            let words = (element.elements ?? []).compactMap(\.text)
            guard words.count == 3, let kind = Subject.Kind(rawValue: words[0]) else {
                throw Failure(.bug, "a token for an unknown kind of thing")
            }
            targets.append(try GrantTarget(kind, words[1], words[2]))
        }
        return targets
    }
}
