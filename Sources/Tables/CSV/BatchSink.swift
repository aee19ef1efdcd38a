import CKernels
import Core

/// Hands out tables of a fixed number of rows.
final class BatchSink: CSVSink {
    private let builders: [ColumnBuilder]
    private let columns: [(field: Int, name: String, kind: ColumnKind, integers: Bool)]
    private let batchRows: Int
    private let body: (Table) throws(Failure) -> Void
    private var rows = 0

    init(
        _ columns: [(field: Int, name: String, kind: ColumnKind, integers: Bool)], batchRows: Int,
        _ body: @escaping (Table) throws(Failure) -> Void
    ) {
        self.columns = columns
        self.batchRows = max(1, batchRows)
        self.body = body
        builders = columns.map { _ in ColumnBuilder() }
    }

    func append(_ states: CSVColumns, _ parser: CSVParser) throws(Failure) {
        for (index, column) in columns.enumerated() where states.states[column.field].mode == .string {
            builders[index].beginBlock(parser.column(column.field))
        }
        var done = 0
        while done < parser.rows {
            let count = min(parser.rows - done, batchRows - rows)
            for (index, column) in columns.enumerated() {
                let range = done..<done + count
                let source = parser.column(column.field)
                if states.states[column.field].mode == .string {
                    try builders[index].append(strings: source, range)
                } else {
                    builders[index].append(numbers: source, range)
                }
            }
            done += count
            rows += count
            if rows == batchRows { try flush() }
        }
    }

    /// Hands out what is collected, if there is anything.
    func flush() throws(Failure) {
        guard rows > 0 else { return }
        let table = Table(
            columns: columns.indices.map { index in
                let column = columns[index]
                return builders[index].finish(column.name, column.kind, integers: column.integers, isLast: false)
            }, rowCount: rows)
        for builder in builders { builder.clear() }
        rows = 0
        try body(table)
    }
}
