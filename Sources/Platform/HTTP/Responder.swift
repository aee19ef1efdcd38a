package import Core
import HTTPTypes
package import Hummingbird
package import HummingbirdCore
import NIOCore

/// From Hummingbird's request to an endpoint and back: the one place where the frame around every handler is put.
package struct Responder: HTTPResponder {
    package struct Settings: Sendable {
        /// Host names that requests may be addressed to, in lower case; others are refused (DNS rebinding).
        package var hosts: Set<String>
        /// Origins that browsers may send writing requests from, besides the server's own.
        package var origins: Set<String>
        /// Requests at work at the same time; one more is answered with 503.
        package var concurrent: Int

        package init(
            hosts: Set<String> = ["localhost", "127.0.0.1", "[::1]"], origins: Set<String> = [], concurrent: Int = 1024
        ) {
            self.hosts = hosts
            self.origins = origins
            self.concurrent = concurrent
        }
    }

    let routes: RouteTable
    let errorForms: [ErrorForm]
    let settings: Settings
    let world: World
    let observer: any RequestObserver
    private let gate: RequestGate

    package init(
        routes: RouteTable, errorForms: [ErrorForm], settings: Settings, world: World, observer: any RequestObserver
    ) {
        self.routes = routes
        self.errorForms = (errorForms + [.native]).sorted { $0.prefix.utf8.count > $1.prefix.utf8.count }
        self.settings = settings
        self.world = world
        self.observer = observer
        gate = RequestGate(limit: settings.concurrent)
    }

    package func respond(to request: HummingbirdCore.Request, context: BasicRequestContext) async throws
        -> HummingbirdCore
        .Response
    {
        let started = ContinuousClock.now
        let head = request.head
        let target = head.path ?? "/"
        let (path, query) = Self.split(target)
        let id = world.makeID()
        var route: String?
        var response: Response
        if gate.enter() {
            response = await answer(request, path: path, query: query, id: id, route: &route)
            gate.leave()
        } else {
            let busy = Failure(.unavailable, "the server is busy", hint: "Try again in a second.")
            response = form(for: path).write(HTTPFailure(busy, requestID: id))
        }
        if response.status == 503 || response.status == 429, response.headers["retry-after"] == nil {
            response.headers["retry-after"] = "1"
        }
        observer.finished(
            RequestRecord(
                id: id, method: head.method.rawValue, route: route, path: path, status: response.status,
                duration: ContinuousClock.now - started))
        return Self.convert(response, id: id, isHead: head.method == .head)
    }

    private func answer(
        _ request: HummingbirdCore.Request, path: String, query: Substring, id: String, route: inout String?
    ) async -> Response {
        do {
            try RequestChecks.check(request.head, settings)
            let method = request.head.method == .head ? "GET" : request.head.method.rawValue
            switch routes.match(method: method, rawPath: path) {
            case .none:
                let failure = Failure(
                    .notFound, "there is nothing at \(request.head.method.rawValue) \(path.prefix(200))")
                return form(for: path).write(HTTPFailure(failure, requestID: id, reason: .noSuchRoute))
            case .wrongMethod(let allowed):
                let failure = Failure(.invalid, "this path takes \(allowed.joined(separator: ", "))")
                var response = form(for: path).write(
                    HTTPFailure(failure, requestID: id, status: 405, reason: .wrongMethod))
                response.headers["allow"] = allowed.joined(separator: ", ")
                return response
            case .found(let endpoint, let parameters):
                route = endpoint.path
                let wrapped = Request(
                    method: method, rawPath: path, parameters: parameters, query: Query(query),
                    headers: Headers(request.headers.map { ($0.name.canonicalName, $0.value) }),
                    body: Self.body(of: request), principal: .local, id: id)
                return try await endpoint.handle(wrapped)
            }
        } catch {
            let failure = Database.failure(error)
            if failure.code == .bug || failure.cause != nil { observer.failed(failure, requestID: id) }
            return form(for: path).write(HTTPFailure(failure, requestID: id))
        }
    }

    private func form(for path: String) -> ErrorForm {
        errorForms.first { path.utf8.starts(with: $0.prefix.utf8) } ?? .native
    }

    private static func split(_ target: String) -> (path: String, query: Substring) {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (target, "") }
        return (String(target[..<mark]), target[target.utf8.index(after: mark)...])
    }

    private static func body(of request: HummingbirdCore.Request) -> RequestBody {
        let length = request.headers[.contentLength].flatMap { Int($0) }
        if length == 0 || (length == nil && request.headers[.transferEncoding] == nil) { return .empty }
        let body = request.body
        return RequestBody(declaredLength: length) { limit, piece in
            var count = 0
            for try await buffer in body {
                count += buffer.readableBytes
                guard count <= limit else { throw RequestBody.tooLarge(limit) }
                try await piece(Array(buffer: buffer))
            }
        }
    }

    private static func convert(_ response: Response, id: String, isHead: Bool) -> HummingbirdCore.Response {
        var fields = HTTPFields()
        for (name, value) in response.headers.fields {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        fields[requestID] = id
        fields[.xContentTypeOptions] = "nosniff"
        var converted = HummingbirdCore.Response(
            status: .init(code: response.status), headers: fields, body: body(response.body))
        if isHead { converted = converted.createHeadResponse() }
        return converted
    }

    private static let requestID = HTTPField.Name("steward-request-id")!

    private static func body(_ body: Response.Body) -> ResponseBody {
        switch body {
        case .bytes(let bytes): ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        case .stream(let length, let write):
            ResponseBody(contentLength: length) { writer in
                let sink = HummingbirdSink(writer)
                try await write(sink)
                try await sink.finish()
            }
        }
    }
}

/// `ResponseSink` over Hummingbird's writer; used by one task at a time.
private final class HummingbirdSink: ResponseSink, @unchecked Sendable {
    private var writer: any ResponseBodyWriter

    init(_ writer: any ResponseBodyWriter) { self.writer = writer }

    func write(_ bytes: [UInt8]) async throws { try await writer.write(ByteBuffer(bytes: bytes)) }
    func finish() async throws { try await writer.finish(nil) }
}
