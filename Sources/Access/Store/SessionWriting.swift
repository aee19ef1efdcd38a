import Core
import Platform

// MARK: - Sessions

extension AccessWriter {
    /// Begins a session, with a secret that nobody has seen before: a cookie that somebody planted is worth nothing.
    /// - Parameters:
    ///   - replacing: the session that the browser had until now; it ends.
    ///   - lifetime: in milliseconds.
    func beginSession(
        _ secret: SecretText, id: String, of user: User, replacing old: [UInt8]?, address: String?, lifetime: Int64
    ) throws {
        try sql.execute("DELETE FROM access_session WHERE expires_at <= ?1", [.integer(now.milliseconds)])
        if let old { try sql.execute("DELETE FROM access_session WHERE digest = ?1", [.blob(old)]) }
        // Somebody who signs in again and again must not fill the table.
        try sql.execute(
            """
            DELETE FROM access_session WHERE user_id = ?1 AND id NOT IN (
                SELECT id FROM access_session WHERE user_id = ?1 ORDER BY created_at DESC LIMIT \(Self.sessionLimit))
            """, [.integer(user.id)])
        try sql.execute(
            """
            INSERT INTO access_session (digest, id, user_id, created_at, seen_at, expires_at, address)
            VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6)
            """,
            [
                .blob(secret.digest), .text(id), .integer(user.id), .integer(now.milliseconds),
                .integer(now.adding(milliseconds: lifetime).milliseconds), .optional(address),
            ])
        try sql.execute(
            "UPDATE access_user SET signed_in_at = ?2 WHERE id = ?1", [.integer(user.id), .integer(now.milliseconds)])
        record(EventKind.signedIn, user, ["session": .string(id), "address": .optional(address)])
    }

    /// Sessions of one user.
    private static let sessionLimit = 49

    func end(_ session: Session, of user: User) throws {
        try sql.execute("DELETE FROM access_session WHERE id = ?1", [.text(session.id)])
        record(EventKind.signedOut, user, ["session": .string(session.id)])
    }
}

// MARK: - Links

extension AccessWriter {
    /// - Parameters:
    ///   - user: whose password it sets; nil to make the first administrator.
    ///   - lifetime: in milliseconds.
    func makeLink(_ secret: SecretText, for user: User?, lifetime: Int64) throws -> Timestamp {
        let expires = now.adding(milliseconds: lifetime)
        try sql.execute("DELETE FROM access_link WHERE expires_at <= ?1", [.integer(now.milliseconds)])
        if let user {
            guard user.kind == .person else {
                throw Failure(.invalid, "\(user.name) is a service account, which has no password")
            }
            try sql.execute("DELETE FROM access_link WHERE user_id = ?1", [.integer(user.id)])
        }
        try sql.execute(
            "INSERT INTO access_link (digest, user_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
            [
                .blob(secret.digest), .optional(user?.id), .integer(now.milliseconds), .integer(expires.milliseconds),
            ])
        if let user {
            record(EventKind.linkMade, user, ["expires_at": .string(expires.rfc3339)])
        } else {
            recordServer(EventKind.linkMade, ["purpose": .string("set-up"), "expires_at": .string(expires.rfc3339)])
        }
        return expires
    }

    /// Uses a link up.
    /// - Throws: `denied` when it is unknown, expired or used: which of these is nobody's business.
    func use(_ token: String) throws -> OneTimeLink {
        let digest = SecretText.digest(token)
        guard let link = try reader.link(digest), link.expires > now else { throw OneTimeLink.invalid }
        switch link.purpose {
        // All of them: two set-up links make one administrator.
        case .setUp: try sql.execute("DELETE FROM access_link WHERE user_id IS NULL")
        case .password: try sql.execute("DELETE FROM access_link WHERE digest = ?1", [.blob(digest)])
        }
        return link
    }
}

extension OneTimeLink {
    static let invalid = Failure(
        .denied, "the link is not valid: it is used up, has expired, or never was one",
        hint: "Ask an administrator for a new one. The first one is shown when the server starts.")
}
