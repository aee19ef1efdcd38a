import Core

/// Puts a table together from Arrow vectors, batch by batch: chooses the columns, refuses ambiguous names, and says
/// which columns were left out and why.
struct TableAssembler {
    /// Which fields of the source are read, by position.
    let wanted: [Bool]
    private(set) var builders: [ColumnBuilder]
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
        builders = []
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
            guard let nature = ColumnBuilder.nature(of: field.type) else {
                guard case .unsupported(let what) = field.type, options.include == nil else {
                    throw Failure(
                        .unsupported, "\(source): column \"\(field.name)\" holds \(field.type.name) values",
                        hint: "Leave the column out, or flatten it into plain columns first.")
                }
                notes.append("Column \"\(field.name)\" was left out: it holds \(what) values.")
                wanted.append(false)
                continue
            }
            builders.append(ColumnBuilder(name: field.name, nature: nature))
            wanted.append(true)
        }
        self.wanted = wanted
        isBounded = zip(fields, wanted).contains { $1 && $0.type != .null }
    }

    /// Room for a number of rows that the source announced; a false announcement costs at most 256 MiB a column.
    mutating func reserve(_ rows: Int) {
        let rows = min(max(rows, 0), 1 << 25)
        for index in builders.indices { builders[index].reserve(rows) }
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
        guard isBounded || rowCount + rows <= 1 << 24 || builders.isEmpty else {
            throw Failure(.exhausted, "\(source): more than \(1 << 24) rows without any value")
        }
        for (index, vector) in vectors.enumerated() {
            if let problem = builders[index].append(vector.slice(from: start, limit: rows)) {
                throw Failure(
                    .invalid, "\(source): column \"\(builders[index].name)\", after row \(rowCount): \(problem)",
                    hint: "The file is damaged; copy or write it again.")
            }
        }
        rowCount += rows
    }

    mutating func removeAll() {
        rowCount = 0
        for index in builders.indices { builders[index].removeAll() }
    }
}

extension ArrowType {
    fileprivate var name: String { if case .unsupported(let name) = self { name } else { "\(self)" } }
}
