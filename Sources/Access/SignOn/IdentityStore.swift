import Core
import Platform

/// People who sign in through an identity provider, and their accounts here.
extension AccessReader {
    /// The account of somebody whom a provider knows.
    func user(issuer: String, subject: String) throws -> User? {
        let id = try sql.first(
            "SELECT user_id FROM access_identity WHERE issuer = ?1 AND subject = ?2", [.text(issuer), .text(subject)]
        ) { $0.integer(0) }
        return try id.flatMap { try user($0) }
    }
}

extension AccessWriter {
    /// The account of somebody who has signed in through a provider; it is made at the first time. Names and addresses
    /// that the provider tells never lead to an account that is there already: whoever can choose them there would be
    /// somebody else here.
    /// - Returns: `denied` when nothing the provider says gives a role, which is taken from an account that is there,
    ///   with its groups: what was written then is to stay.
    /// - Throws: `unauthenticated` for a deactivated account.
    func signOn(_ claims: JSON, _ provider: LoginProvider) throws -> Result<User, Failure> {
        guard let subject = claims["sub"]?.text, (1...400).contains(subject.utf8.count) else {
            throw WebToken.refusal("it names nobody")
        }
        let known = try reader.user(issuer: provider.issuer, subject: subject)
        if let known, !known.isActive {
            throw Failure(.unauthenticated, "the account \(known.name) is deactivated")
        }
        let role: Role?
        do { role = try provider.role(claims) } catch {
            if let known { try join(try refreshed(known, nil, claims, provider), claims, provider) }
            return .failure(error)
        }
        let user =
            try known.map { try refreshed($0, role, claims, provider) }
            ?? added(subject, role ?? provider.defaultRole, claims, provider)
        try join(user, claims, provider)
        return .success(user)
    }

    private func added(_ subject: String, _ role: Role?, _ claims: JSON, _ provider: LoginProvider) throws -> User {
        let name = try freeName(claims, provider)
        let user = try createUser(name, displayName: Self.displayName(claims, provider), role: role)
        try sql.execute(
            "INSERT INTO access_identity (issuer, subject, user_id, created_at) VALUES (?1, ?2, ?3, ?4)",
            [.text(provider.issuer), .text(subject), .integer(user.id), .integer(now.milliseconds)])
        record(
            EventKind.identityLinked, user, ["issuer": .string(provider.issuer), "subject": .eventText(subject)])
        return user
    }

    /// A role that the provider's groups decide is that role again at each sign-in. The last administrator keeps it,
    /// whatever the provider says: somebody must be left who can give rights.
    private func refreshed(_ user: User, _ role: Role?, _ claims: JSON, _ provider: LoginProvider) throws -> User {
        var change = UserChange()
        if !provider.roles.isEmpty, role != user.role {
            if try isLastAdmin(user) {
                record(EventKind.lastAdminKept, user, ["issuer": .string(provider.issuer)])
            } else {
                change.role = UserChange.Change(role)
            }
        }
        let name = Self.displayName(claims, provider)
        if !name.isEmpty, name != user.displayName { change.displayName = name }
        guard change.role != nil || change.displayName != nil else { return user }
        return try update(user, change)
    }

    /// The name the provider has for somebody, as far as it can be a name here; with a number when it is taken.
    private func freeName(_ claims: JSON, _ provider: LoginProvider) throws -> String {
        let claimed = [provider.nameClaim, "email", "sub"].lazy.compactMap { claims[$0]?.text }
            .map(Self.name).first { !$0.isEmpty }
        let base = String((claimed ?? "user").prefix(80))
        for number in 1...10_000 {
            let name = number == 1 ? base : "\(base)-\(number)"
            if (try? AccountNames.check(name)) != nil, try reader.isFree(name) { return name }
        }
        throw Failure(.conflict, "there are too many users of the name '\(base)'")
    }

    /// The ASCII letters, digits and marks of a text that may stand in a name.
    private static func name(_ text: String) -> String {
        let kept = text.utf8.filter { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "._-+@".utf8.contains(byte)
            }
        }
        let first = kept.firstIndex { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) }
        return first.map { String(decoding: kept[$0...], as: UTF8.self) } ?? ""
    }

    private static func displayName(_ claims: JSON, _ provider: LoginProvider) -> String {
        let text = claims[provider.displayNameClaim]?.text ?? ""
        return (try? AccountNames.checkText(text, "")) == nil ? "" : text
    }

    /// Makes somebody a member of just those groups that the provider's values stand for, among all that any stand for.
    /// A group that is not there is passed over.
    private func join(_ user: User, _ claims: JSON, _ provider: LoginProvider) throws {
        if provider.groups.isEmpty { return }
        let values = ClaimCondition.texts(claims[provider.groupsClaim])
        func isGiven(_ value: String) -> Bool { values.contains { $0.utf8.elementsEqual(value.utf8) } }
        let wanted = Set(provider.groups.filter { isGiven($0.value) }.map { AccountNames.folded($0.group) })
        let current = Set(try reader.groups(of: user).map { AccountNames.folded($0.name) })
        for name in Set(provider.groups.map { AccountNames.folded($0.group) }).sorted() {
            guard wanted.contains(name) != current.contains(name), let group = try reader.group(folded: name) else {
                continue
            }
            if wanted.contains(name) { _ = try add(user, to: group) } else { try remove(user, from: group) }
        }
    }
}
