import Core
import Platform

/// What a request brings along to say who it is from.
enum Credentials: Sendable {
    case password(name: String, password: String)
    case token(String)
    case session(String)

    /// Basic (RFC 7617; a token may stand in for the password) and Bearer (RFC 6750).
    init(authorization header: String) throws(Failure) {
        let utf8 = header.utf8
        guard let space = utf8.firstIndex(of: UInt8(ascii: " ")) else { throw Self.unreadable }
        let value = String(header[space...].drop { $0 == " " })
        switch header[..<space].lowercased() {
        case "bearer":
            guard !value.isEmpty else { throw Self.unreadable }
            self = .token(value)
        case "basic":
            guard let bytes = Base64.bytes(of: value), let pair = String(validating: bytes, as: UTF8.self),
                let colon = pair.utf8.firstIndex(of: UInt8(ascii: ":"))
            else { throw Self.unreadable }
            let name = String(pair[..<colon])
            let password = String(pair[pair.utf8.index(after: colon)...])
            self =
                password.hasPrefix(SecretText.Purpose.token.rawValue)
                ? .token(password)
                : .password(
                    name: name, password: password)
        default: throw Self.unreadable
        }
    }

    private static let unreadable = Failure(
        .unauthenticated, "the header Authorization is neither Basic nor Bearer credentials")
}

/// The cookie of a browser's session.
///
/// Over TLS its name begins with `__Host-`: browsers take such a cookie from this host alone, for the path `/` alone,
/// over TLS alone. Without TLS they refuse such names, so on a loopback address it has none.
struct SessionCookie: Sendable {
    private static let secureName = "__Host-stw"
    private static let plainName = "stw"

    private func name(isSecure: Bool) -> String { isSecure ? Self.secureName : Self.plainName }

    func value(in headers: Headers, isSecure: Bool) -> String? {
        Self.value(of: name(isSecure: isSecure), in: headers)
    }

    /// The cookie of a name that a browser has sent.
    static func value(of name: String, in headers: Headers) -> String? {
        for header in headers.fields where header.name.lowercased() == "cookie" {
            for pair in header.value.split(separator: ";") {
                let pair = pair.drop { $0 == " " }
                guard let mark = pair.firstIndex(of: "="), pair[..<mark].utf8.elementsEqual(name.utf8) else { continue }
                return String(pair[pair.index(after: mark)...])
            }
        }
        return nil
    }

    /// A header `Set-Cookie`. The browser forgets the cookie when it is closed; the server's own limits hold anyway.
    func header(_ secret: String, isSecure: Bool) -> String {
        "\(name(isSecure: isSecure))=\(secret); Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
    }

    func clearing(isSecure: Bool) -> String { header("", isSecure: isSecure) + "; Max-Age=0" }
}
