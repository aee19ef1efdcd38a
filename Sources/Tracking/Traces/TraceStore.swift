import Core
import Platform

/// Traces in the database, on one connection.
struct TraceStore {
    let sql: any SQLConnection

    init(_ sql: any SQLConnection) { self.sql = sql }

    static let columns = """
        id, trace_id, experiment, request_time, duration, state, client_request_id, request_preview, response_preview
        """
    static let columnCount = 9

    /// A trace as its row has it, with the number its parts refer to.
    struct Row {
        let id: Int64
        var trace: Trace

        init(_ row: any SQLRow) {
            id = row.integer(0)
            trace = Trace(
                traceID: row.text(1), experimentID: row.integer(2),
                requestTime: Timestamp(milliseconds: row.integer(3)), duration: row.optionalInteger(4),
                state: TraceState(rawValue: row.text(5)) ?? .unspecified, clientRequestID: row.optionalText(6),
                requestPreview: row.optionalText(7), responsePreview: row.optionalText(8), metadata: [], tags: [])
        }
    }

    // MARK: - Reading

    /// - Throws: `notFound`.
    func trace(_ traceID: String) throws -> Trace {
        var rows = [try row(traceID)]
        try addParts(to: &rows)
        return rows[0].trace
    }

    /// Those of the traces that exist, in the order asked for.
    func traces(_ traceIDs: [String]) throws -> [Trace] {
        var found: [ExactText: Row] = [:]
        try sql.forEach(in: traceIDs.map(SQLValue.text)) { list, arguments in
            try sql.forEach("SELECT \(Self.columns) FROM tracking_trace WHERE trace_id IN (\(list))", arguments) {
                row in
                let row = Row(row)
                found[ExactText(row.trace.traceID)] = row
            }
        }
        var rows = traceIDs.compactMap { found[ExactText($0)] }
        try addParts(to: &rows)
        return rows.map(\.trace)
    }

    func row(_ traceID: String) throws -> Row {
        guard let row = try find(traceID) else { throw Self.notFound(traceID) }
        return row
    }

    /// The trace without its parts, held against other writers. Whoever changes a trace or a part of it begins here:
    /// changes of one trace follow each other.
    /// - Throws: `notFound`.
    func held(_ traceID: String) throws -> Row {
        guard let row = try find(traceID, lock: sql.dialect.forUpdate) else { throw Self.notFound(traceID) }
        return row
    }

    func find(_ traceID: String, lock: String = "") throws -> Row? {
        try sql.first(
            "SELECT \(Self.columns) FROM tracking_trace WHERE trace_id = ?1\(lock)", [.text(traceID)], Row.init)
    }

    static func notFound(_ traceID: String) -> Failure {
        Failure(.notFound, "Trace with ID '\(traceID)' not found.")
    }

    /// Reads tags, metadata and assessments of all the rows with three statements a group.
    func addParts(to rows: inout [Row]) throws {
        var places: [Int64: [Int]] = [:]
        for (index, row) in rows.enumerated() { places[row.id, default: []].append(index) }
        try sql.forEach(in: places.keys.sorted()) { list, keys in
            try sql.forEach(
                "SELECT trace, key, value FROM tracking_trace_tag WHERE trace IN (\(list)) ORDER BY trace, key", keys
            ) { row in
                for place in places[row.integer(0)] ?? [] {
                    rows[place].trace.tags.append(KeyValue(row.text(1), row.text(2)))
                }
            }
            try sql.forEach(
                "SELECT trace, key, value FROM tracking_trace_metadata WHERE trace IN (\(list)) ORDER BY trace, key",
                keys
            ) { row in
                for place in places[row.integer(0)] ?? [] {
                    rows[place].trace.metadata.append(KeyValue(row.text(1), row.text(2)))
                }
            }
            try sql.forEach(
                "SELECT trace, body FROM tracking_trace_assessment WHERE trace IN (\(list)) ORDER BY id", keys
            ) { row in
                for place in places[row.integer(0)] ?? [] { rows[place].trace.assessments.append(row.text(1)) }
            }
        }
    }

    // MARK: - Writing

    /// Stores a trace, or what is new about one that is known: tags and metadata of other names stay.
    /// - Parameter assessments: by their identifiers.
    /// - Throws: `invalid` when the trace belongs to another experiment.
    func save(_ trace: Trace, assessments: [(id: String, body: String)]) throws {
        let row = try sql.first(
            """
            INSERT INTO tracking_trace (trace_id, experiment, request_time, duration, state, client_request_id,
                request_preview, response_preview)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT (trace_id) DO UPDATE SET request_time = excluded.request_time, duration = excluded.duration,
                state = excluded.state, client_request_id = excluded.client_request_id,
                request_preview = excluded.request_preview, response_preview = excluded.response_preview
            RETURNING id, experiment
            """,
            [
                .text(trace.traceID), .integer(trace.experimentID), .integer(trace.requestTime.milliseconds),
                .optional(trace.duration), .text(trace.state.rawValue), .optional(trace.clientRequestID),
                .optional(trace.requestPreview), .optional(trace.responsePreview),
            ]
        ) { (id: $0.integer(0), experiment: $0.integer(1)) }
        guard let row, row.experiment == trace.experimentID else {
            throw Failure(.invalid, "The trace '\(trace.traceID)' belongs to another experiment")
        }
        try setTags(trace.tags, of: row.id)
        try setMetadata(trace.metadata, of: row.id)
        for assessment in assessments { try save(assessment, of: row.id) }
    }

    /// Ends a trace that was begun without an end.
    func end(_ traceID: String, at end: Timestamp, _ state: TraceState) throws -> Row {
        let row = try held(traceID)
        let duration = end.milliseconds.subtractingReportingOverflow(row.trace.requestTime.milliseconds)
        guard !duration.overflow else { throw Failure(.invalid, "the end of the trace is out of range") }
        try sql.execute(
            "UPDATE tracking_trace SET duration = ?2, state = ?3 WHERE id = ?1",
            [.integer(row.id), .integer(duration.partialValue), .text(state.rawValue)])
        return row
    }

    func setTags(_ tags: [KeyValue], of id: Int64) throws {
        try set(tags, in: "tracking_trace_tag", id)
    }

    func setMetadata(_ metadata: [KeyValue], of id: Int64) throws {
        try set(metadata, in: "tracking_trace_metadata", id)
    }

    /// A name may come twice, of which the last counts; PostgreSQL would not update a row twice in one statement.
    private func set(_ pairs: [KeyValue], in table: String, _ id: Int64) throws {
        var places: [ExactText: Int] = [:]
        var last: [KeyValue] = []
        for pair in pairs {
            if let place = places.updateValue(last.count, forKey: ExactText(pair.key)) {
                places[ExactText(pair.key)] = place
                last[place] = pair
            } else {
                last.append(pair)
            }
        }
        try sql.insert(
            into: "\(table) (trace, key, value)", width: 3,
            suffix: "ON CONFLICT (trace, key) DO UPDATE SET value = excluded.value",
            values: last.flatMap { [.integer(id), .text($0.key), .text($0.value)] })
    }

    /// - Returns: false when there is no such tag.
    func deleteTag(_ key: String, of traceID: String) throws -> Bool {
        let row = try held(traceID)
        return try sql.execute(
            "DELETE FROM tracking_trace_tag WHERE trace = ?1 AND key = ?2", [.integer(row.id), .text(key)]) > 0
    }

    func tag(_ key: String, of id: Int64) throws -> String? {
        try sql.first(
            "SELECT value FROM tracking_trace_tag WHERE trace = ?1 AND key = ?2", [.integer(id), .text(key)]
        ) { $0.text(0) }
    }

    /// Notes that a run led to a trace. Traces that do not exist are passed over.
    func link(_ traceIDs: [String], to runID: String) throws {
        for traceID in traceIDs {
            guard let row = try find(traceID) else { continue }
            try sql.execute(
                "INSERT INTO tracking_trace_run (trace, run_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                [.integer(row.id), .text(runID)])
        }
    }
}

// MARK: - Assessments

extension TraceStore {
    func save(_ assessment: (id: String, body: String), of trace: Int64) throws {
        try sql.execute(
            """
            INSERT INTO tracking_trace_assessment (trace, assessment_id, body) VALUES (?1, ?2, ?3)
            ON CONFLICT (trace, assessment_id) DO UPDATE SET body = excluded.body
            """, [.integer(trace), .text(assessment.id), .text(assessment.body)])
    }

    /// - Throws: `notFound`.
    func assessment(
        _ assessmentID: String, of traceID: String, locks: Bool = false
    ) throws -> (trace: Int64, body: String) {
        let trace = try locks ? held(traceID).id : row(traceID).id
        let body = try sql.first(
            "SELECT body FROM tracking_trace_assessment WHERE trace = ?1 AND assessment_id = ?2",
            [.integer(trace), .text(assessmentID)]
        ) { $0.text(0) }
        guard let body else { throw Self.noAssessment(assessmentID, traceID) }
        return (trace, body)
    }

    func deleteAssessment(_ assessmentID: String, of traceID: String) throws {
        let trace = try held(traceID).id
        let deleted = try sql.execute(
            "DELETE FROM tracking_trace_assessment WHERE trace = ?1 AND assessment_id = ?2",
            [.integer(trace), .text(assessmentID)])
        guard deleted > 0 else { throw Self.noAssessment(assessmentID, traceID) }
    }

    private static func noAssessment(_ assessmentID: String, _ traceID: String) -> Failure {
        Failure(.notFound, "Assessment with ID '\(assessmentID)' not found for trace '\(traceID)'")
    }
}

// MARK: - Deletion

extension TraceStore {
    /// Deletes traces by their identifiers; those of other experiments and unknown ones are passed over.
    /// - Returns: the folders of the artifacts of what was deleted.
    func delete(_ traceIDs: [String], of experiment: Int64) throws -> [(id: String, artifactURI: String?)] {
        var known: [(id: Int64, traceID: String)] = []
        // In one order everywhere, so that two requests cannot wait for each other.
        let sorted = Set(traceIDs.map(ExactText.init)).map(\.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        try sql.forEach(in: sorted.map(SQLValue.text)) { list, arguments in
            known += try sql.rows(
                """
                SELECT id, trace_id FROM tracking_trace
                WHERE trace_id IN (\(list)) AND experiment = ?\(arguments.count + 1) ORDER BY trace_id
                """ + sql.dialect.forUpdate, arguments + [.integer(experiment)]
            ) { ($0.integer(0), $0.text(1)) }
        }
        return try remove(known)
    }

    /// Deletes the oldest traces that began at `time` or earlier.
    func delete(upTo time: Timestamp, limit: Int, of experiment: Int64) throws -> [(id: String, artifactURI: String?)] {
        let old = try sql.rows(
            """
            SELECT id, trace_id FROM tracking_trace WHERE experiment = ?1 AND request_time <= ?2
            ORDER BY request_time, trace_id LIMIT ?3
            """, [.integer(experiment), .integer(time.milliseconds), .int(limit)]
        ) { (id: $0.integer(0), traceID: $0.text(1)) }
        return try remove(old)
    }

    /// The oldest of an experiment's traces, by identifier, are deleted.
    func delete(limit: Int, of experiment: Int64) throws -> [(id: String, artifactURI: String?)] {
        try remove(
            sql.rows(
                "SELECT id, trace_id FROM tracking_trace WHERE experiment = ?1 ORDER BY id LIMIT ?2",
                [.integer(experiment), .int(limit)]
            ) { ($0.integer(0), $0.text(1)) })
    }

    /// Tags, metadata, assessments and links go with their trace.
    private func remove(_ traces: [(id: Int64, traceID: String)]) throws -> [(id: String, artifactURI: String?)] {
        var locations: [Int64: String] = [:]
        try sql.forEach(in: traces.map(\.id)) { list, arguments in
            try sql.forEach(
                """
                SELECT trace, value FROM tracking_trace_tag WHERE trace IN (\(list)) AND key = ?\(arguments.count + 1)
                """, arguments + [.text(TraceKey.artifactLocation)]
            ) { locations[$0.integer(0)] = $0.text(1) }
            try sql.execute("DELETE FROM tracking_trace WHERE id IN (\(list))", arguments)
        }
        return traces.map { ($0.traceID, locations[$0.id]) }
    }
}
