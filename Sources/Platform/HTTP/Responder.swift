package import Core

/// From a request to its answer: the one place where the frame around every handler is put. It knows nothing of
/// connections.
package struct Responder: Sendable {
    package struct Settings: Sendable {
        /// Host names that requests may be addressed to, in lower case; others are refused (DNS rebinding).
        package var hosts: Set<String>
        /// Origins that browsers may send writing requests from, besides the server's own, in lower case.
        package var origins: Set<String>
        /// Requests at work at the same time; one more is answered with 503.
        package var concurrent: Int
        /// Whose word counts for whom a request is from.
        package var proxies: TrustedProxies

        package init(
            hosts: Set<String> = ["localhost", "127.0.0.1", "[::1]"], origins: Set<String> = [],
            concurrent: Int = 1024, proxies: TrustedProxies = .none
        ) {
            self.hosts = hosts
            self.origins = origins
            self.concurrent = concurrent
            self.proxies = proxies
        }
    }

    package let routes: RouteTable
    let errorForms: [ErrorForm]
    let settings: Settings
    let authorizer: any Authorizer
    let idempotency: Idempotency?
    let observer: any RequestObserver
    let world: World
    /// What pages have around them.
    let site: Site
    private let gate: RequestGate
    private let ids: RequestIDs

    /// - Parameter idempotency: nil where writes are not kept for repetitions (`Idempotency-Key` is ignored then).
    package init(
        routes: RouteTable, errorForms: [ErrorForm], settings: Settings, world: World,
        authorizer: any Authorizer = LocalAuthorizer(), idempotency: Idempotency? = nil, site: Site = Site(),
        observer: any RequestObserver
    ) {
        self.routes = routes
        self.errorForms = (errorForms + [.native]).sorted { $0.prefix.utf8.count > $1.prefix.utf8.count }
        self.settings = settings
        self.authorizer = authorizer
        self.idempotency = idempotency
        self.observer = observer
        self.world = world
        self.site = site
        gate = RequestGate(limit: settings.concurrent)
        ids = RequestIDs(random: world.random())
    }

    /// Requests at work.
    package var active: Int { gate.count }

    /// A request whose endpoint is known and whose head breaks no rule.
    struct Call: Sendable {
        let head: RequestHead
        let id: String
        let endpoint: Endpoint
        let parameters: [String: String]
    }

    enum Reception: Sendable {
        case call(Call)
        case refused(Response)
    }

    func makeID() -> String { ids.make() }

    /// Looks at the head alone, without waiting for anything.
    func admit(_ head: RequestHead, id: String) -> Reception {
        let head = routes.original(head.rawPath).map(head.moved(to:)) ?? head
        do {
            try RequestChecks.check(head, settings)
        } catch {
            return .refused(refusal(error, head, id))
        }
        let method = head.method == "HEAD" ? "GET" : head.method
        switch routes.match(method: method, rawPath: head.rawPath) {
        case .none:
            let failure = Failure(.notFound, "there is nothing at \(head.method) \(head.rawPath.prefix(200))")
            return .refused(write(failure, head, id, reason: .noSuchRoute))
        case .wrongMethod(let methods):
            let allowed = methods.contains("GET") ? (methods + ["HEAD"]).sorted() : methods
            let failure = Failure(.invalid, "this path takes \(allowed.joined(separator: ", "))")
            var response = write(failure, head, id, status: 405, reason: .wrongMethod)
            response.headers["allow"] = allowed.joined(separator: ", ")
            return .refused(response)
        case .found(let endpoint, let parameters):
            return .call(Call(head: head, id: id, endpoint: endpoint, parameters: parameters))
        }
    }

    /// Runs the endpoint. Never throws: what goes wrong becomes an answer.
    func answer(_ call: Call, _ body: RequestBody) async -> Response {
        guard gate.enter() else { return busy(call.head, call.id) }
        defer { gate.leave() }
        var visitor: Principal?
        do {
            let principal = try await authorizer.principal(for: call.head)
            visitor = principal
            let request = Request(
                method: call.head.method == "HEAD" ? "GET" : call.head.method, rawPath: call.head.rawPath,
                parameters: call.parameters, query: Query(call.head.rawQuery), headers: call.head.headers,
                body: body, principal: principal ?? .nobody, id: call.id, server: call.head.server,
                client: call.head.client, site: site)
            try await Admission.check(principal, call.endpoint, request)
            if let idempotency, let key = request.headers["idempotency-key"], call.endpoint.effect == .writes,
                !call.endpoint.holdsSecrets, let bytes = body.bytes
            {
                let repeated = IdempotentRequest(key: key, query: call.head.rawQuery, body: bytes, request)
                return waitHint(try await idempotency.answer(repeated) { try await call.endpoint.handle(request) })
            }
            return waitHint(try await call.endpoint.handle(request))
        } catch let refusal as HTTPRefusal {
            return self.refusal(refusal, call.head, call.id)
        } catch {
            let failure = Failure(any: error)
            if failure.code == .bug || failure.cause != nil { observer.failed(failure, requestID: call.id) }
            if body.isTooLarge { return tooLarge(failure, call.head, call.id) }
            return write(failure, call.head, call.id, visitor: visitor)
        }
    }

    /// Head, body and answer in one step, for tests and everything else that has no connection.
    package func respond(to head: RequestHead, body: [UInt8] = []) async -> Response {
        let id = makeID()
        switch admit(head, id: id) {
        case .refused(let response): return response
        case .call(let call):
            guard body.count <= call.endpoint.bodyLimit else {
                return tooLarge(RequestBody.tooLarge(call.endpoint.bodyLimit), head, id)
            }
            return await answer(call, RequestBody(bytes: body))
        }
    }

    // MARK: Answers without a handler

    /// Overload is answered at once, never with silence.
    func busy(_ head: RequestHead, _ id: String) -> Response {
        write(Failure(.unavailable, "the server is busy", hint: "Try again in a second."), head, id)
    }

    func failure(_ failure: Failure, _ head: RequestHead, _ id: String) -> Response { write(failure, head, id) }

    func tooLarge(_ failure: Failure, _ head: RequestHead, _ id: String) -> Response {
        write(failure, head, id, status: 413, reason: .bodyTooLarge)
    }

    func refusal(_ refusal: HTTPRefusal, _ head: RequestHead?, _ id: String) -> Response {
        if refusal.isPlain {
            let hint = refusal.failure.hint.map { "\n\($0)" } ?? ""
            return .text("\(refusal.failure.message)\(hint)\n", status: refusal.status)
        }
        var response = write(refusal.failure, head, id, status: refusal.status, reason: .protocolError)
        if let seconds = refusal.retryAfter { response.headers["retry-after"] = String(seconds) }
        return response
    }

    private func write(
        _ failure: Failure, _ head: RequestHead?, _ id: String, status: Int? = nil,
        reason: HTTPFailure.Reason = .handler, visitor: Principal? = nil
    ) -> Response {
        let path = head.map { routes.original($0.rawPath) ?? $0.rawPath } ?? ""
        let form = errorForms.first { form in path.utf8.starts(with: form.prefix.utf8) } ?? .native
        let failure = HTTPFailure(failure, requestID: id, status: status, reason: reason)
        if let head, form.prefix == ErrorForm.native.prefix,
            let page = ErrorPage.answer(failure, head, site, visitor)
        {
            return waitHint(page, failure.failure.retryAfter)
        }
        var response = form.write(failure)
        if response.status == 401, response.headers["www-authenticate"] == nil {
            // At the word Basic a browser asks for a password itself, whatever script has sent the request.
            if head?.headers["sec-fetch-mode"] == nil || head?.headers["authorization"] != nil {
                response.headers.append("www-authenticate", "Basic realm=\"steward\", charset=\"UTF-8\"")
            }
            response.headers.append("www-authenticate", "Bearer realm=\"steward\"")
        }
        return waitHint(response, failure.failure.retryAfter)
    }

    /// Whoever is told to come back is told when.
    private func waitHint(_ response: Response, _ seconds: Int? = nil) -> Response {
        guard response.status == 503 || response.status == 429, response.headers["retry-after"] == nil else {
            return response
        }
        var response = response
        response.headers["retry-after"] = String(seconds ?? 1)
        return response
    }
}
