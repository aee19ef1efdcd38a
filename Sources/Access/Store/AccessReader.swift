import Core
import Platform

/// Reads users and what belongs to them. Works in a read as well as in a write.
struct AccessReader {
    let sql: any SQLConnection

    init(_ sql: any SQLConnection) { self.sql = sql }

    /// Counts the changes of everything that decides who may do what.
    func version() throws -> Int64 {
        try sql.first("SELECT value FROM access_state WHERE name = 'version'") { $0.integer(0) } ?? 0
    }

    // MARK: Users

    private static let userColumns = """
        u.id, u.name, u.display_name, u.kind, u.role, u.is_active,
        CASE WHEN u.password IS NULL THEN 0 ELSE 1 END, u.password_version, u.created_at, u.updated_at, u.signed_in_at
        """

    static func user(_ row: any SQLRow) -> User {
        User(
            id: row.integer(0), name: row.text(1), displayName: row.text(2),
            kind: User.Kind(rawValue: row.text(3)) ?? .person, role: row.optionalText(4).flatMap(Role.init(rawValue:)),
            isActive: row.flag(5), hasPassword: row.flag(6), passwordVersion: row.integer(7),
            created: Timestamp(milliseconds: row.integer(8)), updated: Timestamp(milliseconds: row.integer(9)),
            signedIn: row.optionalInteger(10).map { Timestamp(milliseconds: $0) })
    }

    func hasUsers() throws -> Bool { try sql.first("SELECT 1 FROM access_user LIMIT 1") { _ in true } ?? false }

    func user(_ id: Int64) throws -> User? {
        try sql.first("SELECT \(Self.userColumns) FROM access_user u WHERE u.id = ?1", [.integer(id)], Self.user)
    }

    /// The user of exactly that name.
    func user(named name: String) throws -> User? {
        let user = try sql.first(
            "SELECT \(Self.userColumns) FROM access_user u WHERE u.folded = ?1", [.text(AccountNames.folded(name))],
            Self.user)
        return user.flatMap { $0.name.utf8.elementsEqual(name.utf8) ? $0 : nil }
    }

    /// Whether nobody has a name, also not in other letters.
    func isFree(_ name: String) throws -> Bool {
        try sql.first("SELECT 1 FROM access_user WHERE folded = ?1", [.text(AccountNames.folded(name))]) { _ in true }
            == nil
    }

    /// - Throws: `notFound` when there is no such user.
    func requiredUser(named name: String) throws -> User {
        guard !name.utf8.contains(0), let user = try user(named: name) else { throw Self.noUser(name) }
        return user
    }

    /// A user as they are now.
    /// - Throws: `unauthenticated` when what was verified for `user` does not hold any more.
    func unchanged(_ user: User) throws -> User {
        guard let now = try self.user(user.id), now.isActive, now.passwordVersion == user.passwordVersion else {
            throw Failure(.unauthenticated, "the account has changed", hint: "Sign in again.")
        }
        return now
    }

    static func noUser(_ name: String) -> Failure {
        Failure(.notFound, "User with username=\(name.prefix(200)) not found")
    }

    /// What is stored of the password.
    func password(of id: Int64) throws -> String? {
        try sql.first("SELECT password FROM access_user WHERE id = ?1", [.integer(id)]) { $0.optionalText(0) } ?? nil
    }

    /// Users by name.
    /// - Parameter after: the folded name the page before ended with.
    func users(kind: User.Kind? = nil, after: String? = nil, limit: Int = .max) throws -> [User] {
        var parameters = SQLParameters()
        var conditions: [String] = []
        if let kind { conditions.append("u.kind = \(parameters.add(.text(kind.rawValue)))") }
        if let after { conditions.append("u.folded > \(parameters.add(.text(after)))") }
        let condition = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return try sql.rows(
            "SELECT \(Self.userColumns) FROM access_user u \(condition) ORDER BY u.folded LIMIT "
                + parameters.add(.int(min(limit, Int(Int32.max)))), parameters.values, Self.user)
    }

    /// Whether somebody else administers, a person who has a way to sign in: a password, or a provider's word.
    func hasAdmin(besides user: User) throws -> Bool {
        try sql.first(
            """
            SELECT 1 FROM access_user WHERE role = ?1 AND is_active = 1 AND kind = ?2 AND id <> ?3
            AND (password IS NOT NULL OR id IN (SELECT user_id FROM access_identity)) LIMIT 1
            """, [.text(Role.admin.rawValue), .text(User.Kind.person.rawValue), .integer(user.id)]
        ) { _ in true } ?? false
    }

    // MARK: Rights

    /// What a user may do: the role's level, the user's grants and those of the user's groups.
    func rights(of user: User) throws -> Rights {
        guard user.isActive else { return .nothing }
        return Rights(user.role?.level, grants: try grants(reaching: user).map(\.grant))
    }

    // MARK: Sessions

    func session(_ digest: [UInt8]) throws -> Session? {
        try sql.first(
            "SELECT \(Self.sessionColumns) FROM access_session WHERE digest = ?1", [.blob(digest)], Self.session)
    }

    func sessions(of user: User) throws -> [Session] {
        try sql.rows(
            "SELECT \(Self.sessionColumns) FROM access_session WHERE user_id = ?1 ORDER BY created_at DESC, id",
            [.integer(user.id)], Self.session)
    }

    private static let sessionColumns = "id, user_id, created_at, seen_at, expires_at, address"

    private static func session(_ row: any SQLRow) -> Session {
        Session(
            id: row.text(0), userID: row.integer(1), created: Timestamp(milliseconds: row.integer(2)),
            seen: Timestamp(milliseconds: row.integer(3)), expires: Timestamp(milliseconds: row.integer(4)),
            address: row.optionalText(5))
    }

    /// A link, whether it has expired or not.
    func link(_ digest: [UInt8]) throws -> OneTimeLink? {
        try sql.first("SELECT user_id, expires_at FROM access_link WHERE digest = ?1", [.blob(digest)]) { row in
            OneTimeLink(
                purpose: row.optionalInteger(0).map { .password(userID: $0) } ?? .setUp,
                expires: Timestamp(milliseconds: row.integer(1)))
        }
    }
}
