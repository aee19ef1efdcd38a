package import Core

/// CSV (RFC 4180) with typed columns.
package enum CSVReader {
    package static func read(
        _ path: String, _ options: ReadOptions
    ) throws(Failure) -> (table: Table, notes: [String]) {
        throw Failure(.unsupported, "\(path): CSV is not read yet")
    }

    package static func forEachBatch(
        _ path: String, _ options: ReadOptions, batchRows: Int, _ body: (Table) throws(Failure) -> Void
    ) throws(Failure) -> [String] {
        throw Failure(.unsupported, "\(path): CSV is not read yet")
    }
}
