package import Core

/// A route as data: the one list that drives routing, the authorisation sweep, OpenAPI and the table of permissions.
///
/// There is no default for `access`: an endpoint cannot exist without saying who may use it.
package struct Endpoint: Sendable {
    package enum Access: Sendable, Hashable {
        /// Nobody has to sign in: health, version.
        case anyone
        /// Whoever is signed in.
        case signedIn
        case may(Permission)
    }

    package enum Effect: Sendable, Hashable {
        case reads
        case writes
    }

    package typealias Handler = @Sendable (Request) async throws -> Response

    package let method: String
    /// Segments are literal, `{name}` (one segment) or, at the end, `{name...}` (the rest, at least one segment).
    package let path: String
    package let access: Access
    package let effect: Effect
    /// One sentence for OpenAPI.
    package let summary: String
    /// Bytes a body may have, read by the handler; larger ones are refused.
    package let bodyLimit: Int
    package let handle: Handler

    package init(
        _ method: String, _ path: String, _ access: Access, _ effect: Effect, _ summary: String,
        bodyLimit: Int = Endpoint.defaultBodyLimit, _ handle: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.effect = effect
        self.summary = summary
        self.bodyLimit = bodyLimit
        self.handle = handle
    }

    /// 1 MiB.
    package static let defaultBodyLimit = 1 << 20
}
