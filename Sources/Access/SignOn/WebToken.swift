import Core
import JWTKit

/// A JSON Web Token (RFC 7519) taken apart, and not believed yet.
struct WebToken: Sendable {
    let algorithm: String
    let keyID: String?
    /// What it says, once `isSigned` has been asked.
    let claims: JSON
    private let signed: [UInt8]
    private let signature: [UInt8]

    /// Bytes of a token: those of CI systems have 1 to 2 KB.
    static let limit = 16 << 10

    /// Whether a text is shaped like one: three parts, of which the first begins as every JSON object does.
    static func isLikely(_ text: String) -> Bool {
        text.utf8.count <= limit && text.utf8.starts(with: "eyJ".utf8)
            && text.utf8.reduce(0) { $1 == UInt8(ascii: ".") ? $0 + 1 : $0 } == 2
    }

    /// - Throws: `unauthenticated` when it is none, and for extensions that would have to be understood.
    init(_ text: String) throws(Failure) {
        guard text.utf8.count <= Self.limit else { throw Self.refusal("it is too long") }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.object(parts[0]), let claims = Self.object(parts[1]),
            let signature = Self.bytes(parts[2]), !signature.isEmpty
        else { throw Self.refusal("it is no JSON Web Token") }
        guard let algorithm = header["alg"]?.text, header["crit"] == nil, header["b64"] == nil else {
            throw Self.refusal("its header asks for what is not supported")
        }
        self.algorithm = algorithm
        keyID = header["kid"]?.text
        self.claims = claims
        signed = Array(parts[0]) + [UInt8(ascii: ".")] + Array(parts[1])
        self.signature = signature
    }

    func isSigned(with algorithm: any JWTAlgorithm) -> Bool {
        (try? algorithm.verify(signature, signs: signed)) ?? false
    }

    static func refusal(_ reason: String) -> Failure {
        Failure(.unauthenticated, "the token is not accepted: \(reason)")
    }

    private static func object(_ part: Substring.UTF8View) -> JSON? {
        guard let bytes = bytes(part), let json = try? JSONParser.parse(bytes), json.members != nil else { return nil }
        return json
    }

    /// Base64url without padding.
    private static func bytes(_ part: Substring.UTF8View) -> [UInt8]? {
        var text: [UInt8] = []
        for byte in part {
            switch byte {
            case UInt8(ascii: "-"): text.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): text.append(UInt8(ascii: "/"))
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
            default: text.append(byte)
            }
        }
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return Base64.bytes(of: String(decoding: text, as: UTF8.self))
    }
}

/// What a token must say to be accepted, apart from its signature.
struct TokenRules: Sendable {
    let issuer: String
    let audience: String

    /// How far the clocks of issuer and server may be apart, in seconds.
    static let skew: Int64 = 60
    /// Seconds a token may hold at most; a longer one is no token for a job or a sign-in.
    static let longest: Int64 = 24 * 3600

    /// - Returns: when it expires.
    /// - Throws: `unauthenticated`, saying what is wrong.
    func check(_ claims: JSON, now: Timestamp) throws(Failure) -> Timestamp {
        guard let issuer = claims["iss"]?.text, issuer.utf8.elementsEqual(self.issuer.utf8) else {
            throw WebToken.refusal("it is from another issuer")
        }
        let audiences = claims["aud"]?.text.map { [$0] } ?? claims["aud"]?.elements?.compactMap(\.text) ?? []
        guard audiences.contains(where: { $0.utf8.elementsEqual(audience.utf8) }) else {
            throw WebToken.refusal("it is for somebody else: its audience is not '\(audience)'")
        }
        let seconds = now.milliseconds / 1000
        guard let expires = Self.time(claims["exp"]) else { throw WebToken.refusal("it does not say when it expires") }
        guard seconds - Self.skew < expires else { throw WebToken.refusal("it has expired") }
        guard expires - seconds <= Self.longest + Self.skew else { throw WebToken.refusal("it holds for too long") }
        for claim in ["nbf", "iat"] {
            guard let json = claims[claim] else { continue }
            guard let time = Self.time(json) else { throw WebToken.refusal("its claim \(claim) is no time") }
            guard time <= seconds + Self.skew else { throw WebToken.refusal("it is not valid yet") }
        }
        return Timestamp(milliseconds: expires * 1000)
    }

    /// Seconds since 1970, which may be a fraction.
    private static func time(_ json: JSON?) -> Int64? {
        switch json {
        case .integer(let seconds)? where abs(seconds) < 1 << 40: seconds
        case .number(let seconds)? where abs(seconds) < 1e12: Int64(seconds)
        default: nil
        }
    }
}
