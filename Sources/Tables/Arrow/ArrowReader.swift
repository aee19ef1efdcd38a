package import Core

/// Arrow IPC files (`.arrow`, Feather version 2) and streams, uncompressed or compressed with LZ4 or Zstandard.
///
/// Numbers, decimals, booleans, strings, dates, times and timestamps become columns, dictionary-encoded or not; a
/// timestamp without a zone is taken as UTC. Columns of other types (lists, structs, binary) are left out with a note.
package enum ArrowReader {
    /// - Throws: `.invalid` if the file is damaged, `.unavailable` if it is compressed with Zstandard and libzstd is
    ///   missing.
    package static func read(
        _ path: String, _ options: ReadOptions
    ) throws(Failure) -> (table: Table, notes: [String]) {
        let file = try ArrowFile(path)
        var assembler = try TableAssembler(file.fields, options, source: path)
        try file.forEachBatch(assembler.wanted) { (vectors, rows) throws(Failure) in
            try assembler.append(vectors, rows: rows)
        }
        return (try assembler.table(options), assembler.notes)
    }

    package static func forEachBatch(
        _ path: String, _ options: ReadOptions, batchRows: Int, _ body: (Table) throws(Failure) -> Void
    ) throws(Failure) -> [String] {
        let file = try ArrowFile(path)
        return try TableAssembler.inBatches(file, options, source: path, batchRows: batchRows, body)
    }
}
