import Core
import MLflow
import Platform

/// Reads one side of a migration: rows in the columns of `MigrationTable`, checked value by value. A database may hold
/// what its schema forbids; such a row is told of and not handed over.
struct RowReader {
    let store: any MigrationStore
    let sql: any SQLConnection
    /// How places are rewritten; nil leaves them as they are.
    var places: PlaceMapping?

    /// A row that cannot be taken along.
    struct Problem: Sendable {
        let key: String
        /// A sentence without a full stop: `the parameter's value is no UTF-8`.
        let text: String
    }

    /// Hands over the rows of a table that belong to given things, in any order.
    func forEach(
        _ table: MigrationTable, of keys: [String], _ body: (_ key: String, _ row: [SQLValue]) throws -> Void,
        problem: (Problem) -> Void
    ) throws {
        let columns = table.columns
        let places = table == .traceTags || columns.contains { $0.values == .place } ? places : nil
        try sql.forEach(in: keys.map(table.kind.parameter)) { list, arguments in
            var spans = table == .traceTags && places != nil ? try spanOwners(list, arguments) : [:]
            let owners = spans
            try sql.stream(
                store.select(table, keys: list), arguments, cursor: "migration_\(table.rawValue)_\(arguments.count)"
            ) { row in
                let key = row.text(0)
                switch table == .assessments ? Self.assessment(row, store) : Self.values(row, columns) {
                case .success(var values):
                    places?.rewrite(&values, table, spans: owners)
                    if PlaceMapping.traceLocation(values, table) != nil { spans[MigrationKey(key)] = nil }
                    if table == .traceMetadata, case .text(let key) = values[1], case .text(let value) = values[2] {
                        values[2] = .text(TraceFigures.canonical(key, value))
                    }
                    try body(key, values)
                case .failure(let reason): problem(Problem(key: key, text: "\(table.rawValue): \(reason.text)"))
                }
            }
            for (trace, experiment) in spans.sorted(by: { $0.value < $1.value }) {
                try body(trace.text, PlaceMapping.location(ofTrace: trace.text, in: experiment))
            }
            if table == .traceMetadata, (store as? MLflowDatabase)?.schema.has(.traceFigures) == true {
                try sql.forEach(TraceFigures.select(list), arguments) { row in
                    let trace = row.text(0)
                    for (key, value) in TraceFigures.metadata(row) {
                        try body(trace, [.text(trace), .text(key), .text(TraceFigures.canonical(key, value))])
                    }
                }
            }
        }
    }

    /// The experiments of those traces whose spans are rows of MLflow's database.
    private func spanOwners(_ list: String, _ arguments: [SQLValue]) throws -> [MigrationKey: Int64] {
        guard (store as? MLflowDatabase)?.schema.has(.spans) == true else { return [:] }
        var owners: [MigrationKey: Int64] = [:]
        try sql.forEach(
            """
            SELECT t.request_id, t.experiment_id FROM trace_info t WHERE t.request_id IN (\(list)) AND EXISTS (
            SELECT 1 FROM spans s WHERE s.trace_id = t.request_id AND s.content <> '')
            """, arguments
        ) { owners[MigrationKey($0.text(0))] = $0.integer(1) }
        return owners
    }

    /// The keys of a kind that come after another, in the order of this side.
    /// - Parameter problem: is told of keys that are no text.
    func keys(_ kind: MigrationKind, after key: SQLValue?, limit: Int, problem: (Problem) -> Void) throws -> KeyPage {
        let start = key ?? (kind.hasNumericKey ? .integer(.min) : .text(""))
        var page = KeyPage()
        try sql.forEach(store.selectKeys(kind), [start, .int(limit)]) { row in
            page.count += 1
            if kind.hasNumericKey {
                page.keys.append(String(row.integer(0)))
                page.last = .integer(row.integer(0))
                return
            }
            switch Self.text(row, 0) {
            case .success(let key):
                page.keys.append(key)
                // Never one that was mended: the next page would begin somewhere else.
                page.last = .text(key)
            case .failure(let reason):
                problem(Problem(key: row.text(0), text: "its identifier \(reason.text)"))
            }
        }
        guard page.count < limit || page.last != nil else {
            throw Failure(.invalid, "there are more than \(limit) identifiers of a \(kind.rawValue) that are no text")
        }
        return page
    }

    struct KeyPage {
        var keys: [String] = []
        /// Where the next page goes on.
        var last: SQLValue?
        var count = 0
    }

    // MARK: - Values

    private struct Reason: Error {
        let text: String
    }

    private static func values(
        _ row: any SQLRow, _ columns: [MigrationTable.Column]
    ) -> Result<[SQLValue], Reason> {
        var values: [SQLValue] = []
        values.reserveCapacity(columns.count)
        for (index, column) in columns.enumerated() {
            // NaN has said it already.
            if values.count > index { continue }
            if row.type(index) == .null {
                guard column.isOptional else { return .failure(Reason(text: "\(column.name) is missing")) }
                values.append(.null)
                continue
            }
            switch column.values {
            case .text, .place:
                switch text(row, index) {
                case .success(let text): values.append(.text(text))
                case .failure(let reason): return .failure(Reason(text: "\(column.name) \(reason.text)"))
                }
            case .integer:
                guard let number = integer(row, index) else {
                    return .failure(Reason(text: "\(column.name) is no whole number"))
                }
                values.append(.integer(number))
            case .measure:
                guard row.type(index) == .real || row.type(index) == .integer else {
                    return .failure(Reason(text: "\(column.name) is no number"))
                }
                let number = row.real(index)
                values += number.isNaN ? [.real(0), .integer(1)] : [.real(finite(number))]
            }
        }
        return .success(values)
    }

    /// MLflow has columns for what is one document elsewhere; both are brought into one form.
    private static func assessment(_ row: any SQLRow, _ store: any MigrationStore) -> Result<[SQLValue], Reason> {
        do throws(Failure) {
            let assessment =
                store is MLflowDatabase
                ? try AssessmentRow(mlflow: row)
                : try AssessmentRow(trace: row.text(0), id: row.text(1), document: row.text(2))
            return .success([.text(assessment.traceID), .text(assessment.assessmentID), .text(try assessment.body())])
        } catch {
            return .failure(Reason(text: "an assessment cannot be read: \(error.message)"))
        }
    }

    /// Infinities are the largest finite numbers, as MLflow stores them.
    private static func finite(_ number: Double) -> Double {
        number.isInfinite ? (number > 0 ? .greatestFiniteMagnitude : -.greatestFiniteMagnitude) : number
    }

    private static func integer(_ row: any SQLRow, _ column: Int) -> Int64? {
        switch row.type(column) {
        case .integer: row.integer(column)
        case .real: Int64(exactly: row.real(column))
        default: nil
        }
    }

    private static func text(_ row: any SQLRow, _ column: Int) -> Result<String, Reason> {
        switch row.type(column) {
        case .text: break
        case .integer: return .success(String(row.integer(column)))
        default: return .failure(Reason(text: "is no text"))
        }
        let text = row.withText(column) { bytes in
            bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
        }
        return text.map { .success($0) } ?? .failure(Reason(text: "is no UTF-8, or holds a zero byte"))
    }
}
