package import Core
import Crypto

/// Page tokens that say where the last page ended (key set), not how many rows to skip: pages stay right while rows are
/// added, and deep pages cost no more than the first. Signed, so that only tokens this server gave are taken.
package struct PageTokens: Sendable {
    private let key: SymmetricKey

    /// - Parameter key: 32 random bytes, the same on all servers over one database.
    package init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    /// - Parameters:
    ///   - scope: what the token is for, the query included: a token of another query is refused.
    ///   - position: the sort key of the last row given out.
    package func make(_ scope: String, _ position: JSON) -> String {
        let payload = position.serialised()
        return Base64.text(of: tag(scope, payload) + payload)
    }

    /// - Throws: `invalid` unless this server made the token for this scope.
    package func position(_ token: String, _ scope: String) throws(Failure) -> JSON {
        guard token.utf8.count <= Self.maximumLength, let bytes = Base64.bytes(of: token), bytes.count > Self.tagLength
        else {
            throw Failure(.invalid, "Invalid page token, could not base64-decode")
        }
        let payload = Array(bytes.dropFirst(Self.tagLength))
        guard Self.areEqual(tag(scope, payload), bytes.prefix(Self.tagLength))
        else {
            throw Failure(
                .invalid, "Invalid page token: it belongs to another query or server",
                hint: "Begin again without a page token.")
        }
        return try JSONParser.parse(payload)
    }

    private static let tagLength = 16
    /// A position may hold some texts by which the rows are sorted, each of thousands of characters.
    private static let maximumLength = 1 << 18

    private func tag(_ scope: String, _ payload: [UInt8]) -> [UInt8] {
        // A zero byte ends the scope, which is text and has none.
        let code = HMAC<SHA256>.authenticationCode(for: Array(scope.utf8) + [0] + payload, using: key)
        return Array(code.prefix(Self.tagLength))
    }

    /// In a time that does not tell where they differ.
    private static func areEqual(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> Bool {
        zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
