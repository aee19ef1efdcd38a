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
    /// Bytes a body may have; larger ones are refused with 413.
    package let bodyLimit: Int
    /// Whether the handler takes the body while it arrives. Otherwise it is read before the handler runs: a slow client
    /// costs no handler then, and the limit may be at most `Endpoint.wholeBodyLimit`.
    package let streams: Bool
    package var documentation = Documentation()
    /// Whether a part of its address is a secret, so that logs name the endpoint instead.
    package private(set) var hidesPath = false
    /// Whether a secret is in its body or in its answer, so that nothing of either is kept (`Idempotency-Key`).
    package private(set) var holdsSecrets = false
    package private(set) var scope = Scope.everything
    /// Whether it answers people with pages, not programs: such endpoints are no part of the API's description.
    package private(set) var isForPeople = false
    package let handle: Handler
    /// Where it stands in its route table.
    var place = 0

    package init(
        _ method: String, _ path: String, _ access: Access, _ effect: Effect, _ summary: String,
        bodyLimit: Int = Endpoint.defaultBodyLimit, streams: Bool = false, _ handle: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.effect = effect
        self.summary = summary
        self.bodyLimit = bodyLimit
        self.streams = streams
        self.handle = handle
    }

    /// 1 MiB.
    package static let defaultBodyLimit = 1 << 20
    /// 64 MiB: what a body that is read whole may have at most.
    package static let wholeBodyLimit = 64 << 20

    /// The same endpoint with another handler: how the authorisation sweep sees whether a handler would have run.
    func with(_ handle: @escaping Handler) -> Endpoint {
        var copy = Endpoint(
            method, path, access, effect, summary, bodyLimit: bodyLimit, streams: streams, handle)
        copy.documentation = documentation
        copy.hidesPath = hidesPath
        copy.holdsSecrets = holdsSecrets
        copy.scope = scope
        copy.isForPeople = isForPeople
        return copy
    }

    func scoped(_ scope: Scope) -> Endpoint {
        var copy = self
        copy.scope = scope
        return copy
    }

    /// The same endpoint, which is left out of OpenAPI.
    package func forPeople() -> Endpoint {
        var copy = self
        copy.isForPeople = true
        return copy
    }

    /// The same endpoint, which is given or gives a secret: a password, a token.
    package func holdingSecrets() -> Endpoint {
        var copy = self
        copy.holdsSecrets = true
        return copy
    }

    /// The same endpoint, whose addresses are secrets.
    package func hidingPath() -> Endpoint {
        var copy = self
        copy.hidesPath = true
        return copy
    }
}

// MARK: - Documentation

extension Endpoint {
    /// What OpenAPI says beyond method, path and summary. All of it may be left out.
    package struct Documentation: Sendable {
        package var query: [Field] = []
        package var request: [Field] = []
        package var response: [Field] = []
        /// Of an answer when all went well.
        package var status = 200
    }

    /// A parameter of a query, or a member of an object.
    package struct Field: Sendable {
        package indirect enum Kind: Sendable {
            case text, integer, number, flag
            case object([Field])
            case list(Kind)
            /// Any JSON value.
            case any
        }

        let name: String
        let kind: Kind
        let summary: String
        let isRequired: Bool

        package init(_ name: String, _ kind: Kind, _ summary: String = "", required: Bool = false) {
            self.name = name
            self.kind = kind
            self.summary = summary
            isRequired = required
        }
    }

    /// The same endpoint, with more in its OpenAPI entry.
    package func documented(query: [Field] = [], request: [Field] = [], response: [Field] = []) -> Endpoint {
        var copy = self
        copy.documentation = Documentation(query: query, request: request, response: response)
        return copy
    }
}
