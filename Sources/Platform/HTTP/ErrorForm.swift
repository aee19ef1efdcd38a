package import Core

/// How a failure is written to a client. Steward's own API has one form, a foreign protocol has its own; which one
/// applies is decided by the path, so that it also holds for what no endpoint answers.
package struct ErrorForm: Sendable {
    /// Paths that begin so have this form; the longest prefix wins.
    package let prefix: String
    package let write: @Sendable (HTTPFailure) -> Response

    package init(prefix: String, write: @escaping @Sendable (HTTPFailure) -> Response) {
        self.prefix = prefix
        self.write = write
    }

    /// `{"error": {"code", "message", "hint", "request_id"}}`
    package static let native = ErrorForm(prefix: "/") { failure in
        .json(
            .record([
                "error": .object(
                    [
                        JSON.Member("code", .string(failure.failure.code.rawValue)),
                        JSON.Member("message", .string(failure.failure.message)),
                    ] + (failure.failure.hint.map { [JSON.Member("hint", .string($0))] } ?? [])
                        + [JSON.Member("request_id", .string(failure.requestID))])
            ]), status: failure.status)
    }
}

/// A failure on its way to a client.
package struct HTTPFailure: Sendable {
    package let failure: Failure
    package let requestID: String
    /// The status of the one table, or a more exact one that only HTTP knows (404 no such route, 405, 413, 415).
    package let status: Int
    package let reason: Reason

    package enum Reason: Sendable {
        case handler
        case noSuchRoute
        case wrongMethod
        case bodyTooLarge
        case protocolError
    }

    package init(_ failure: Failure, requestID: String, status: Int? = nil, reason: Reason = .handler) {
        self.failure = failure
        self.requestID = requestID
        self.status = status ?? Self.status(failure.code)
        self.reason = reason
    }

    /// The one table from failures to statuses.
    package static func status(_ code: Failure.Code) -> Int {
        switch code {
        case .invalid: 400
        case .unauthenticated: 401
        case .denied: 403
        case .notFound: 404
        case .conflict: 409
        case .exhausted: 429
        case .unavailable: 503
        case .unsupported: 501
        case .bug: 500
        }
    }
}

/// Why a request goes no further: a failure with a status that only HTTP knows, thrown by the frame around handlers.
struct HTTPRefusal: Error {
    let failure: Failure
    let status: Int
    /// Written as text, whatever form the path has: what browsers' refusals look like in MLflow, too.
    var isPlain = false
    /// Seconds after which it may go through.
    var retryAfter: Int?
}
