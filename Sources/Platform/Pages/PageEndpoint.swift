package import Core

extension Endpoint {
    /// A page for people: what `handle` says, in the frame of the site.
    package static func page(
        _ path: String, _ access: Access, _ summary: String,
        _ handle: @escaping @Sendable (Request, Site) async throws -> Page
    ) -> Endpoint {
        Endpoint("GET", path, access, .reads, summary) { request in
            .page(try await handle(request, request.site), to: request)
        }.forPeople()
    }

    /// What a form of a page is sent to. Failures are shown as a page that says what happened; a handler that can show
    /// them beside the fields answers with its own page.
    package static func form(
        _ path: String, _ access: Access, _ summary: String, bodyLimit: Int = Endpoint.defaultBodyLimit,
        _ handle: @escaping @Sendable (Request, FormFields) async throws -> FormAnswer
    ) -> Endpoint {
        Endpoint("POST", path, access, .writes, summary, bodyLimit: bodyLimit) { request in
            switch try await handle(request, try await FormFields(request, limit: bodyLimit)) {
            case .goTo(let address): return .redirect(to: address)
            case .page(let page): return .page(page, to: request)
            case .response(let response): return response
            }
        }.forPeople()
    }
}

/// What a form leads to.
package enum FormAnswer: Sendable {
    /// The change was made; the browser goes on to a page (303), so that a reload sends nothing again.
    case goTo(Address)
    /// The form again, with what is wrong beside its fields.
    case page(Page)
    /// Anything else: a redirect that sets a cookie.
    case response(Response)
}

extension Response {
    /// What a page may load and do: its own styles, scripts and pictures, nothing inline, nothing from elsewhere.
    package static let pagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

    /// A page in its frame, for the one who asked.
    package static func page(_ page: Page, to request: Request) -> Response {
        self.page(page, Frame(site: request.site, visitor: request.principal, path: request.rawPath))
    }

    static func page(_ page: Page, _ frame: Frame) -> Response {
        // With "no-referrer" browsers say of a form that it comes from nowhere (Origin: null), and it would be refused.
        let headers: [(name: String, value: String)] = [
            ("content-type", "text/html; charset=utf-8"), ("content-security-policy", pagePolicy),
            ("cross-origin-opener-policy", "same-origin"), ("cross-origin-resource-policy", "same-origin"),
            ("x-content-type-options", "nosniff"), ("referrer-policy", "same-origin"),
            ("cache-control", "private, no-store"),
        ]
        return Response(status: page.status, headers: Headers(headers), body: .bytes(frame.write(page)))
    }

    package static func redirect(to address: Address) -> Response {
        Response(status: 303, headers: Headers([("location", address.text)]))
    }
}

/// What a form was filled in with (application/x-www-form-urlencoded).
package struct FormFields: Sendable {
    private let fields: Query
    private let request: Request?

    /// A form with nothing filled in.
    package static let empty = FormFields(fields: Query(""), request: nil)

    private init(fields: Query, request: Request?) {
        self.fields = fields
        self.request = request
    }

    /// - Throws: `invalid` when the body is no form, or larger than `limit` bytes.
    package init(_ request: Request, limit: Int = Endpoint.defaultBodyLimit) async throws {
        let type = request.headers["content-type"]?.prefix { $0 != ";" } ?? ""
        let body = try await request.body.collect(limit: limit)
        guard body.isEmpty || Headers.areEqual(type, "application/x-www-form-urlencoded") else {
            throw Failure(
                .invalid, "the body must be a form", hint: "Send Content-Type: application/x-www-form-urlencoded.")
        }
        let text = String(validating: body, as: UTF8.self)
        let fields = Query(text ?? "")
        guard text != nil, !fields.isMalformed else {
            throw Failure(.invalid, "the form is no percent-encoded UTF-8, or holds a zero byte")
        }
        self.init(fields: fields, request: request)
    }

    /// The field's first value; nil when the form has no such field.
    package subscript(_ name: String) -> String? { fields[name] }

    /// The field's value without spaces around it; empty when there is none. Line ends are `\n`, whatever a browser
    /// sends.
    package func text(_ name: String) -> String {
        String((self[name] ?? "").replacing("\r\n", with: "\n").trimmingPrefix(while: \.isWhitespace))
            .trimmingEnd()
    }

    /// All values of a field: boxes that are ticked.
    package func all(_ name: String) -> [String] { fields.all(name) }

    package func isTicked(_ name: String) -> Bool { self[name] != nil }

    /// - Throws: `invalid` when it is empty.
    package func required(_ name: String, _ label: String) throws(Failure) -> String {
        let text = text(name)
        guard !text.isEmpty else { throw Failure(.invalid, "\(label): it must be filled in") }
        return text
    }

    /// Who stands behind the change, with the reason that the form asked for in its field `reason`.
    package var origin: Origin {
        guard let request else { return .system }
        let reason = text("reason")
        return reason.isEmpty
            ? request.origin : Origin(request.principal, requestID: request.id, reason: String(reason.prefix(1000)))
    }
}

extension String {
    fileprivate func trimmingEnd() -> String {
        var rest = self[...]
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
