import Core
import Platform
import Synchronization

/// Lets programs in that another issuer vouches for, such as the jobs of a CI system: they need no secret here.
final class JobTokens: Sendable {
    private struct Seen {
        let principal: Principal
        /// Milliseconds since 1970.
        let until: Int64
    }

    private let issuers: [(trusted: TrustedIssuer, issuer: Issuer)]
    private let now: @Sendable () -> Timestamp
    /// By the digest of the token.
    private let seen = Mutex<[[UInt8]: Seen]>([:])

    /// How long a token is not verified again.
    private static let memory: Int64 = 300_000
    private static let capacity = 10_000

    init(_ trusted: [TrustedIssuer], _ client: OutboundClient, now: @escaping @Sendable () -> Timestamp) {
        issuers = trusted.map { ($0, Issuer($0.issuer, client, now: now)) }
        self.now = now
    }

    /// The token of a header `Authorization`, if it is one of another issuer.
    static func token(in header: String) -> String? {
        guard header.utf8.count > 7, header.prefix(7).lowercased() == "bearer " else { return nil }
        let token = String(header.dropFirst(7).drop { $0 == " " })
        return WebToken.isLikely(token) ? token : nil
    }

    /// Whose token it is, if it was verified a short while ago.
    func remembered(_ text: String) -> Principal? {
        let digest = SecretText.digest(text)
        return seen.withLock { $0[digest] }.flatMap { now().milliseconds < $0.until ? $0.principal : nil }
    }

    /// - Throws: `unauthenticated` for a token that is not accepted, saying why; `unavailable` when its issuer does not
    ///   answer.
    func principal(_ text: String) async throws(Failure) -> Principal {
        let time = now()
        let digest = SecretText.digest(text)
        let token = try WebToken(text)
        let name = token.claims["iss"]?.text
        guard
            let (trusted, issuer) = issuers.first(where: { name?.utf8.elementsEqual($0.trusted.issuer.utf8) ?? false })
        else { throw WebToken.refusal("its issuer is not trusted here") }
        try await issuer.verify(token)
        let expires = try TokenRules(issuer: trusted.issuer, audience: trusted.audience).check(token.claims, now: time)
        let subject = try Self.subject(token.claims)
        guard let rights = trusted.rights(token.claims) else {
            throw WebToken.refusal("no rule is for '\(subject.prefix(200))'")
        }
        let principal = Principal(name: "\(trusted.name):\(subject)", method: .federated, rights: rights)
        let until = min(time.milliseconds + Self.memory, expires.milliseconds + 1000 * TokenRules.skew)
        seen.withLock { seen in
            if seen.count >= Self.capacity { seen = seen.filter { $0.value.until > time.milliseconds } }
            if seen.count >= Self.capacity { seen = [:] }
            seen[digest] = Seen(principal: principal, until: until)
        }
        return principal
    }

    /// Who the token is for, as the audit log will have it.
    private static func subject(_ claims: JSON) throws(Failure) -> String {
        guard let subject = claims["sub"]?.text, !subject.isEmpty else { throw WebToken.refusal("it names nobody") }
        guard subject.utf8.count <= 400,
            subject.unicodeScalars.allSatisfy({
                $0.value > 0x20 && $0.value != 0x7F && !(0x80..<0xA0).contains($0.value)
            })
        else { throw WebToken.refusal("its subject is no name") }
        return subject
    }
}
