package import Core

/// Reads a data file of any supported format; each format has a reader of its own, this is where one is chosen.
package enum DataReader {
    /// The whole file as a table, with notes about what a reader should know (in plain sentences).
    package static func read(
        _ path: String, _ options: ReadOptions
    ) throws(Failure) -> (table: Table, notes: [String]) {
        let format = try DataFormat.detect(path).format
        switch format {
        case .csv, .tsv: return try CSVReader.read(path, options)
        case .ndjson: return try NDJSONReader.read(path, options)
        case .npy, .npz: return try NumpyReader.read(path, options)
        case .arrow: return try ArrowReader.read(path, options)
        case .parquet: return try ParquetReader.read(path, options)
        default: throw unsupported(path, format)
        }
    }

    /// The file in pieces of `batchRows` rows (the last may have fewer), in order, in bounded memory.
    ///
    /// Every piece has the same columns with the same kinds: a first pass over the whole file decides them.
    /// A dictionary is that of the piece; whether `isInteger` is, or that of the whole column, is up to the format.
    /// - Returns: notes, as from `read`.
    package static func forEachBatch(
        _ path: String, _ options: ReadOptions, batchRows: Int, _ body: (Table) throws(Failure) -> Void
    ) throws(Failure) -> [String] {
        let format = try DataFormat.detect(path).format
        switch format {
        case .csv, .tsv: return try CSVReader.forEachBatch(path, options, batchRows: batchRows, body)
        case .ndjson: return try NDJSONReader.forEachBatch(path, options, batchRows: batchRows, body)
        case .npy, .npz: return try NumpyReader.forEachBatch(path, options, batchRows: batchRows, body)
        case .arrow: return try ArrowReader.forEachBatch(path, options, batchRows: batchRows, body)
        case .parquet: return try ParquetReader.forEachBatch(path, options, batchRows: batchRows, body)
        default: throw unsupported(path, format)
        }
    }

    private static func unsupported(_ path: String, _ format: DataFormat) -> Failure {
        Failure(
            .unsupported, "\(path): a \(format.rawValue) file cannot be read as a table",
            hint: "Give a CSV, NDJSON, NumPy, Arrow or Parquet file.")
    }
}
