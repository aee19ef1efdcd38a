import Core

/// What a claim must be: one of some texts, in which `*` stands for any text. Of a claim that is a list, one element.
struct ClaimCondition: Sendable {
    let claim: String
    let patterns: [NamePattern]

    /// Whether it holds for every token that has the claim.
    var isEmpty: Bool { patterns.contains { $0.text.utf8.allSatisfy { $0 == UInt8(ascii: "*") } } }

    func holds(for claims: JSON) -> Bool {
        let values = Self.texts(claims[claim])
        return patterns.contains { pattern in values.contains(where: pattern.matches) }
    }

    /// A claim as texts: numbers and flags in their JSON form, objects not at all.
    static func texts(_ claim: JSON?) -> [String] {
        switch claim {
        case .string(let text)?: [text]
        case .integer, .bool: [claim?.text() ?? ""]
        case .array(let elements)?: elements.flatMap { $0.elements == nil ? texts($0) : [] }
        default: []
        }
    }
}

/// What tokens with certain claims may do.
struct ClaimRule: Sendable {
    /// All of them must hold.
    let conditions: [ClaimCondition]
    let role: Role?
    let grants: [Grant]

    func applies(to claims: JSON) -> Bool { conditions.allSatisfy { $0.holds(for: claims) } }
}

/// An issuer of tokens for programs: a CI system.
struct TrustedIssuer: Sendable {
    /// Stands before the names of its programs: `github:repo:acme/fraud:ref:refs/heads/main`. No user's name has a
    /// colon, so none is another's.
    let name: String
    /// The claim `iss`.
    let issuer: String
    /// The claim `aud`.
    let audience: String
    /// The rights of all rules that apply are added up.
    let rules: [ClaimRule]

    /// - Returns: nil when no rule applies.
    func rights(_ claims: JSON) -> Rights? {
        let applying = rules.filter { $0.applies(to: claims) }
        guard !applying.isEmpty else { return nil }
        return Rights(applying.compactMap(\.role?.level).max(), grants: applying.flatMap(\.grants))
    }
}

/// The identity provider that people sign in through.
struct LoginProvider: Sendable {
    /// On the button.
    var title: String
    var issuer: String
    var clientID: String
    /// Nil for a public client, which PKCE alone protects.
    var clientSecret: String?
    var scopes = ["openid", "profile", "email"]
    /// The claims that user names and names for people are taken from.
    var nameClaim = "preferred_username"
    var displayNameClaim = "name"
    /// The claim that `roles` and `groups` are about.
    var groupsClaim = "groups"
    /// Which values of it give which role; empty when roles are given here and not there.
    var roles: [(role: Role, patterns: [NamePattern])] = []
    /// Of new users where `roles` is empty; nil for none.
    var defaultRole: Role?
    /// Which values of it make somebody a member of which group. These groups have no other members.
    var groups: [(value: String, group: String)] = []

    /// What `roles` makes of the claims.
    /// - Throws: `denied` when nothing in them gives a role.
    func role(_ claims: JSON) throws(Failure) -> Role? {
        if roles.isEmpty { return nil }
        let values = ClaimCondition.texts(claims[groupsClaim])
        let given = roles.filter { _, patterns in
            patterns.contains { pattern in values.contains(where: pattern.matches) }
        }
        guard let role = given.map(\.role).max(by: { $0.level < $1.level }) else {
            throw Failure(
                .denied, "none of the groups that \(title) knows you in may use this server",
                hint: "Ask whoever administers it.")
        }
        return role
    }
}
