package import Core

/// What a request says before its body.
package struct RequestHead: Sendable {
    /// Upper case, as sent.
    package let method: String
    /// The path as sent, still percent-encoded, without the query.
    package private(set) var rawPath: String
    /// What follows the first `?`, as sent; empty when there is none.
    package let rawQuery: String
    package let headers: Headers
    /// The server's name as the client wrote it, with its port: from a target that names it, otherwise the Host header.
    package let authority: String?
    package let client: Client

    /// From where a request came, and how.
    package struct Client: Sendable {
        /// The client's address without its port; nil when there is no connection.
        package let address: String?
        /// Whether it came over TLS.
        package let isSecure: Bool

        package init(_ address: String? = nil, isSecure: Bool = false) {
            self.address = address
            self.isSecure = isSecure
        }
    }

    /// - Parameter target: the request target: a path with its query, or an absolute address (RFC 9112, section 3.2).
    package init(
        method: String, target: String, headers: Headers = Headers(), clientAddress: String? = nil,
        isSecure: Bool = false
    ) {
        self.init(method: method, target: target, headers: headers, client: Client(clientAddress, isSecure: isSecure))
    }

    /// - Parameters:
    ///   - target: the request target: a path with its query, or an absolute address (RFC 9112, section 3.2).
    ///   - host: the server's name as the client wrote it, where a proxy says so.
    package init(method: String, target: String, headers: Headers, client: Client, host: String? = nil) {
        let (authority, origin) = Self.origin(of: target)
        let utf8 = origin.utf8
        if let mark = utf8.firstIndex(of: UInt8(ascii: "?")) {
            rawPath = String(origin[..<mark])
            rawQuery = String(origin[utf8.index(after: mark)...])
        } else {
            rawPath = String(origin)
            rawQuery = ""
        }
        self.method = method
        self.headers = headers
        self.authority = host ?? authority.map(String.init) ?? headers["host"]
        self.client = client
    }

    package var clientAddress: String? { client.address }
    package var isSecure: Bool { client.isSecure }

    /// The same request, for another path.
    func moved(to rawPath: String) -> RequestHead {
        var copy = self
        copy.rawPath = rawPath
        return copy
    }

    /// How the client calls this server: `https://models.example.org:8443`. A proxy that ends TLS says so in
    /// `X-Forwarded-Proto`; whoever else does leads nobody astray but himself. Nil when it names no server.
    package var server: String? {
        authority.map { authority in
            let isForwarded = headers["x-forwarded-proto"].map { Headers.areEqual($0, "https") } ?? false
            return "\(isSecure || isForwarded ? "https" : "http")://\(authority)"
        }
    }

    /// Takes `http://name:port` from the front of a target in absolute form.
    private static func origin(of target: String) -> (authority: Substring?, origin: Substring) {
        guard target.utf8.first != UInt8(ascii: "/") else { return (nil, target[...]) }
        for scheme in ["http://", "https://"] where Headers.areEqual(target.prefix(scheme.utf8.count), scheme) {
            let rest = target.dropFirst(scheme.utf8.count)
            let end = rest.utf8.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
            let origin = rest[end...]
            return (rest[..<end], origin.utf8.first == UInt8(ascii: "/") ? origin : "/" + origin)
        }
        return (nil, target[...])
    }
}

/// A request as handlers see it. The path is split and decoded once, here.
package struct Request: Sendable {
    /// Upper case, as sent; a HEAD request is a GET to its handler.
    package let method: String
    /// The path as sent, still percent-encoded, without the query.
    package let rawPath: String
    /// What the `{name}` parts of the endpoint's path matched, percent-decoded once. A `{name...}` part holds the rest
    /// of the path as sent, still encoded: it is for `ArtifactPath`, which decodes and checks in one place.
    package let parameters: [String: String]
    package let query: Query
    package let headers: Headers
    package let body: RequestBody
    package let principal: Principal
    /// Names this request in answers, logs and the audit trail.
    package let id: String
    /// `RequestHead.server`, for answers that have to name whole addresses of this server.
    package let server: String?
    /// For answers that are pages.
    package let site: Site
    package let client: RequestHead.Client

    package init(
        method: String, rawPath: String, parameters: [String: String] = [:], query: Query = Query(""),
        headers: Headers = Headers(), body: RequestBody = .empty, principal: Principal = .local, id: String,
        server: String? = nil, client: RequestHead.Client = RequestHead.Client(), site: Site = Site()
    ) {
        self.method = method
        self.rawPath = rawPath
        self.parameters = parameters
        self.query = query
        self.headers = headers
        self.body = body
        self.principal = principal
        self.id = id
        self.server = server
        self.site = site
        self.client = client
    }

    /// The same request for those who must leave the body to somebody else.
    var withoutBody: Request {
        Request(
            method: method, rawPath: rawPath, parameters: parameters, query: query, headers: headers,
            principal: principal, id: id, server: server, client: client, site: site)
    }

    /// What the endpoint's path captured under `name`, which its path must have.
    package func parameter(_ name: String) throws(Failure) -> String {
        guard let value = parameters[name] else {
            throw Failure(.bug, "the route has no part {\(name)}")
        }
        return value
    }

    /// Who stands behind what this request changes. The reason comes from the header `Steward-Reason`.
    package var origin: Origin { Origin(principal, requestID: id, reason: headers["steward-reason"]) }
}
