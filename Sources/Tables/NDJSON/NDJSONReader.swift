package import Core

/// NDJSON (JSON Lines): one object per line, gzip or not; blank lines are skipped.
///
/// The columns are the members of all lines in the order of first appearance. An absent member and `null` are missing.
/// Numbers are correctly rounded doubles; `true` and `false` are flags. A member that is a number in one line and a
/// string or flag in another is a column of strings, its numbers written in their shortest form (1.50 as "1.5").
/// An array or object as a member is refused unless the member is excluded.
package enum NDJSONReader {
    /// - Throws: `.invalid` naming line and column (in bytes, from 1) for anything that is not such a line;
    ///   `.exhausted` for a line over 16 MiB or more columns than the options allow.
    package static func read(
        _ path: String, _ options: ReadOptions
    ) throws(Failure) -> (table: Table, notes: [String]) {
        let reader = try NDJSONRows(path, options)
        while try reader.readRow() {}
        try reader.requireRows()
        return (try reader.table(options), [])
    }

    package static func forEachBatch(
        _ path: String, _ options: ReadOptions, batchRows: Int, _ body: (Table) throws(Failure) -> Void
    ) throws(Failure) -> [String] {
        let limit = max(1, batchRows)
        let reader = try NDJSONRows(path, options)
        // The first pass finds the columns and what they hold.
        var kinds = KindDecision(options)
        while try reader.readRow() {
            if reader.rows == limit {
                try kinds.observe(reader.columns)
                reader.removeAll()
            }
        }
        try kinds.observe(reader.columns)
        try reader.requireRows()
        let decided = try kinds.options(for: reader.columns, source: path)
        reader.rewind()
        while try reader.readRow() {
            guard reader.rows == limit else { continue }
            try body(try reader.table(decided))
            reader.removeAll()
        }
        if reader.rows > 0 { try body(try reader.table(decided)) }
        return []
    }
}

/// The rows of an NDJSON file on their way into columns.
private final class NDJSONRows {
    private let path: String
    private let options: ReadOptions
    private let lines: LineSource
    private let memory = OwnedBuffers()
    private let scratch: UnsafeMutableRawBufferPointer
    private(set) var columns: [ColumnAssembler] = []
    /// Rows in the columns.
    private(set) var rows = 0
    private var total = 0

    /// Every member that has appeared; its place among the columns, -1 = not wanted.
    private let names = StringDictionary()
    private var places: [Int] = []
    /// The row in which each member was seen last, to find the ones given twice.
    private var lastRow: [Int] = []
    /// Lines tend to have the same members in the same order; this is where each was followed by which.
    private var expected: [(name: [UInt8], member: Int)] = []

    init(_ path: String, _ options: ReadOptions) throws(Failure) {
        self.path = path
        self.options = options
        let gzip = try DataFormat.detect(path).gzip
        lines = try LineSource(path, gzip: gzip, maximumBytes: options.maximumBytes)
        scratch = try memory.allocate(LineSource.maximumLineBytes + 1)
    }

    func rewind() {
        lines.rewind()
        total = 0
        for index in lastRow.indices { lastRow[index] = 0 }
        removeAll()
    }

    func removeAll() {
        rows = 0
        for index in columns.indices { columns[index].removeAll() }
    }

    func requireRows() throws(Failure) {
        if total == 0 { throw Failure(.invalid, "\(path): has no rows", hint: "Check what wrote it.") }
    }

    func table(_ options: ReadOptions) throws(Failure) -> Table {
        var finished: [Column] = []
        for column in columns { finished.append(try column.column(options, source: path)) }
        return Table(columns: finished, rowCount: rows)
    }

    /// Takes the next line that is not blank; false at the end.
    func readRow() throws(Failure) -> Bool {
        while let text = try lines.next() {
            var line = NDJSONLine(text, scratch: scratch)
            if line.isBlank() { continue }
            do throws(NDJSONLine.Problem) {
                try readObject(&line)
            } catch {
                throw Failure(
                    .invalid, "\(path): line \(lines.line), column \(error.position + 1): \(error.what)",
                    hint: error.hint)
            }
            if total & 0xFFFF == 0 { options.progress?(lines.fraction) }
            return true
        }
        return false
    }

    private func readObject(_ line: inout NDJSONLine) throws(NDJSONLine.Problem) {
        try line.open()
        total += 1
        var position = 0
        var filled = 0
        while true {
            let start = line.position
            guard let name = try line.nextName(isFirst: position == 0) else { break }
            let member = try member(name, at: position, start)
            guard lastRow[member] != total else {
                throw .init(position: start, what: "member \"\(names.strings[member])\" is given twice", hint: nil)
            }
            lastRow[member] = total
            if try readValue(&line, member) { filled += 1 }
            position += 1
        }
        rows += 1
        guard filled < columns.count else { return }
        for index in columns.indices where columns[index].count < rows { columns[index].appendMissing() }
    }

    /// The number of a member, by the order of the lines before or else by its name.
    private func member(
        _ name: UnsafeRawBufferPointer, at position: Int, _ start: Int
    ) throws(NDJSONLine.Problem) -> Int {
        if position < expected.count, expected[position].name.elementsEqual(name) { return expected[position].member }
        guard let index = names.index(of: name) else {
            throw .init(position: start, what: "a member name is not UTF-8", hint: "Convert the file to UTF-8.")
        }
        let member = Int(index)
        if member == places.count { try addMember(name, start) }
        if position == expected.count {
            expected.append((Array(name), member))
        } else if position < expected.count {
            expected[position] = (Array(name), member)
        }
        return member
    }

    private func addMember(
        _ bytes: UnsafeRawBufferPointer, _ start: Int
    ) throws(NDJSONLine.Problem) {
        guard places.count < options.maximumColumns else {
            throw .init(
                position: start, what: "more than \(options.maximumColumns) different members",
                hint: "Are member names used as values? Write them as a member of their own.")
        }
        guard bytes.count <= options.maximumNameBytes else {
            throw .init(position: start, what: "a member name longer than \(options.maximumNameBytes) bytes", hint: nil)
        }
        let name = String(decoding: bytes, as: UTF8.self)
        lastRow.append(0)
        guard options.reads(name) else {
            places.append(-1)
            return
        }
        places.append(columns.count)
        var builder = ColumnAssembler(name: name)
        builder.appendMissing(rows)
        columns.append(builder)
    }

    /// Whether the value went into a column.
    private func readValue(_ line: inout NDJSONLine, _ member: Int) throws(NDJSONLine.Problem) -> Bool {
        let place = places[member]
        let value = try line.value()
        if place < 0 {
            if case .nested = value { try line.skipNested() }
            return false
        }
        switch value {
        case .null: columns[place].appendMissing()
        case .flag(let flag): columns[place].append(flag: flag)
        case .number(let number, let isInteger):
            if number.isNaN {
                columns[place].appendMissing()
            } else {
                columns[place].append(number: number, isInteger: isInteger)
            }
        case .string(let text):
            guard columns[place].append(string: text) else {
                throw .init(
                    position: line.position - 1, what: "the string that ends here is not UTF-8",
                    hint: "Convert the file to UTF-8, for example with: iconv -f latin1 -t utf8 FILE")
            }
        case .nested:
            let name = columns[place].name
            throw .init(
                position: line.position, what: "member \"\(name)\" is an array or object, not a single value",
                hint: "Exclude \"\(name)\", or flatten it into members of its own.")
        }
        return true
    }
}
