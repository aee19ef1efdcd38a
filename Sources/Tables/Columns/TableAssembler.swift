import Core

/// Puts a table together from Arrow vectors, batch by batch: chooses the columns, refuses ambiguous names, and says
/// which columns were left out and why.
struct TableAssembler {
    /// Which fields of the source are read, by position.
    let wanted: [Bool]
    private(set) var columns: [ColumnAssembler]
    private(set) var rowCount = 0
    private(set) var notes: [String] = []
    private let source: String
    private let isBounded: Bool

    /// - Parameter source: the path, for messages.
    /// - Throws: `.invalid` if two wanted columns have one name; `.unsupported` if a column that was named by
    ///   `include` holds values that a table cannot (lists, structs, binary).
    init(_ fields: [ArrowField], _ options: ReadOptions, source: String) throws(Failure) {
        self.source = source
        var wanted: [Bool] = []
        columns = []
        var seen: Set<[UInt8]> = []
        for (position, field) in fields.enumerated() {
            guard options.reads(field.name) else {
                wanted.append(false)
                continue
            }
            guard seen.insert(Array(field.name.utf8)).inserted else {
                throw Failure(
                    .invalid, "\(source): column \(position + 1): the name \"\(field.name)\" is given twice",
                    hint: "Rename one of the two columns.")
            }
            guard let nature = ColumnAssembler.nature(of: field.type) else {
                guard case .unsupported(let what) = field.type, options.include == nil else {
                    throw Failure(
                        .unsupported, "\(source): column \"\(field.name)\" holds \(field.type.name) values",
                        hint: "Leave the column out, or flatten it into plain columns first.")
                }
                notes.append("Column \"\(field.name)\" was left out: it holds \(what) values.")
                wanted.append(false)
                continue
            }
            columns.append(ColumnAssembler(name: field.name, nature: nature))
            wanted.append(true)
        }
        self.wanted = wanted
        isBounded = zip(fields, wanted).contains { $1 && $0.type != .null }
    }

    /// Room for a number of rows that the source announced; a false announcement costs at most 256 MiB a column.
    mutating func reserve(_ rows: Int) {
        let rows = min(max(rows, 0), 1 << 25)
        for index in columns.indices { columns[index].reserve(rows) }
    }

    /// Appends one batch: a checked vector for each wanted field.
    mutating func append(_ vectors: [ArrowVector], rows: Int) throws(Failure) {
        try append(vectors, from: 0, rows: rows)
    }

    /// Appends a batch in pieces such that no table has more than `limit` rows, and hands out each full one.
    mutating func append(
        _ vectors: [ArrowVector], rows: Int, limit: Int, _ full: (inout TableAssembler) throws(Failure) -> Void
    ) throws(Failure) {
        var start = 0
        while start < rows {
            let piece = min(rows - start, limit - rowCount)
            try append(vectors, from: start, rows: piece)
            start += piece
            if rowCount == limit {
                try full(&self)
                removeAll()
            }
        }
    }

    private mutating func append(_ vectors: [ArrowVector], from start: Int, rows: Int) throws(Failure) {
        // Columns of only nulls take no space in a file, so that their number of rows may be anything.
        guard isBounded || rowCount + rows <= 1 << 24 || columns.isEmpty else {
            throw Failure(.exhausted, "\(source): more than \(1 << 24) rows without any value")
        }
        for (index, vector) in vectors.enumerated() {
            if let problem = columns[index].append(vector.slice(from: start, limit: rows)) {
                throw Failure(
                    .invalid, "\(source): column \"\(columns[index].name)\", after row \(rowCount): \(problem)",
                    hint: "The file is damaged; copy or write it again.")
            }
        }
        rowCount += rows
    }

    mutating func removeAll() {
        rowCount = 0
        for index in columns.indices { columns[index].removeAll() }
    }
}

extension ArrowType {
    fileprivate var name: String { if case .unsupported(let name) = self { name } else { "\(self)" } }
}

extension TableAssembler {
    func table(_ options: ReadOptions) throws(Failure) -> Table {
        var finished: [Column] = []
        for column in columns { finished.append(try column.column(options, source: source)) }
        return Table(columns: finished, rowCount: rowCount)
    }

    /// Reads a source twice: once for the kinds of its columns of strings (not at all if there are none), and once to
    /// hand out tables of `batchRows` rows.
    /// - Returns: notes.
    static func inBatches(
        _ batches: some ArrowBatchSource, _ options: ReadOptions, source: String, batchRows: Int,
        _ body: (Table) throws(Failure) -> Void
    ) throws(Failure) -> [String] {
        let limit = max(1, batchRows)
        var kinds = KindDecision(options)
        var assembler = try TableAssembler(batches.fields, options, source: source)
        let undecided = assembler.columns.filter { $0.nature == .string && options.kind(of: $0.name) == nil }
        if !undecided.isEmpty {
            var only = options
            only.include = undecided.map(\.name)
            var first = try TableAssembler(batches.fields, only, source: source)
            try batches.forEachBatch(first.wanted) { (vectors, rows) throws(Failure) in
                try first.append(vectors, rows: rows, limit: limit) { full throws(Failure) in
                    try kinds.observe(full.columns)
                }
            }
            try kinds.observe(first.columns)
        }
        let decided = try kinds.options(for: assembler.columns, source: source)
        try batches.forEachBatch(assembler.wanted) { (vectors, rows) throws(Failure) in
            try assembler.append(vectors, rows: rows, limit: limit) { full throws(Failure) in
                try body(try full.table(decided))
            }
        }
        if assembler.rowCount > 0 { try body(try assembler.table(decided)) }
        return assembler.notes
    }
}

/// A source of record batches that can be gone through more than once.
protocol ArrowBatchSource: AnyObject {
    var fields: [ArrowField] { get }

    /// Calls `body` with each record batch: a checked vector for each wanted field, valid during the call, and the
    /// number of rows.
    func forEachBatch(
        _ wanted: [Bool], _ body: ([ArrowVector], Int) throws(Failure) -> Void
    ) throws(Failure)
}
