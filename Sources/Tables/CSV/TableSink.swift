import CKernels
import Core

/// Keeps all rows.
final class TableSink: CSVSink {
    private(set) var builders: [ColumnBuilder]
    private let size: Int?
    private var isReserved = false

    /// - Parameter size: of the whole file in bytes, if known.
    init(columns: Int, size: Int?) {
        builders = (0..<columns).map { _ in ColumnBuilder() }
        self.size = size
    }

    func append(_ columns: CSVColumns, _ parser: CSVParser) throws(Failure) {
        reserve(columns, parser)
        for (field, state) in columns.states.enumerated() {
            let column = parser.column(field)
            switch state.mode {
            case .skip: if state.isDeferred { builders[field].discard() }
            case .number, .time: builders[field].append(numbers: column, 0..<parser.rows)
            case .string:
                builders[field].beginBlock(column)
                try builders[field].append(strings: column, 0..<parser.rows)
            }
        }
    }

    /// Forgets the columns that a second pass reads.
    func discard(_ columns: CSVColumns) {
        for (field, state) in columns.states.enumerated() where state.mode != .skip { builders[field].discard() }
    }

    /// The rows of the first block tell how many the file has, about.
    private func reserve(_ columns: CSVColumns, _ parser: CSVParser) {
        guard !isReserved, let size, parser.rows > 0, parser.bytes > 0 else { return }
        isReserved = true
        let share = Double(size) / Double(parser.bytes)
        guard share > 1 else { return }
        let expected = Int(Double(parser.rows) * share)
        for (field, state) in columns.states.enumerated() where state.mode != .skip {
            builders[field].reserve(expected)
        }
    }
}
