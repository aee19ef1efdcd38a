import CKernels
import Core

/// What is known about one column of a file.
struct CSVColumnState {
    let name: String
    /// From a schema; never changed by the data.
    let forced: ColumnKind?
    var mode: CSVMode
    /// Fields with a value, fields spelled nan (in a number column), empty fields.
    var values = 0
    var nans = 0
    var missing = 0
    /// Every value is written as an integer.
    var integers = true
    /// It looked like numbers or times, then a field was neither: to be read again as text.
    var isDeferred = false
    /// The first number that no double can hold. An error unless the column turns out to be text.
    var range: (line: Int, text: String)?

    /// Whether fields were read whose text a change of mode would lose.
    var isCommitted: Bool { values + nans > 0 }
}

/// The columns of a file and their modes. Every column that nothing is known about starts as numbers; the first field
/// that is none makes it times, then text. If values were read before that, the column waits for a second pass.
///
/// Changed only by the thread whose turn it is.
final class CSVColumns: @unchecked Sendable {
    var states: [CSVColumnState]
    /// Spellings of a missing value, if any are given.
    let missing: StringDictionary?
    let missingLooksLikeValue: Bool
    /// Whether modes are decided and a field that does not fit is an error.
    private let isSettled: Bool
    private var line: Int
    /// How many rows were settled.
    private(set) var rows = 0

    init(_ header: CSVHeader, _ options: ReadOptions) {
        states = header.names.map { name in
            let forced = options.kind(of: name)
            return CSVColumnState(
                name: name, forced: forced, mode: options.reads(name) ? forced.map(Self.mode) ?? .number : .skip)
        }
        missing = options.missing.isEmpty ? nil : StringDictionary(options.missing.sorted())
        missingLooksLikeValue = options.missing.contains { StringEvidence.isNumber($0) || StringEvidence.isTime($0) }
        isSettled = false
        line = header.endLine
    }

    /// For another pass, with these modes.
    init(_ first: CSVColumns, _ header: CSVHeader, modes: [CSVMode]) {
        states = zip(first.states, modes).map { CSVColumnState(name: $0.name, forced: $0.forced, mode: $1) }
        missing = first.missing
        missingLooksLikeValue = first.missingLooksLikeValue
        isSettled = true
        line = header.endLine
    }

    var modes: [CSVMode] { states.map(\.mode) }

    static func mode(_ kind: ColumnKind) -> CSVMode {
        switch kind {
        case .num: .number
        case .datetime: .time
        case .cat, .text, .bool: .string
        }
    }

    /// Brings a parsed block to the modes that hold at its place in the file, changing them where its fields demand it,
    /// and throws what is first wrong in it.
    func settle(_ parser: CSVParser, _ block: CSVBlock, _ input: CSVInput) throws(Failure) {
        while true {
            var again: [Int] = []
            for field in states.indices {
                let conflicted = parser.mode(field) == states[field].mode && parser.column(field).pointee.conflict >= 0
                if conflicted { change(field) }
                if parser.mode(field) == states[field].mode { continue }
                if states[field].mode == .skip {
                    parser.skip(field)
                } else {
                    again.append(field)
                }
            }
            if again.isEmpty { break }
            parser.parseAgain(block, again, modes)
        }
        if let failure = firstProblem(parser, block, input) { throw failure }
        for field in states.indices where states[field].mode != .skip { count(field, parser, block) }
        line += parser.lines
        rows += parser.rows
    }

    private func change(_ field: Int) {
        guard states[field].forced == nil && !isSettled else { return }
        if states[field].isCommitted {
            states[field].mode = .skip
            states[field].isDeferred = true
        } else {
            states[field].mode = states[field].mode == .number ? .time : .string
        }
    }

    private func count(_ field: Int, _ parser: CSVParser, _ block: CSVBlock) {
        let column = parser.column(field).pointee
        states[field].values += column.values
        states[field].nans += column.nans
        states[field].missing += column.missing
        states[field].integers = states[field].integers && column.integers != 0
        if column.range >= 0 && states[field].range == nil {
            let text = quoted(block, column.range, column.range_length)
            states[field].range = (lineNumber(block, column.range), text)
        }
    }

    private func lineNumber(_ block: CSVBlock, _ offset: Int) -> Int {
        line + steward_csv_lines(block.text, min(offset, block.count))
    }

    /// The first thing in the block that cannot be accepted.
    private func firstProblem(_ parser: CSVParser, _ block: CSVBlock, _ input: CSVInput) -> Failure? {
        var first: (offset: Int, field: Int?, problem: CSVProblem)?
        func note(_ offset: Int, _ field: Int?, _ problem: CSVProblem) {
            if offset < first?.offset ?? .max { first = (offset, field, problem) }
        }
        for field in states.indices where states[field].mode != .skip {
            let column = parser.column(field)
            if column.pointee.conflict >= 0 {
                let text = quoted(block, column.pointee.conflict, column.pointee.conflict_length)
                let problem: CSVProblem = states[field].mode == .time ? .notATime(text) : .notANumber(text)
                note(column.pointee.conflict, field, problem)
            }
            if states[field].forced == .num && column.pointee.range >= 0 {
                let text = quoted(block, column.pointee.range, column.pointee.range_length)
                note(column.pointee.range, field, .outOfRange(text))
            }
            if states[field].forced == .bool, let (offset, text) = notABool(column) {
                note(offset, field, .notABool(excerpt(text)))
            }
        }
        if parser.status != 0 {
            let (problem, hasField) = structural(parser, block, input)
            note(parser.errorOffset, hasField ? parser.errorField : nil, problem)
        } else if block.isCut {
            note(max(0, block.count - 1), nil, .longRecord(limit: input.maximumRecord))
        }
        return first.map { offset, field, problem in
            problem.failure(input.path, line: lineNumber(block, offset), column: field.map { states[$0].name })
        }
    }

    private func structural(_ parser: CSVParser, _ block: CSVBlock, _ input: CSVInput) -> (CSVProblem, Bool) {
        switch parser.status {
        case STEWARD_CSV_RAGGED:
            let delimiter = input.header.delimiter
            return (.ragged(expected: states.count, found: parser.foundFields, delimiter: delimiter), false)
        case STEWARD_CSV_UNCLOSED:
            return (block.isCut ? .quoteTooFar(limit: input.maximumField) : .unclosedQuote, true)
        case STEWARD_CSV_AFTER_QUOTE: return (.textAfterQuote, true)
        case STEWARD_CSV_INVALID_UTF8: return (.invalidUTF8, true)
        case STEWARD_CSV_NUL: return (.nul, true)
        case STEWARD_CSV_LONG_FIELD: return (.longField(limit: input.maximumField), true)
        default: return (.noMemory, false)
        }
    }

    private func quoted(_ block: CSVBlock, _ offset: Int, _ length: Int) -> String {
        excerpt(Array(UnsafeBufferPointer(start: block.text + offset, count: min(length, 240))))
    }

    /// The first string of the block that is no truth value.
    private func notABool(_ column: UnsafeMutablePointer<steward_csv_column>) -> (offset: Int, text: [UInt8])? {
        let dictionary = column.pointee.dictionary
        for index in 0..<dictionary.count where dictionary.entries[index].code >= 0 {
            let entry = dictionary.entries[index]
            let text = UnsafeBufferPointer(start: dictionary.bytes + Int(entry.start), count: Int(entry.length))
            if StringEvidence.truth(text, isForced: true) == nil { return (Int(entry.first), Array(text)) }
        }
        return nil
    }
}
