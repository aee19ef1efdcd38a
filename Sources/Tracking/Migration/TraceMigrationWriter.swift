import Core
import MLflow
import Platform

/// Writes what is known of migrated traces.
final class TraceMigrationWriter: MigrationWriter {
    private let transaction: Transaction
    private var numbers: [ExactText: Int64] = [:]

    init(_ transaction: Transaction) { self.transaction = transaction }

    private var sql: any SQLConnection { transaction.sql }

    func write(_ rows: MigrationRows) throws {
        switch rows.table {
        case .traces: try writeTraces(rows)
        case .traceTags: try writeParts(rows, into: "tracking_trace_tag (trace, key, value)")
        case .traceMetadata: try writeParts(rows, into: "tracking_trace_metadata (trace, key, value)")
        case .traceRuns: try writeParts(rows, into: "tracking_trace_run (trace, run_id)")
        default: try writeParts(rows, into: "tracking_trace_assessment (trace, assessment_id, body)")
        }
    }

    private func writeTraces(_ rows: MigrationRows) throws {
        var ids: [SQLValue] = []
        rows.forEach { ids.append($0[0]) }
        try sql.insert(
            into: """
                tracking_trace (trace_id, experiment, request_time, duration, state, client_request_id, request_preview,
                response_preview)
                """, width: 8, values: rows.values)
        try sql.forEach(in: ids) { list, arguments in
            try sql.forEach("SELECT trace_id, id FROM tracking_trace WHERE trace_id IN (\(list))", arguments) {
                numbers[ExactText($0.text(0))] = $0.integer(1)
            }
        }
    }

    private func writeParts(_ rows: MigrationRows, into table: String) throws {
        var values: [SQLValue] = []
        values.reserveCapacity(rows.values.count)
        try rows.forEach { row in
            guard let number = numbers[ExactText(row.text(0))] else {
                throw Failure(.bug, "a part of a trace that is not being written")
            }
            values.append(.integer(number))
            values += row.values.dropFirst()
        }
        try sql.insert(into: table, width: rows.table.columns.count, values: values)
    }

    func finish(_ batch: MigrationBatch) throws {
        transaction.record(
            Event(
                "tracking.traces-imported", Event.subject("import", batch.importID),
                [
                    "traces": .int(batch.digests.count), "rows": .integer(batch.digest.count),
                    "digest": .string(batch.digest.text),
                ]), by: batch.origin)
    }
}
