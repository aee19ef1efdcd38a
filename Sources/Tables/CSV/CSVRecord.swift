/// One record read field by field: for the header and for choosing a delimiter. The rows go through the C parser.
enum CSVRecord {
    /// The fields, and where the next record begins.
    case fields([[UInt8]], next: Int)
    /// The bytes end before the record does.
    case incomplete
    /// The quote at this offset is not closed before the bytes end.
    case unclosedQuote(at: Int)
    /// Something other than a delimiter or a line end follows a closing quote.
    case textAfterQuote(at: Int)

    /// - Parameter atEnd: nothing follows the bytes, so that their end also ends a record.
    static func parse(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, delimiter: UInt8, atEnd: Bool) -> CSVRecord
    {
        var fields: [[UInt8]] = []
        var position = start
        while true {
            let field: [UInt8]
            if position < bytes.count && bytes[position] == UInt8(ascii: "\"") {
                guard let (content, after) = quoted(bytes, position + 1) else {
                    return atEnd ? .unclosedQuote(at: position) : .incomplete
                }
                field = content
                position = after
                if position < bytes.count && !isEnd(bytes[position], delimiter) { return .textAfterQuote(at: position) }
            } else {
                let first = position
                while position < bytes.count && !isEnd(bytes[position], delimiter) { position += 1 }
                field = Array(bytes[first..<position])
            }
            fields.append(field)
            guard position < bytes.count else { return atEnd ? .fields(fields, next: position) : .incomplete }
            if bytes[position] == delimiter {
                position += 1
                continue
            }
            guard let next = lineEnd(bytes, position, atEnd: atEnd) else { return .incomplete }
            return .fields(fields, next: next)
        }
    }

    /// What follows the line end at `position`; `nil` if a CR is last and an LF may follow.
    static func lineEnd(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int, atEnd: Bool) -> Int? {
        guard bytes[position] == 0x0D else { return position + 1 }
        guard position + 1 < bytes.count else { return atEnd ? position + 1 : nil }
        return bytes[position + 1] == 0x0A ? position + 2 : position + 1
    }

    private static func isEnd(_ byte: UInt8, _ delimiter: UInt8) -> Bool {
        byte == delimiter || byte == 0x0A || byte == 0x0D
    }

    /// The content of a quoted field, and what follows its closing quote.
    private static func quoted(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> ([UInt8], Int)? {
        var content: [UInt8] = []
        var position = start
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\"") {
                guard position < bytes.count && bytes[position] == byte else { return (content, position) }
                position += 1
            }
            content.append(byte)
        }
        return nil
    }
}
