import CKernels
import Core

/// The delimiter of a CSV file and the names in its first record.
struct CSVHeader {
    let delimiter: UInt8
    let names: [String]
    /// Where the rows begin, in bytes from the start of the file, and on which line.
    let end: Int
    let endLine: Int

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Reads the header from the first bytes of a file.
    /// - Parameter atEnd: `bytes` is the whole file.
    /// - Returns: `nil` if more bytes are needed.
    /// - Throws: `.invalid` naming path, line and column: names that are empty, repeated, too long or too many, or no
    ///   UTF-8.
    static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, atEnd: Bool, path: String, options: ReadOptions
    ) throws(Failure) -> CSVHeader? {
        try refuseOtherEncodings(bytes, path)
        var start = bytes.starts(with: byteOrderMark) ? byteOrderMark.count : 0
        var line = 1
        while start < bytes.count && (bytes[start] == 0x0A || bytes[start] == 0x0D) {
            guard let next = CSVRecord.lineEnd(bytes, start, atEnd: atEnd) else { return nil }
            start = next
            line += 1
        }
        guard start < bytes.count else {
            if !atEnd { return nil }
            throw Failure(.invalid, "\(path): the file has no header line", hint: "Check what wrote it.")
        }
        let delimiter = options.delimiter ?? CSVDialect.delimiter(of: bytes, from: start, atEnd: atEnd)
        switch CSVRecord.parse(bytes, from: start, delimiter: delimiter, atEnd: atEnd) {
        case .incomplete: return nil
        case .unclosedQuote(let offset):
            throw CSVProblem.unclosedQuote.failure(path, line: line + lines(bytes, start..<offset), column: nil)
        case .textAfterQuote(let offset):
            throw CSVProblem.textAfterQuote.failure(path, line: line + lines(bytes, start..<offset), column: nil)
        case .fields(let fields, let next):
            let names = try names(fields, path, line, options)
            return CSVHeader(delimiter: delimiter, names: names, end: next, endLine: line + lines(bytes, start..<next))
        }
    }

    private static func lines(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int {
        let part = UnsafeBufferPointer(rebasing: bytes[range])
        return part.isEmpty ? 0 : steward_csv_lines(part.baseAddress!, part.count)
    }

    private static func refuseOtherEncodings(_ bytes: UnsafeBufferPointer<UInt8>, _ path: String) throws(Failure) {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw Failure(
                .invalid, "\(path): the text is UTF-16, not UTF-8",
                hint: "Convert it: iconv -f UTF-16 -t UTF-8 \(path) > converted.csv")
        }
    }

    private static func names(
        _ fields: [[UInt8]], _ path: String, _ line: Int, _ options: ReadOptions
    ) throws(Failure) -> [String] {
        guard fields.count <= options.maximumColumns else {
            throw Failure(
                .exhausted, "\(path): line \(line): \(fields.count) columns, more than \(options.maximumColumns)",
                hint: "Check the delimiter, or split the table.")
        }
        var seen: [[UInt8]: Int] = [:]
        var names: [String] = []
        for (index, field) in fields.enumerated() {
            let place = "\(path): line \(line): the name of column \(index + 1)"
            guard !field.isEmpty else {
                throw Failure(
                    .invalid, "\(place) is empty",
                    hint: "Name every column in the first line (pandas: to_csv(..., index=False)).")
            }
            guard field.count <= options.maximumNameBytes else {
                throw Failure(
                    .invalid, "\(place) is longer than \(options.maximumNameBytes) bytes",
                    hint: "Check that the first line is a header and that its quotes are closed.")
            }
            let valid = field.withUnsafeBufferPointer { steward_utf8_check($0.baseAddress!, $0.count) }
            guard valid == field.count else {
                let what = field[valid] == 0 ? "contains a NUL byte" : "is not valid UTF-8"
                throw Failure(.invalid, "\(place) \(what)", hint: CSVProblem.encodingHint(path))
            }
            let name = String(decoding: field, as: UTF8.self)
            if let first = seen[field] {
                throw Failure(
                    .invalid,
                    "\(path): line \(line): columns \(first) and \(index + 1) are both named \(excerpt(field))",
                    hint: "Give every column its own name; the first line must be a header.")
            }
            seen[field] = index + 1
            names.append(name)
        }
        return names
    }
}
