package import Core

/// An answer. Handlers build one; the server adds the request identifier and the headers every answer has.
package struct Response: Sendable {
    package enum Body: Sendable {
        case bytes([UInt8])
        /// Written piece by piece while the client takes it.
        case stream(length: Int?, @Sendable (any ResponseSink) async throws -> Void)
    }

    package var status: Int
    package var headers: Headers
    package var body: Body

    package init(status: Int = 200, headers: Headers = Headers(), body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package static func json(_ value: JSON, status: Int = 200) -> Response {
        json(bytes: value.serialised(), status: status)
    }

    package static func json(bytes: [UInt8], status: Int = 200) -> Response {
        Response(status: status, headers: Headers([("content-type", "application/json")]), body: .bytes(bytes))
    }

    package static func text(_ text: String, status: Int = 200) -> Response {
        self.text(utf8: Array(text.utf8), status: status)
    }

    package static func text(utf8 bytes: [UInt8], status: Int = 200) -> Response {
        Response(
            status: status, headers: Headers([("content-type", "text/plain; charset=utf-8")]),
            body: .bytes(bytes))
    }
}

/// Where a streamed body goes; `write` waits until the client has taken enough.
package protocol ResponseSink: Sendable {
    func write(_ bytes: [UInt8]) async throws
}
