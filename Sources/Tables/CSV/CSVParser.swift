import CKernels
import Core

/// What a column is parsed as; the raw values are those of the C parser.
enum CSVMode: Int32 {
    case skip = 0
    case number = 1
    case time = 2
    case string = 3
}

/// One thread's parser and the typed columns of the last block it parsed.
final class CSVParser {
    private let csv: UnsafeMutablePointer<steward_csv>
    private let again: UnsafeMutablePointer<steward_csv>
    /// How the block ended: a `STEWARD_CSV_...` status.
    private(set) var status = 0
    private(set) var errorOffset = Int.max
    private(set) var errorField = 0
    private(set) var foundFields = 0
    /// The size of the block.
    private(set) var bytes = 0

    /// `nil` without memory. `columns` outlives the parser.
    init?(_ columns: CSVColumns, _ delimiter: UInt8, _ options: ReadOptions) {
        let count = columns.states.count
        guard let csv = steward_csv_make(count, delimiter, options.maximumFieldBytes) else { return nil }
        guard let again = steward_csv_make(count, delimiter, options.maximumFieldBytes) else {
            steward_csv_free(csv)
            return nil
        }
        self.csv = csv
        self.again = again
        for parser in [csv, again] {
            parser.pointee.missing = columns.missing.map { UnsafePointer($0.storage) }
            parser.pointee.missing_values = columns.missingLooksLikeValue ? 1 : 0
        }
    }

    deinit {
        steward_csv_free(csv)
        steward_csv_free(again)
    }

    var rows: Int { csv.pointee.rows }
    var lines: Int { csv.pointee.lines }

    func column(_ field: Int) -> UnsafeMutablePointer<steward_csv_column> { csv.pointee.columns + field }

    func parse(_ block: CSVBlock, _ modes: [CSVMode]) {
        for (field, mode) in modes.enumerated() { csv.pointee.columns[field].mode = mode.rawValue }
        bytes = block.count
        status = Int(steward_csv_parse(csv, block.text, block.count))
        guard status != Int(STEWARD_CSV_OK) else {
            errorOffset = .max
            return
        }
        takeError(of: csv)
    }

    private func takeError(of parser: UnsafeMutablePointer<steward_csv>) {
        // SIZE_MAX, for no particular place, is imported as -1.
        errorOffset = max(0, parser.pointee.error_at)
        errorField = parser.pointee.error_field
        foundFields = parser.pointee.found
    }

    /// Parses the block again for some columns by other modes; the other columns keep their results.
    func parseAgain(_ block: CSVBlock, _ fields: [Int], _ modes: [CSVMode]) {
        for field in 0..<again.pointee.column_count { again.pointee.columns[field].mode = CSVMode.skip.rawValue }
        for field in fields { again.pointee.columns[field].mode = modes[field].rawValue }
        let outcome = Int(steward_csv_parse(again, block.text, block.count))
        for field in fields {
            let column = csv.pointee.columns[field]
            csv.pointee.columns[field] = again.pointee.columns[field]
            again.pointee.columns[field] = column
        }
        // Text that is refused may only show now; a structural error is met by both.
        let wasWorse = status != 0 && errorOffset <= again.pointee.error_at
        if outcome != 0 && !wasWorse {
            status = outcome
            takeError(of: again)
        }
    }

    func skip(_ field: Int) { csv.pointee.columns[field].mode = CSVMode.skip.rawValue }

    func mode(_ field: Int) -> CSVMode { CSVMode(rawValue: csv.pointee.columns[field].mode) ?? .skip }
}
