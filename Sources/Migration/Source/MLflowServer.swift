import Core
import Foundation
import Platform

/// A running MLflow server, as it is asked: again where it may have been busy, for less where that was too much.
final class MLflowServer {
    private let client: ServerClient
    private let world: World
    private let headers: [(name: String, value: String)]
    /// Whoever has never answered is not waited for.
    private var hasAnswered = false

    private init(_ client: ServerClient, _ world: World) {
        self.client = client
        self.world = world
        let environment = ProcessInfo.processInfo.environment
        if let token = environment["MLFLOW_TRACKING_TOKEN"], !token.isEmpty {
            headers = [("authorization", "Bearer \(token)")]
        } else if let name = environment["MLFLOW_TRACKING_USERNAME"], !name.isEmpty {
            let password = environment["MLFLOW_TRACKING_PASSWORD"] ?? ""
            headers = [("authorization", "Basic \(Base64.text(of: Array("\(name):\(password)".utf8)))")]
        } else {
            headers = []
        }
    }

    static func connect(
        to address: String, _ world: World, _ body: (MLflowServer) async throws -> Void
    ) async throws {
        try await ServerClient.connect(to: address, timeout: .seconds(600)) { client in
            try await body(MLflowServer(client, world))
        }
    }

    // MARK: - Requests

    func get(_ path: String, _ query: [(name: String, value: String)]) async throws(Failure) -> JSON {
        try await ask("GET", path, query, nil)
    }

    func post(_ path: String, _ body: JSON) async throws(Failure) -> JSON {
        try await ask("POST", path, [], body.serialised())
    }

    private func ask(
        _ method: String, _ path: String, _ query: [(name: String, value: String)], _ body: [UInt8]?
    ) async throws(Failure) -> JSON {
        try await patiently { () async throws(Failure) in
            let answer = try await client.answer(method, path, query: query, headers: headers, body: body)
            hasAnswered = true
            return try json(answer)
        }
    }

    /// Writes what is at a path into a file, which appears when it is whole.
    /// - Returns: its bytes.
    func save(_ path: String, to file: String) async throws(Failure) -> Int64 {
        try await patiently { () async throws(Failure) in
            let output = PartialFile(try OutputFile(path: file, mode: 0o600))
            try await client.fetch(path, headers: headers) { piece throws(Failure) in try output.append(piece) }
            return try output.commit()
        }
    }

    /// Times that a request is repeated, after 1, 2 and 4 seconds.
    private static let repetitions = 3

    /// Everything that is asked may be asked twice: nothing is changed.
    private func patiently<Value>(
        attempt: Int = 0, _ request: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let failure: Failure
        do throws(Failure) { return try await request() } catch { failure = error }
        guard failure.code == .unavailable, hasAnswered, attempt < Self.repetitions else { throw Self.told(failure) }
        try? await world.sleep(.seconds(1 << attempt))
        return try await patiently(attempt: attempt + 1, request)
    }

    private func json(_ answer: ServerClient.Answer) throws(Failure) -> JSON {
        do { return try JSONParser.parse(answer.body) } catch {
            throw Failure(
                .invalid, "\(client.address) answers, but not with JSON",
                hint: "Is that the address of an MLflow server?", cause: error.message)
        }
    }

    /// What the client says is for people who ask a Steward.
    private static func told(_ failure: Failure) -> Failure {
        let hint: String? =
            switch failure.code {
            case .unauthenticated:
                "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN."
            case .unavailable: "Is that the address of an MLflow server, and does it run?"
            case .notFound, .invalid: "Is that the address of an MLflow server?"
            default: nil
            }
        return Failure(failure.code, failure.message, hint: hint, cause: failure.cause)
    }

    // MARK: - Lists

    /// All pages of a list.
    /// - Parameters:
    ///   - limit: of what is on a page, where the server can answer that much at once.
    ///   - ask: for a page: the token of the one before, and how much may be on it.
    func pages(
        limit: Int, _ ask: (_ token: String?, _ limit: Int) async throws(Failure) -> JSON,
        _ body: (JSON) async throws -> Void
    ) async throws {
        var token: String?
        var limit = limit
        repeat {
            let answer = try await page(token, &limit, ask)
            try await body(answer)
            token = answer["next_page_token"]?.text.flatMap { $0.isEmpty ? nil : $0 }
        } while token != nil
    }

    /// The answer may be too long, or the server have had too many questions.
    private func page(
        _ token: String?, _ limit: inout Int, _ ask: (_ token: String?, _ limit: Int) async throws(Failure) -> JSON
    ) async throws(Failure) -> JSON {
        let failure: Failure
        do throws(Failure) { return try await ask(token, limit) } catch { failure = error }
        guard failure.code == .exhausted, limit > 1 else { throw failure }
        limit /= 2
        try? await world.sleep(.seconds(1))
        return try await page(token, &limit, ask)
    }
}

/// A file that a closure writes.
private final class PartialFile {
    private var file: OutputFile?
    private var bytes: Int64 = 0

    init(_ file: consuming OutputFile) { self.file = consume file }

    func append(_ piece: [UInt8]) throws(Failure) {
        try file?.append(piece)
        bytes += Int64(piece.count)
    }

    func commit() throws(Failure) -> Int64 {
        // It is fetched again after a power cut that leaves less of it.
        try file.take()?.commit(isFlushed: false)
        return bytes
    }
}
