package import Core

extension Permission {
    /// The log tells of everything: it takes the right to read everything.
    package static let auditRead = Permission("audit.read", .read)
}

/// The event log over HTTP: the log itself as C2SP tlog-tiles lay it out, proofs, and a readable list.
package struct AuditEndpoints: Sendable {
    let database: Database
    let key: SigningKey

    package init(database: Database, key: SigningKey) {
        self.database = database
        self.key = key
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                "GET", "/audit/checkpoint", .may(.auditRead), .reads,
                "The signed size and root of the event log (C2SP tlog-checkpoint).", checkpoint),
            Endpoint(
                "GET", "/audit/tile/{path...}", .may(.auditRead), .reads,
                "A tile of hashes or entries of the event log (C2SP tlog-tiles).", tile),
            Endpoint(
                "GET", "/audit/proof/{sequence}", .may(.auditRead), .reads,
                "A self-contained proof that an entry is in the log (C2SP tlog-proof); its extra data are the entry.",
                proof),
            Endpoint(
                "GET", "/audit/consistency", .may(.auditRead), .reads,
                "A proof that the log of size `old` is the beginning of the log of size `new`.", consistency),
            Endpoint(
                "GET", "/audit/key", .may(.auditRead), .reads,
                "The public key that verifies the checkpoints (C2SP verifier key).", verifierKey),
            .native(
                "GET", "events", .may(.auditRead), .reads, "Events of the log.",
                query: Self.query,
                response: [
                    Endpoint.Field(
                        "events", .list(.any), "As many as asked for, or fewer when they are large.", required: true),
                    Endpoint.Field("next", .integer, "Where to go on: the next page's `after`. Absent at the end."),
                ], events),
        ]
    }

    private static let query = [
        Endpoint.Field("subject", .text, "Events of this subject only: `model/17`."),
        Endpoint.Field("under", .text, "Events of this subject and of those below it."),
        Endpoint.Field("kind", .text, "Events of this kind only; may be given again for further kinds."),
        Endpoint.Field("actor", .text, "What this person or program did."),
        Endpoint.Field("since", .text, "Events at this time or later (RFC 3339)."),
        Endpoint.Field("until", .text, "Events before this time (RFC 3339)."),
        Endpoint.Field("after", .integer, "The sequence number to go on after."),
        Endpoint.Field("order", .text, "oldest (as they happened) or newest."),
        Endpoint.Field("limit", .integer, "Events of a page, 1 to 1000."),
    ]

    private enum Order: String, CaseIterable {
        case oldest, newest
    }

    @Sendable private func checkpoint(_ request: Request) async throws -> Response {
        let key = key
        return Response.text(utf8: try await database.read { try EventLogTree($0).checkpoint(key).bytes })
    }

    @Sendable private func verifierKey(_ request: Request) async throws -> Response {
        .text(key.verifier.description + "\n")
    }

    @Sendable private func tile(_ request: Request) async throws -> Response {
        let path: TilePath
        do { path = try TilePath(parsing: "tile/" + request.parameter("path")) } catch {
            throw Failure(.notFound, error.message, hint: error.hint)
        }
        let bytes = try await database.read { try EventLogTree($0).tile(path) }
        var response = Response(
            headers: Headers([("content-type", "application/octet-stream")]), body: .bytes(bytes))
        // Tiles of a log never change.
        response.headers["cache-control"] = "private, max-age=31536000, immutable"
        return response
    }

    @Sendable private func proof(_ request: Request) async throws -> Response {
        let sequence = try Self.number(request.parameter("sequence"), "the sequence number")
        let key = key
        let bytes = try await database.read { sql in
            let tree = try EventLogTree(sql)
            let hashes = try tree.inclusionProof(of: sequence, in: tree.size)
            // With the entry the proof needs no server to be checked and read.
            let entry = try tree.entries(sequence..<sequence + 1).first
            return try LogProof(
                index: sequence, hashes: hashes, checkpoint: tree.checkpoint(key).bytes, extra: entry
            ).bytes
        }
        return Response.text(utf8: bytes)
    }

    @Sendable private func consistency(_ request: Request) async throws -> Response {
        let old = try Self.number(request.query["old"] ?? "", "old")
        let new = try request.query["new"].map { text throws(Failure) in try Self.number(text, "new") }
        let (size, hashes) = try await database.read { sql in
            let tree = try EventLogTree(sql)
            return (new ?? tree.size, try tree.consistencyProof(from: old, to: new ?? tree.size))
        }
        return .json(
            .record([
                "old": .integer(old), "new": .integer(size), "hashes": .array(hashes.map { .string($0.base64) }),
            ]))
    }

    @Sendable private func events(_ request: Request) async throws -> Response {
        var query = EventQuery()
        query.subject = request.query["subject"]
        query.subjectTree = request.query["under"]
        query.kinds = request.query.all("kind")
        query.actor = request.query["actor"]
        query.since = try Self.time(request, "since")
        query.until = try Self.time(request, "until")
        query.after = try request.query["after"].map { text throws(Failure) in try Self.number(text, "after") }
        query.order = try request.choice("order", Order.self) == .newest ? .newestFirst : .oldestFirst
        if let limit = request.query["limit"] {
            query.limit = Int(clamping: try Self.number(limit, "limit"))
            guard (1...1000).contains(query.limit) else { throw Failure(.invalid, "limit must be 1 to 1000") }
        }
        guard query.kinds.count <= 100 else { throw Failure(.invalid, "at most 100 kinds can be asked for") }
        let asked = query
        let page = try await database.read { try EventLog.page(asked, bytes: Self.pageBytes, $0) }
        var members = [JSON.Member("events", .array(page.events.map(\.json)))]
        if let last = page.events.last, page.hasMore { members.append(.init("next", .integer(last.sequence))) }
        return .json(.object(members))
    }

    /// A page ends with the entry that reaches so many bytes: 4 MiB.
    private static let pageBytes = 4 << 20

    private static func time(_ request: Request, _ name: String) throws(Failure) -> Timestamp? {
        guard let text = request.query[name] else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw Failure(
                .invalid, "\(name): '\(text.prefix(50))' is no RFC 3339 time", hint: "Write 2026-11-23T09:05:03Z.")
        }
        return time
    }

    private static func number(_ text: String, _ name: String) throws(Failure) -> Int64 {
        guard let number = Int64(text), number >= 0 else {
            throw Failure(.invalid, "\(name) must be a whole number from 0 on")
        }
        return number
    }
}

extension RecordedEvent {
    /// The event as the API shows it.
    package var json: JSON {
        var members = [
            JSON.Member("sequence", .integer(sequence)), JSON.Member("time", .string(time.rfc3339)),
            JSON.Member("kind", .string(event.kind)), JSON.Member("subject", .string(event.subject)),
            JSON.Member("actor", .string(principal)), JSON.Member("details", event.details),
        ]
        if let reason { members.append(JSON.Member("reason", .string(reason))) }
        if let requestID { members.append(JSON.Member("request_id", .string(requestID))) }
        return .object(members)
    }
}
