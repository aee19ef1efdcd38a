package import Core
import Crypto
import Synchronization

/// Makes it safe to send a write again: the header `Idempotency-Key` names it, and a second one of that name gets the
/// first one's answer. docs/decisions has the reasons for how.
package final class Idempotency: Sendable {
    private let database: Database
    /// What is at work in this process.
    private let active = Mutex<Set<String>>([])

    /// The schema must hold `Idempotency.migrations`.
    package init(database: Database) {
        self.database = database
    }

    package static let migrations = [
        Migration(
            "platform-010-idempotency",
            """
            CREATE TABLE platform_idempotency (
                scope {text} NOT NULL,
                step {text} NOT NULL,
                fingerprint {text} NOT NULL,
                created_at {integer} NOT NULL,
                content {blob} NOT NULL,
                PRIMARY KEY (scope, step)
            ) {clustered};
            CREATE INDEX platform_idempotency_created ON platform_idempotency (created_at)
            """)
    ]

    /// How long a repetition is known at least: 24 hours.
    package static let retention: Int64 = 24 * 3600 * 1000
    /// A key, in bytes of visible ASCII.
    static let keyLimit = 255
    /// The finished answer's place among the steps; no function has this name.
    private static let answerStep = "answer"
    /// A larger answer is not kept; a repetition makes it again from the results of the writes. 256 KiB.
    static let answerLimit = 256 << 10

    /// Forgets requests that are older than `retention`.
    package var routine: Routine {
        Routine("platform.forget-idempotency-keys", every: .seconds(3600)) { [database] in
            // A batch at a time: other writes wait for each.
            while try await Self.forget(database) > 0 {}
        }
    }

    private static let forgottenAtOnce = 1000

    /// A request is forgotten as a whole, by the newest of its records: one of which only some are left would make the
    /// writes of the others once more.
    /// - Returns: how many records were deleted.
    private static func forget(_ database: Database) async throws -> Int {
        try await database.write { transaction in
            // The database's clock, which wrote them. As a query of its own it is read once, and the index is used.
            let oldest = "(SELECT \(transaction.dialect.now) - \(retention))"
            return try transaction.sql.execute(
                """
                DELETE FROM platform_idempotency WHERE scope IN (
                    SELECT scope FROM platform_idempotency past WHERE created_at < \(oldest) AND NOT EXISTS (
                        SELECT 1 FROM platform_idempotency recent
                        WHERE recent.scope = past.scope AND recent.created_at >= \(oldest))
                    ORDER BY created_at LIMIT \(forgottenAtOnce))
                """)
        }
    }

    /// Runs `handle` once for all requests of one name, as far as the answer was good.
    /// - Throws: what `handle` throws; a refusal for a bad key, a key that names another request (422), or one that is
    ///   being answered right now (409).
    func answer(_ request: IdempotentRequest, _ handle: () async throws -> Response) async throws -> Response {
        guard (1...Self.keyLimit).contains(request.key.utf8.count),
            request.key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw refusal("the Idempotency-Key must be 1 to \(Self.keyLimit) visible ASCII characters", 400)
        }
        let scope = request.scope
        guard active.withLock({ $0.insert(scope).inserted }) else { throw underWay }
        defer { active.withLock { _ = $0.remove(scope) } }
        return try await answer(request, try await stored(scope), handle)
    }

    private func answer(
        _ request: IdempotentRequest, _ stored: [Stored], _ handle: () async throws -> Response
    ) async throws -> Response {
        let fingerprint = request.fingerprint
        guard stored.allSatisfy({ $0.fingerprint.utf8.elementsEqual(fingerprint.utf8) }) else {
            throw refusal("this Idempotency-Key was used for another request", 422)
        }
        if let answer = stored.first(where: { $0.step == Self.answerStep }) {
            var response = try Response(replay: try JSONParser.parse(answer.content))
            response.headers["idempotency-replayed"] = "true"
            return response
        }
        let writes = RepeatableWrites(
            scope: request.scope, fingerprint: fingerprint,
            done: Dictionary(uniqueKeysWithValues: stored.map { ($0.step, $0.content) }))
        let response: Response
        do {
            response = try await RepeatableWrites.$current.withValue(writes) { try await handle() }
        } catch {
            // Two servers had it at once, and the other one was first.
            if writes.isOvertaken { throw underWay }
            guard writes.isLost else { throw error }
            throw refusal("this request was carried out, but the server stopped before it could answer", 409)
        }
        if writes.isUsed, response.status < 400 { await keep(response, writes) }
        return response
    }

    private struct Stored {
        let step: String
        let fingerprint: String
        let content: [UInt8]
    }

    private func stored(_ scope: String) async throws(Failure) -> [Stored] {
        try await database.read { connection in
            try connection.rows(
                "SELECT step, fingerprint, content FROM platform_idempotency WHERE scope = ?1",
                [.text(scope)]
            ) { Stored(step: $0.text(0), fingerprint: $0.text(1), content: $0.bytes(2)) }
        }
    }

    /// An answer that cannot be kept is no failure: the change is made and recorded, and a repetition finds that.
    private func keep(_ response: Response, _ writes: RepeatableWrites) async {
        guard case .bytes(let bytes) = response.body, bytes.count <= Self.answerLimit else { return }
        let content = response.replay.serialised()
        _ = try? await database.write { transaction in
            try transaction.sql.execute(
                """
                INSERT INTO platform_idempotency (scope, step, fingerprint, created_at, content)
                VALUES (?1, ?2, ?3, \(transaction.dialect.now), ?4) ON CONFLICT (scope, step) DO NOTHING
                """, [.text(writes.scope), .text(Self.answerStep), .text(writes.fingerprint), .blob(content)])
        }
    }

    private var underWay: HTTPRefusal {
        refusal("a request with this Idempotency-Key is being answered", 409, retry: true)
    }

    private func refusal(_ message: String, _ status: Int, retry: Bool = false) -> HTTPRefusal {
        HTTPRefusal(
            failure: Failure(
                status == 409 ? .conflict : .invalid, message,
                hint: retry ? "Try again in a second." : status == 422 ? "Use a new key for each request." : nil),
            status: status, retryAfter: retry ? 1 : nil)
    }
}

/// A write whose client named it.
struct IdempotentRequest: Sendable {
    let key: String
    /// Who sends it, and its key: other people's keys are other keys.
    let scope: String
    /// Everything about it that must be the same when it comes again.
    let fingerprint: String

    init(key: String, query: String, body: [UInt8], _ request: Request) {
        self.key = key
        scope = Self.digest([request.principal.method.rawValue, request.principal.name, key], [])
        fingerprint = Self.digest([request.method, request.rawPath, query], body)
    }

    private static func digest(_ parts: [String], _ body: [UInt8]) -> String {
        var hash = SHA256()
        // A zero byte ends each part, which is text and has none.
        for part in parts { hash.update(data: Array(part.utf8) + [0]) }
        hash.update(data: body)
        return Hexadecimal.text(of: hash.finalize())
    }
}

/// An answer made inside a transaction is kept with it, and so is one that was given.
extension Response: Replayable {
    package var replay: JSON {
        var bytes: [UInt8] = []
        if case .bytes(let whole) = body { bytes = whole }
        return .record([
            "status": .int(status),
            "headers": .array(headers.fields.map { .array([.string($0.name), .string($0.value)]) }),
            "body": .string(Hexadecimal.text(of: bytes)),
        ])
    }

    package init(replay: JSON) throws(Failure) {
        guard let status = replay["status"]?.int, let fields = replay["headers"]?.elements,
            let bytes = replay["body"]?.text.flatMap(Hexadecimal.bytes(of:))
        else { throw WriteResult.mismatch }
        var headers = Headers()
        for field in fields {
            guard let pair = field.elements, pair.count == 2, let name = pair[0].text, let value = pair[1].text else {
                throw WriteResult.mismatch
            }
            headers.append(name, value)
        }
        self.init(status: status, headers: headers, body: .bytes(bytes))
    }
}
