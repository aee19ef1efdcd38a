import Core

/// Which character delimits the fields of a file.
enum CSVDialect {
    private static let candidates = [UInt8](",;\t|".utf8)
    private static let records = 20
    private static let bytes = 1 << 16

    /// The candidate under which the first records have the same number of fields, and the most; if there is none, the
    /// one that cuts the header into the most fields; a comma if nothing cuts it.
    static func delimiter(of text: UnsafeBufferPointer<UInt8>, from start: Int, atEnd: Bool) -> UInt8 {
        let head = UnsafeBufferPointer(rebasing: text[start..<min(text.count, start + bytes)])
        let whole = atEnd && start + head.count == text.count
        var best = (delimiter: candidates[0], consistent: false, fields: 1)
        for candidate in candidates {
            guard let shape = shape(head, candidate, atEnd: whole), shape.fields > 1 else { continue }
            let better = (shape.consistent ? 1 : 0, shape.fields) > (best.consistent ? 1 : 0, best.fields)
            if better { best = (candidate, shape.consistent, shape.fields) }
        }
        return best.delimiter
    }

    private static func shape(
        _ head: UnsafeBufferPointer<UInt8>, _ delimiter: UInt8, atEnd: Bool
    ) -> (consistent: Bool, fields: Int)? {
        var position = 0
        var header: Int?
        for _ in 0..<records where position < head.count {
            guard
                case .fields(let fields, let next) = CSVRecord.parse(
                    head, from: position, delimiter: delimiter, atEnd: atEnd)
            else {
                if case .incomplete = CSVRecord.parse(head, from: position, delimiter: delimiter, atEnd: atEnd) {
                    break
                }
                return header.map { (false, $0) }
            }
            position = next
            if fields == [[]] { continue }
            if let header, fields.count != header { return (false, header) }
            header = fields.count
        }
        return header.map { (true, $0) }
    }

    /// A delimiter must be one character that cannot be part of a number, a quote or a line end.
    static func check(_ delimiter: UInt8) throws(Failure) {
        let allowed = delimiter == 0x09 || (0x20...0x7E).contains(delimiter)
        let taken = Set("\".+-_0123456789".utf8)
        let isLetter = (65...90).contains(delimiter & 0xDF)
        guard allowed && !taken.contains(delimiter) && !isLetter else {
            throw Failure(
                .invalid, "the delimiter \(excerpt([delimiter])) cannot be used",
                hint: "Use a comma, semicolon, tab, bar, space or other punctuation.")
        }
    }
}
