import Core
package import Platform

/// How failures look to MLflow's clients, which go by `error_code` in the body, not by the status.
package enum MLflowErrors {
    /// One form for each beginning of a path that belongs to the protocol. Its versions are numbers (`/api/2.0/`), also
    /// those that are none yet; Steward's own have a `v` in front.
    package static let forms: [ErrorForm] =
        ((0...9).map { "/api/\($0)" }
        + ["/ajax-api/", "/get-artifact", "/model-versions/get-artifact", "/v1/traces", "/graphql"])
        .map { ErrorForm(prefix: $0, write: write) }

    package static func write(_ failure: HTTPFailure) -> Response {
        let form = form(of: failure)
        return .json(
            .record([
                "error_code": .string(form.code), "message": .string(message(of: failure.failure)),
                "sqlstate": .string(form.status >= 500 && form.status != 501 ? "XXM00" : "KAM00"),
                "error_class": .string(form.errorClass),
            ]), status: form.status)
    }

    /// What happened, and what to do: clients show one text.
    static func message(of failure: Failure) -> String {
        guard let hint = failure.hint else { return failure.message }
        return failure.message + (failure.message.utf8.last == UInt8(ascii: ".") ? " " : ". ") + hint
    }

    /// What the protocol calls such a failure.
    static func code(of code: Failure.Code) -> String { form(of: code).code }

    private struct Form {
        let status: Int
        let code: String
        let errorClass: String

        init(_ status: Int, _ code: String, _ errorClass: String? = nil) {
            self.status = status
            self.code = code
            self.errorClass = errorClass ?? code
        }
    }

    /// The one table. What exists already is 400 and not 409: so does MLflow, and its clients count on it.
    private static func form(of failure: HTTPFailure) -> Form {
        switch failure.reason {
        case .noSuchRoute: return Form(404, "ENDPOINT_NOT_FOUND")
        case .wrongMethod: return Form(405, "ENDPOINT_NOT_FOUND")
        case .bodyTooLarge: return Form(413, "INVALID_PARAMETER_VALUE")
        case .protocolError: return Form(failure.status, "BAD_REQUEST", "INVALID_PARAMETER_VALUE")
        case .handler: break
        }
        return form(of: failure.failure.code)
    }

    private static func form(of code: Failure.Code) -> Form {
        switch code {
        case .invalid: Form(400, "INVALID_PARAMETER_VALUE")
        case .unauthenticated: Form(401, "UNAUTHENTICATED")
        case .denied: Form(403, "PERMISSION_DENIED")
        case .notFound: Form(404, "RESOURCE_DOES_NOT_EXIST", "RESOURCE_NOT_FOUND")
        case .conflict: Form(400, "RESOURCE_ALREADY_EXISTS")
        case .exhausted: Form(429, "REQUEST_LIMIT_EXCEEDED")
        case .unavailable: Form(503, "TEMPORARILY_UNAVAILABLE")
        case .unsupported: Form(501, "NOT_IMPLEMENTED")
        case .bug: Form(500, "INTERNAL_ERROR", "CLIENT_INTERNAL_ERROR")
        }
    }
}
