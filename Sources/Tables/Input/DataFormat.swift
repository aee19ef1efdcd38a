package import Core

/// What a data file holds, decided by its first bytes and, where those do not say, by the extension of its name.
package enum DataFormat: String, Sendable, CaseIterable {
    case csv, tsv, ndjson, npy, npz, parquet
    /// The Arrow IPC file and stream formats; Feather version 2 is the same as the file format.
    case arrow
    /// `statistics.json` of SageMaker Model Monitor.
    case sagemakerStatistics
    /// A profile written by `steward profile`.
    case profile

    /// The format of a file, and whether it is wrapped in gzip.
    /// - Throws: what `DataFile.open` throws; `.unsupported` for a format that is recognised but not read.
    package static func detect(_ path: String) throws(Failure) -> (format: DataFormat, gzip: Bool) {
        let head = try DataFile.open(path).prefix(4096)
        let name = lowercased(path)
        guard head.starts(with: [0x1F, 0x8B]) else { return (try detect(path, name, head), false) }
        let source = try ByteSource(try DataFile.open(path), gzip: true, maximumBytes: .max)
        var unpacked = [UInt8](repeating: 0, count: 4096)
        let count = try unpacked.withUnsafeMutableBufferPointer { (room) throws(Failure) in
            try source.read(into: UnsafeMutableRawBufferPointer(room))
        }
        let inner = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
        let format = try detect(path, inner, Array(unpacked[..<count]))
        switch format {
        case .csv, .tsv, .ndjson: return (format, true)
        default:
            throw Failure(
                .unsupported, "\(path): \(format.rawValue) data inside gzip is not read",
                hint: "Decompress it first: gzip -d \(path)")
        }
    }

    private static func detect(_ path: String, _ name: String, _ head: [UInt8]) throws(Failure) -> DataFormat {
        if let format = byMagic(head) { return format }
        if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            // A zip archive: numpy's, unless the name says that it is something else.
            guard !name.hasSuffix(".xlsx") && !name.hasSuffix(".zip") else { throw unsupported(path, "a zip archive") }
            return .npz
        }
        if head.starts(with: Array("FEA1".utf8)) { throw unsupported(path, "Feather version 1") }
        if head.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) { throw unsupported(path, "an old Excel workbook") }
        if head.starts(with: Array("SQLite format 3\0".utf8)) { throw unsupported(path, "an SQLite database") }
        if head.starts(with: Array("%PDF".utf8)) { throw unsupported(path, "a PDF document") }
        return byExtension(name, head)
    }

    private static func byMagic(_ head: [UInt8]) -> DataFormat? {
        if head.starts(with: Array("STWPROF1".utf8)) { return .profile }
        if head.starts(with: Array("PAR1".utf8)) { return .parquet }
        if head.starts(with: Array("ARROW1".utf8)) { return .arrow }
        if head.starts(with: [0x93] + Array("NUMPY".utf8)) { return .npy }
        return nil
    }

    private static func byExtension(_ name: String, _ head: [UInt8]) -> DataFormat {
        let text = head.starts(with: [0xEF, 0xBB, 0xBF]) ? head.dropFirst(3) : head[...]
        let first = text.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        let suffix = name.split(separator: "/").last?.split(separator: ".").last.map(String.init) ?? ""
        switch suffix {
        case "csv", "txt": return .csv
        case "tsv", "tab": return .tsv
        case "ndjson", "jsonl": return .ndjson
        case "npy": return .npy
        case "npz": return .npz
        case "parquet", "pq": return .parquet
        case "arrow", "arrows", "feather", "ipc": return .arrow
        case "json": return isStatistics(text) ? .sagemakerStatistics : .ndjson
        default: break
        }
        // An Arrow IPC stream begins with the continuation marker of its first message.
        if head.starts(with: [0xFF, 0xFF, 0xFF, 0xFF]) { return .arrow }
        guard first == UInt8(ascii: "{") else { return .csv }
        return isStatistics(text) ? .sagemakerStatistics : .ndjson
    }

    /// The members that open every `statistics.json`, within its first bytes. A record of NDJSON is a line.
    private static func isStatistics(_ text: ArraySlice<UInt8>) -> Bool {
        let head = String(decoding: text, as: UTF8.self)
        return head.contains("\"dataset\"") && head.contains("\"item_count\"")
            || head.contains("\"features\"") && head.contains("\"inferred_type\"")
    }

    private static func unsupported(_ path: String, _ what: String) -> Failure {
        Failure(.unsupported, "\(path): \(what) is not read", hint: "Export the data as CSV or Parquet.")
    }

    /// ASCII lower case of a path.
    private static func lowercased(_ path: String) -> String {
        String(decoding: path.utf8.map { (65...90).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
