import Core
import Platform

extension AccessWriter {
    /// - Parameter digest: of the token, which is not stored.
    /// - Throws: `conflict` when the user has a token of that name, or too many.
    func createToken(
        _ secret: SecretText, id: String, of user: User, _ name: String, _ scope: TokenScope, expires: Timestamp?
    ) throws -> AccessToken {
        try AccountNames.checkText(name, "name")
        guard !name.isEmpty else { throw Failure(.invalid, "name: it must not be empty") }
        if let expires, expires <= now { throw Failure(.invalid, "expires_at: it is in the past") }
        if let targets = scope.targets, targets.isEmpty || targets.count > TokenScope.targetLimit {
            throw Failure(.invalid, "subjects: a token is for 1 to \(TokenScope.targetLimit) things, or for all")
        }
        try makeRoom(of: user)
        let inserted = try sql.execute(
            """
            INSERT INTO access_token (id, digest, beginning, user_id, name, level, targets, created_at, expires_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING
            """,
            [
                .text(id), .blob(secret.digest), .text(SecretText.beginning(secret.text)), .integer(user.id),
                .text(name), .text(scope.level.word), .optional(scope.targets.map(StoredTargets.text)),
                .integer(now.milliseconds), .optional(expires?.milliseconds),
            ])
        guard inserted == 1, let token = try reader.token(id) else {
            throw Failure(.conflict, "\(user.name) has a token named '\(name)' already")
        }
        record(
            EventKind.tokenCreated, user,
            [
                "token": .string(id), "name": .string(name), "level": .string(scope.level.word),
                "subjects": scope.targets.map { .array($0.prefix(20).map(\.eventJSON)) } ?? .null,
                "expires_at": .optional(expires?.rfc3339),
            ])
        return token
    }

    /// Tokens of one user: somebody who makes one again and again must not fill the table.
    private static let tokenLimit = 500

    private func makeRoom(of user: User) throws {
        func isFull() throws -> Bool {
            let count = try sql.first(
                "SELECT COUNT(*) FROM access_token WHERE user_id = ?1", [.integer(user.id)]
            ) { $0.integer(0) }
            return (count ?? 0) >= Self.tokenLimit
        }
        guard try isFull() else { return }
        // Nobody misses what has expired.
        try sql.execute(
            "DELETE FROM access_token WHERE user_id = ?1 AND expires_at <= ?2",
            [.integer(user.id), .integer(now.milliseconds)])
        guard try !isFull() else {
            throw Failure(
                .conflict, "\(user.name) has \(Self.tokenLimit) tokens, which is the most there may be",
                hint: "Revoke those that are not used any more.")
        }
    }

    func revoke(_ token: AccessToken, of user: User) throws {
        try sql.execute("DELETE FROM access_token WHERE id = ?1", [.text(token.id)])
        record(EventKind.tokenRevoked, user, ["token": .string(token.id), "name": .string(token.name)])
    }
}

extension GrantTarget {
    var eventJSON: JSON {
        .record(["kind": .string(kind.rawValue), form: .eventText(text)])
    }
}
