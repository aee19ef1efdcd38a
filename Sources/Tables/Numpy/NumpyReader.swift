package import Core

/// NumPy arrays: `.npy` (one array) and `.npz` (a zip archive of named arrays).
///
/// A vector becomes one column (`c0`), a matrix the columns `c0`, `c1`, ..., an array of records one column for each
/// field. In an archive the member `x` that is a vector becomes the column `x`; a matrix becomes `x.c0`, `x.c1`, ...;
/// records become `x.` and the name of the field. All members must have the same number of rows. Bytes are read as
/// UTF-8.
/// Pickled objects are never read.
package enum NumpyReader {
    /// - Throws: `.invalid` if the file is damaged, `.unsupported` for element types that are not columns of numbers,
    ///   flags, times or strings, `.exhausted` for more columns than the options allow.
    package static func read(
        _ path: String, _ options: ReadOptions
    ) throws(Failure) -> (table: Table, notes: [String]) {
        var source = try NumpySource(path, options)
        try source.append(0..<source.rows)
        return (try source.table(options, path), source.notes)
    }

    /// The rows in pieces of `batchRows`. An archive is unpacked into memory as a whole, a plain array is not.
    package static func forEachBatch(
        _ path: String, _ options: ReadOptions, batchRows: Int, _ body: (Table) throws(Failure) -> Void
    ) throws(Failure) -> [String] {
        var source = try NumpySource(path, options)
        var kinds = KindDecision(options)
        if source.columns.contains(where: { $0.nature == .string && options.kind(of: $0.name) == nil }) {
            try source.forEachBatch(batchRows, options) { source throws(Failure) in try kinds.observe(source.columns) }
        }
        let decided = try kinds.options(for: source.columns, source: path)
        try source.forEachBatch(batchRows, options) { source throws(Failure) in
            try body(try source.table(decided, path))
        }
        return source.notes
    }
}

/// The arrays of a file and the columns they are read into.
private struct NumpySource {
    private var parts: [(array: NumpyArray, wanted: [Int], columns: Range<Int>)] = []
    private(set) var columns: [ColumnAssembler] = []
    private(set) var notes: [String] = []
    private(set) var rows = 0
    private var names: Set<[UInt8]> = []

    init(_ path: String, _ options: ReadOptions) throws(Failure) {
        let head = try DataFile.open(path).prefix(2)
        if head == Array("PK".utf8) {
            try addMembers(path, options)
        } else {
            let file = OpenFile(try DataFile.open(path))
            let size = file.file.size
            let array = try NumpyArray(
                source: path, availableBytes: size, maximumColumns: options.maximumColumns,
                name: Self.name, read: { (room, offset) throws(Failure) in try file.file.read(into: room, at: offset) })
            try add(array, options)
            if size > array.header.headerBytes + array.header.dataBytes {
                notes.append("Bytes after the end of the array were ignored.")
            }
        }
    }

    private static func name(_ part: NumpyHeader.Part) -> String {
        switch part {
        case .vector: "c0"
        case .column(let index): "c\(index)"
        case .field(let name): name
        }
    }

    /// A file that closures can share.
    private final class OpenFile {
        let file: DataFile
        init(_ file: consuming DataFile) { self.file = file }
    }

    private mutating func addMembers(_ path: String, _ options: ReadOptions) throws(Failure) {
        let archive = try ZipArchive(path)
        var first: String?
        for member in archive.members where !member.name.hasSuffix("/") {
            guard member.name.hasSuffix(".npy") else {
                notes.append("Member \"\(member.name)\" was left out: it is not an array.")
                continue
            }
            let name = String(member.name.dropLast(4))
            let bytes = try Self.unpack(member, archive)
            let array = try NumpyArray(
                source: "\(path): member \"\(name)\"", availableBytes: member.size,
                maximumColumns: options.maximumColumns,
                name: { part in if case .vector = part { name } else { "\(name).\(Self.name(part))" } },
                read: { (room, offset) throws(Failure) in bytes.copy(to: room, from: offset) })
            if let first, array.header.rows != rows {
                throw Failure(
                    .invalid,
                    "\(path): member \"\(first)\" has \(rows) rows, member \"\(name)\" \(array.header.rows)",
                    hint: "Save arrays of equal length together, others in files of their own.")
            }
            first = first ?? name
            try add(array, options)
        }
        guard first != nil else {
            throw Failure(.invalid, "\(path): the archive has no arrays", hint: "Write it with numpy.savez.")
        }
    }

    /// The bytes of a member in memory.
    private final class Unpacked {
        private let memory = OwnedBuffers()
        private let bytes: UnsafeMutableRawBufferPointer
        private var filled = 0

        init(_ size: Int) throws(Failure) { bytes = try memory.allocate(size) }

        func append(_ piece: UnsafeRawBufferPointer) {
            UnsafeMutableRawBufferPointer(rebasing: bytes[filled..<filled + piece.count]).copyMemory(from: piece)
            filled += piece.count
        }

        func copy(to room: UnsafeMutableRawBufferPointer, from offset: Int) -> Int {
            let count = max(0, min(room.count, bytes.count - offset))
            guard count > 0 else { return 0 }
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]))
            return count
        }
    }

    private static func unpack(
        _ member: ZipArchive.Member, _ archive: borrowing ZipArchive
    ) throws(Failure) -> Unpacked {
        let unpacked = try Unpacked(member.size)
        try archive.unpack(member) { piece throws(Failure) in unpacked.append(piece) }
        return unpacked
    }

    private mutating func add(_ array: NumpyArray, _ options: ReadOptions) throws(Failure) {
        rows = array.header.rows
        let start = columns.count
        var wanted: [Int] = []
        for (position, column) in array.header.columns.enumerated() where options.reads(column.name) {
            guard names.insert(Array(column.name.utf8)).inserted else {
                throw Failure(
                    .invalid, "\(array.source): the name \"\(column.name)\" is given twice",
                    hint: "Rename one of the two.")
            }
            wanted.append(position)
            columns.append(ColumnAssembler(name: column.name, nature: column.type.nature))
        }
        parts.append((array, wanted, start..<columns.count))
    }

    mutating func append(_ rows: Range<Int>) throws(Failure) {
        for part in parts {
            for index in part.columns { columns[index].reserve(rows.count) }
            try part.array.append(rows: rows, of: part.wanted, to: &columns[part.columns])
        }
    }

    /// Fills the columns with up to `batchRows` rows at a time.
    mutating func forEachBatch(
        _ batchRows: Int, _ options: ReadOptions, _ body: (NumpySource) throws(Failure) -> Void
    ) throws(Failure) {
        var row = 0
        while row < rows {
            let end = row + min(max(1, batchRows), rows - row)
            try append(row..<end)
            try body(self)
            for index in columns.indices { columns[index].removeAll() }
            row = end
            options.progress?(Double(row) / Double(rows))
        }
    }

    func table(_ options: ReadOptions, _ path: String) throws(Failure) -> Table {
        var finished: [Column] = []
        for column in columns { finished.append(try column.column(options, source: path)) }
        return Table(columns: finished, rowCount: columns.first?.count ?? rows)
    }
}
