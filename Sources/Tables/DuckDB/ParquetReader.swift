package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Parquet through DuckDB. Only the wanted columns are read.
///
/// Numbers, decimals, booleans, strings, enumerations, dates and timestamps become columns; columns of other types
/// (lists, structs, binary) are left out with a note.
package enum ParquetReader {
    /// - Throws: `.unavailable` when no DuckDB is found, with the command that installs it as hint; `.invalid` when the
    ///   file is damaged.
    package static func read(
        _ path: String, _ options: ReadOptions
    ) throws(Failure) -> (table: Table, notes: [String]) {
        let file = try ParquetFile(path)
        var assembler = try TableAssembler(file.fields, options, source: path)
        let total = try file.rowCount()
        assembler.reserve(total)
        try file.forEachBatch(assembler.wanted) { (vectors, rows) throws(Failure) in
            try assembler.append(vectors, rows: rows)
            options.progress?(min(1, Double(assembler.rowCount) / Double(max(total, 1))))
        }
        return (try assembler.table(options), assembler.notes)
    }

    package static func forEachBatch(
        _ path: String, _ options: ReadOptions, batchRows: Int, _ body: (Table) throws(Failure) -> Void
    ) throws(Failure) -> [String] {
        let file = try ParquetFile(path)
        var seen = 0
        let total = options.progress == nil ? 0 : try file.rowCount()
        return try TableAssembler.inBatches(file, options, source: path, batchRows: batchRows) {
            table throws(Failure) in
            try body(table)
            seen += table.rowCount
            options.progress?(min(1, Double(seen) / Double(max(total, 1))))
        }
    }
}

/// A Parquet file as DuckDB sees it.
private final class ParquetFile: ArrowBatchSource {
    private let path: String
    private let descriptor: Int32
    private let connection: ADBCConnection
    private(set) var fields: [ArrowField] = []

    init(_ path: String) throws(Failure) {
        // Says what is wrong with the path in our words, before the engine is needed.
        _ = try DataFile.open(path)
        connection = try DuckDBEngine.find().connect()
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(.notFound, "\(path): cannot be opened", hint: "Check the path.") }
        // An empty result tells the columns and their types.
        fields = try named { () throws(Failure) in
            try connection.query("SELECT * FROM \(source) LIMIT 0", source: path) { $0.fields }
        }
    }

    deinit { _ = close(descriptor) }

    /// The table function over the file. DuckDB is given the open file, not its name: a name could be taken for a
    /// pattern (`*`, `?`, `[`), for an address (`s3://`), or for partition columns (`key=value/`).
    private var source: String { "read_parquet('/dev/fd/\(descriptor)', hive_partitioning = false)" }

    /// The failure with the name of the file, the first line of what DuckDB says, and a hint.
    private func inOurWords(_ failure: Failure) -> Failure {
        let message = failure.message.replacing("/dev/fd/\(descriptor)", with: path)
        return Failure(
            failure.code, message.split(separator: "\n").first.map(String.init) ?? message,
            hint: failure.hint ?? "Check that the file is complete Parquet; write it again.", cause: failure.message)
    }

    private func named<Result>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        do throws(Failure) { return try body() } catch { throw inOurWords(error) }
    }

    /// From the file's metadata.
    func rowCount() throws(Failure) -> Int {
        try named { () throws(Failure) in
            try connection.query("SELECT count(*) FROM \(source)", source: path) { stream throws(Failure) in
                var numbers: [Double] = []
                try stream.forEachBatch([true]) { (vectors, _) in vectors.first?.appendNumbers(to: &numbers) }
                return numbers.first.flatMap { Int(exactly: $0) } ?? 0
            }
        }
    }

    func forEachBatch(
        _ wanted: [Bool], _ body: ([ArrowVector], Int) throws(Failure) -> Void
    ) throws(Failure) {
        let names = zip(fields, wanted).filter(\.1).map { Self.quoted($0.0.name) }
        // Without a column there are still rows to count.
        let list = names.isEmpty ? "NULL" : names.joined(separator: ", ")
        // What `body` throws is not about the file: it goes through without a change.
        var failureOfBody: Failure?
        do throws(Failure) {
            try connection.query("SELECT \(list) FROM \(source)", source: path) { stream throws(Failure) in
                let all = stream.fields.map { _ in !names.isEmpty }
                try stream.forEachBatch(all) { (vectors, rows) throws(Failure) in
                    do throws(Failure) { try body(vectors, rows) } catch {
                        failureOfBody = error
                        throw error
                    }
                }
            }
        } catch {
            if let failureOfBody { throw failureOfBody }
            throw inOurWords(error)
        }
    }

    /// An SQL identifier; a quote inside is doubled.
    private static func quoted(_ name: String) -> String {
        "\"" + name.replacing("\"", with: "\"\"") + "\""
    }
}
