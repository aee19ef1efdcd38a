package import Core

/// CSV (RFC 4180) with a header line, plain or gzip, into typed columns.
///
/// - Records end with LF, CR LF or CR; a byte order mark and empty lines are skipped; an empty field is missing, quoted
///   or not; a quote inside an unquoted field is an ordinary character.
/// - A column is `num` if every value is a decimal number or inf (nan beside numbers is missing), `datetime` if every
///   value is an ISO 8601 date or date-time, `bool` if every value is true or false in any case (the values become
///   "true" and "false"), else `text` if more than half of its values and more than 50 are distinct, else `cat`.
///   Without any value it is `num`.
/// - Numbers are correctly rounded; a finite number that no double can hold is an error.
package enum CSVReader {
    /// The whole file.
    /// - Returns: the table, and notes about columns that are almost numbers.
    /// - Throws: `.invalid` naming path, line, column and what to do; what `DataFile.open` throws; `.exhausted`.
    package static func read(
        _ path: String, _ options: ReadOptions
    ) throws(Failure) -> (table: Table, notes: [String]) {
        let input = try CSVInput(path, options)
        let columns = CSVColumns(input.header, options)
        let sink = TableSink(columns: columns.states.count, size: input.source.knownSize)
        try CSVPass(input, columns, sink, options, progress: 0...1).run()
        if let second = columns.deferred(input.header) {
            sink.discard(second)
            try input.rewind()
            try CSVPass(input, second, sink, options, progress: 1...1).run()
            try check(second.rows == columns.rows, path)
            columns.adopt(second)
        }
        var notes: [String] = []
        var result: [Column] = []
        for (field, state) in columns.states.enumerated() where state.mode != .skip {
            let builder = sink.builders[field]
            var evidence = StringEvidence()
            for index in 0..<builder.dictionary.count where !evidence.isDecided {
                evidence.add(builder.dictionary.text(index))
            }
            let kind = try state.kind(evidence, distinct: builder.dictionary.count, path)
            if let note = state.note(evidence, path) { notes.append(note) }
            result.append(builder.finish(state.name, kind, integers: state.isInteger, isLast: true))
        }
        return (Table(columns: result, rowCount: columns.rows), notes)
    }

    /// The file in tables of `batchRows` rows, in order; the last may have fewer, a file without rows gives none.
    ///
    /// Memory is bounded by the batch, not by the file, which is read two or three times. The kinds are those of the
    /// whole file; above 65,536 distinct values their number, which tells `text` from `cat`, is an estimate within
    /// about 1 %. `isInteger` is that of the whole column, a dictionary that of the batch.
    /// - Returns: notes, as from `read`.
    /// - Throws: what `read` and `body` throw.
    package static func forEachBatch(
        _ path: String, _ options: ReadOptions, batchRows: Int, _ body: (Table) throws(Failure) -> Void
    ) throws(Failure) -> [String] {
        let input = try CSVInput(path, options)
        let columns = CSVColumns(input.header, options)
        let evidence = EvidenceSink(columns: columns.states.count)
        try CSVPass(input, columns, evidence, options, progress: 0...0.5).run()
        if let second = columns.deferred(input.header) {
            try input.rewind()
            try CSVPass(input, second, evidence, options, progress: 0.5...0.5).run()
            try check(second.rows == columns.rows, path)
            columns.adopt(second)
        }
        var notes: [String] = []
        var kinds: [(field: Int, name: String, kind: ColumnKind, integers: Bool)] = []
        for (field, state) in columns.states.enumerated() where state.mode != .skip {
            let found = evidence.evidence[field]
            let kind = try state.kind(found, distinct: evidence.distinct[field].count, path)
            if let note = state.note(found, path) { notes.append(note) }
            kinds.append((field, state.name, kind, state.isInteger))
        }
        var modes = [CSVMode](repeating: .skip, count: columns.states.count)
        for column in kinds { modes[column.field] = CSVColumns.mode(column.kind) }
        try input.rewind()
        try deliver(input, CSVColumns(columns, input.header, modes: modes), kinds, options, batchRows, body)
        return notes
    }

    private static func deliver(
        _ input: CSVInput, _ columns: CSVColumns,
        _ kinds: [(field: Int, name: String, kind: ColumnKind, integers: Bool)], _ options: ReadOptions,
        _ batchRows: Int, _ body: (Table) throws(Failure) -> Void
    ) throws(Failure) {
        // The sink lives no longer than this call.
        try withoutActuallyEscaping(body) { (body) throws(Failure) in
            let sink = BatchSink(kinds, batchRows: batchRows, body)
            try CSVPass(input, columns, sink, options, progress: 0.5...1).run()
            try sink.flush()
        }
    }

    private static func check(_ isSame: Bool, _ path: String) throws(Failure) {
        guard !isSame else { return }
        throw Failure(.conflict, "\(path): the file changed while it was read", hint: "Try again.")
    }
}
