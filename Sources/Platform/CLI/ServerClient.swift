import AsyncHTTPClient
package import Core
import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A running server, as commands talk to it: JSON in and out, answers bounded, errors turned into `Failure`.
///
/// The address is the operator's own, so unlike `OutboundClient` this one goes wherever it is told.
package struct ServerClient: Sendable {
    /// Bytes of an answer; a longer one is refused: 64 MiB.
    package static let answerLimit = 64 << 20

    /// Scheme, name and port, and a path if the server stands behind one; no slash at the end.
    package let address: String
    private let client: HTTPClient
    private let timeout: Duration
    /// The header `Authorization`. It goes to this address and nowhere else: no redirect is followed.
    private let authorization: String?

    /// One answer.
    package struct Answer: Sendable {
        package let status: Int
        package let contentType: String
        package let body: [UInt8]
        /// What the header `Retry-After` asks for, in seconds.
        let retryAfter: Int?
        /// Which lines of the server's log tell of this request.
        let requestID: String?
    }

    /// Opens a client for as long as `body` runs.
    /// - Parameters:
    ///   - address: `http://` or `https://`, a name, and maybe a port and a path.
    ///   - timeout: for one request, from the first byte sent to the last byte received.
    ///   - authorization: the header of that name, `StoredCredentials` makes it; nil to be nobody.
    /// - Throws: `invalid` when the address is none; what `body` throws.
    package static func connect<Value>(
        to address: String, timeout: Duration = .seconds(60), authorization: String? = nil,
        _ body: (ServerClient) async throws -> Value
    ) async throws -> Value {
        let address = try check(address)
        // A fetch that goes on may take long; one that stands still has failed.
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10), read: .seconds(timeout.components.seconds)),
            decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let value = try await body(
                ServerClient(
                    address: address, client: client, timeout: timeout, authorization: authorization))
            try? await client.shutdown()
            return value
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private init(address: String, client: HTTPClient, timeout: Duration, authorization: String?) {
        self.authorization = authorization
        self.address = address
        self.client = client
        self.timeout = timeout
    }

    /// - Parameters:
    ///   - path: begins with a slash. What comes from outside goes through `PercentEncoding.encode`.
    ///   - query: encoded here.
    /// - Throws: what the server says, or `unavailable` when it does not answer.
    package func get(_ path: String, query: [(name: String, value: String)] = []) async throws(Failure) -> JSON {
        try json(await answer("GET", path, query: query))
    }

    /// A request with a body, such as `POST` or `PATCH`. Nothing is repeated.
    /// - Returns: `null` for an empty answer.
    package func send(
        _ method: String, _ path: String, query: [(name: String, value: String)] = [], _ body: JSON? = nil,
        reason: String? = nil
    ) async throws(Failure) -> JSON {
        var headers: [(name: String, value: String)] = []
        if let reason { headers.append(("steward-reason", reason)) }
        return try json(await answer(method, path, query: query, headers: headers, body: body?.serialised()))
    }

    /// The bytes at a path, whatever they are.
    /// - Returns: nil when the server has nothing there.
    package func bytes(_ path: String) async throws(Failure) -> [UInt8]? {
        do { return try await answer("GET", path).body } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    /// Any request. Answers with a status of 400 or more are thrown.
    package func answer(
        _ method: String, _ path: String, query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], body: [UInt8]? = nil
    ) async throws(Failure) -> Answer {
        let answer: Answer
        do {
            let limit = TimeAmount.milliseconds(
                timeout.components.seconds * 1000 + timeout.components.attoseconds / 1_000_000_000_000_000)
            answer = try await self.answer(
                client.execute(request(method, path, query, headers, body), deadline: .now() + limit))
        } catch {
            throw unreachable(error)
        }
        guard answer.status < 300 else { throw Self.failure(answer, at: address) }
        return answer
    }

    /// What is at a path, of any length, piece by piece.
    /// - Parameter body: is given the pieces, in order.
    /// - Throws: what `body` throws, too: a part may have come before.
    package func fetch(
        _ path: String, headers: [(name: String, value: String)] = [],
        _ body: (_ piece: [UInt8]) throws(Failure) -> Void
    ) async throws(Failure) {
        var refusal: Answer?
        do {
            let response = try await client.execute(
                request("GET", path, [], headers, nil), deadline: .now() + Self.longest)
            if response.status.code < 300 {
                for try await piece in response.body { try body(Array(piece.readableBytesView)) }
            } else {
                refusal = try await answer(response)
            }
        } catch {
            throw unreachable(error)
        }
        if let refusal { throw Self.failure(refusal, at: address) }
    }

    /// How long a fetch may take that goes on.
    private static let longest = TimeAmount.hours(24)

    private func request(
        _ method: String, _ path: String, _ query: [(name: String, value: String)],
        _ headers: [(name: String, value: String)], _ body: [UInt8]?
    ) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: address + path + Self.text(query))
        request.method = .RAW(value: method)
        request.headers = HTTPHeaders(headers.map { ($0.name, $0.value) })
        request.headers.add(name: "user-agent", value: "steward")
        request.headers.add(name: "accept", value: "application/json, */*")
        if let authorization { request.headers.add(name: "authorization", value: authorization) }
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        return request
    }

    private func answer(_ response: HTTPClientResponse) async throws -> Answer {
        var body: [UInt8] = []
        for try await piece in response.body {
            body.append(contentsOf: piece.readableBytesView)
            guard body.count <= Self.answerLimit else {
                throw Failure(.exhausted, "the answer of \(address) is larger than \(Self.answerLimit >> 20) MiB")
            }
        }
        return Answer(
            status: Int(response.status.code), contentType: response.headers.first(name: "content-type") ?? "",
            body: body, retryAfter: response.headers.first(name: "retry-after").flatMap { Int($0) },
            requestID: response.headers.first(name: "steward-request-id"))
    }

    private func json(_ answer: Answer) throws(Failure) -> JSON {
        guard !answer.body.isEmpty else { return .null }
        do { return try JSONParser.parse(answer.body) } catch {
            throw Failure(
                .unavailable, "\(address) answers, but not with JSON",
                hint: "Is that the address of a steward server?", cause: error.message)
        }
    }

    private static func text(_ query: [(name: String, value: String)]) -> String {
        let pairs = query.map { PercentEncoding.encode($0.name) + "=" + PercentEncoding.encode($0.value) }
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }

    private static func check(_ address: String) throws(Failure) -> String {
        var text = address[...]
        while text.utf8.last == UInt8(ascii: "/") { text.removeLast() }
        let lower = text.lowercased()
        let scheme = ["http://", "https://"].first { lower.hasPrefix($0) }
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && !text.contains { "?#@\\".contains($0) }
        guard let scheme, isPlain, lower.utf8.count > scheme.utf8.count else {
            throw Failure(
                .invalid, "'\(DisplayText.clean(address))' is not the address of a server",
                hint: "An address looks like http://127.0.0.1:5000.")
        }
        return String(text)
    }
}

// MARK: - Failures

extension ServerClient {
    /// Why no answer came.
    private func unreachable(_ error: any Error) -> Failure {
        if let failure = error as? Failure { return failure }
        let problem = error as? HTTPClientError
        let isRefused = error is NIOConnectionError || (error as? IOError)?.errnoCode == ECONNREFUSED
        if isRefused || problem == .connectTimeout {
            return Failure(
                .unavailable, "nobody answers at \(address)",
                hint: "Start it with `steward serve`, or name another one with --server.", cause: "\(error)")
        }
        if problem == .deadlineExceeded || problem == .readTimeout {
            return Failure(
                .unavailable, "\(address) has not answered within \(timeout.components.seconds) seconds",
                hint: "The request may still be under way there; look before you repeat it.")
        }
        return Failure(
            .unavailable,
            "the connection to \(address) failed" + (problem.map { ": \($0.shortDescription)" } ?? ""),
            hint: "Is it an address for http:// or https://?", cause: "\(error)")
    }

    /// What a server says when it refuses: its own form, MLflow's, or plain text.
    static func failure(_ answer: Answer, at address: String) -> Failure {
        let json = try? JSONParser.parse(answer.body)
        let cause = answer.requestID.map { "HTTP status \(answer.status), request \($0)" }
        var code = Self.code(answer.status)
        var message = "\(address) answers with HTTP status \(answer.status)"
        var hint = answer.retryAfter.map { "Try again in \($0) seconds." }
        if let error = json?["error"], let text = error["message"]?.text {
            message = text
            hint = error["hint"]?.text ?? hint
            if let named = error["code"]?.text.flatMap(Failure.Code.init(rawValue:)) { code = named }
        } else if json?["error_code"]?.text != nil, let text = json?["message"]?.text {
            message = text
        } else if answer.contentType.hasPrefix("text/plain"), !answer.body.isEmpty {
            message += ": " + DisplayText.clean(String(decoding: answer.body.prefix(500), as: UTF8.self))
        } else if answer.status < 400 || answer.status == 404 {
            hint = "Is that the address of a steward server?"
        }
        if answer.status == 401 { hint = "Sign in with `steward login`, or set STEWARD_TOKEN to a token." }
        // Where to look in the server's log matters when the fault is there.
        return Failure(code, message, hint: hint, cause: answer.status >= 500 ? cause : nil)
    }

    private static func code(_ status: Int) -> Failure.Code {
        switch status {
        case 401: .unauthenticated
        case 403: .denied
        case 404: .notFound
        case 409: .conflict
        case 413, 429, 507: .exhausted
        case 400..<500: .invalid
        case 501: .unsupported
        default: .unavailable
        }
    }
}
