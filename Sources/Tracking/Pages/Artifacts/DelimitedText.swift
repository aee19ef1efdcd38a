import Core
import Platform

/// The beginning of a CSV file as a table (RFC 4180, with a separator of one's choice).
struct DelimitedText: Sendable {
    private(set) var header: [String] = []
    private(set) var rows: [[String]] = []
    /// Whether there are more rows or columns than are kept.
    private(set) var isCut: Bool

    static let rowLimit = 200
    static let columnLimit = 50

    init(_ text: String, separator: Character, isCut: Bool) {
        self.isCut = isCut
        var scanner = Scanner(utf8: Array(text.utf8), separator: separator.asciiValue ?? UInt8(ascii: ","))
        while rows.count < Self.rowLimit, let row = scanner.row() {
            if row.count > Self.columnLimit { self.isCut = true }
            let kept = Array(row.prefix(Self.columnLimit))
            if header.isEmpty { header = kept } else { rows.append(kept) }
        }
        if !scanner.isAtEnd { self.isCut = true }
        // The last row of a text that was cut is most likely half a row.
        if isCut, scanner.isAtEnd, !rows.isEmpty { rows.removeLast() }
    }

    private struct Scanner {
        let utf8: [UInt8]
        let separator: UInt8
        var place = 0

        var isAtEnd: Bool { place >= utf8.count }

        mutating func row() -> [String]? {
            guard !isAtEnd else { return nil }
            var fields: [String] = []
            while true {
                fields.append(field())
                guard place < utf8.count else { return fields }
                let byte = utf8[place]
                place += 1
                if byte == separator { continue }
                if byte == 0x0D, place < utf8.count, utf8[place] == 0x0A { place += 1 }
                return fields
            }
        }

        /// Up to the separator or the end of the line, which stays.
        private mutating func field() -> String {
            var bytes: [UInt8] = []
            var isQuoted = place < utf8.count && utf8[place] == UInt8(ascii: "\"")
            if isQuoted { place += 1 }
            while place < utf8.count {
                let byte = utf8[place]
                if isQuoted {
                    if byte == UInt8(ascii: "\"") {
                        if place + 1 < utf8.count, utf8[place + 1] == byte {
                            place += 1
                        } else {
                            isQuoted = false
                            place += 1
                            continue
                        }
                    }
                } else if byte == separator || byte == 0x0A || byte == 0x0D {
                    break
                }
                bytes.append(byte)
                place += 1
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    func write(_ html: inout Markup) {
        let numeric = header.indices.map { index in
            !rows.isEmpty && rows.allSatisfy { $0.count <= index || $0[index].isEmpty || Double($0[index]) != nil }
        }
        let columns = zip(header, numeric).map { TableColumn($0, $1 ? .number : .text) }
        html.table("Rows of the file", columns) { html in
            for row in rows {
                html.row { html in
                    for (index, value) in row.enumerated() where index < columns.count {
                        html.cell(numeric[index] ? .number : .text) { $0.name(value, width: 60) }
                    }
                }
            }
        }
        if isCut {
            html.element(
                "p", ["class": "sub"],
                text: "The first \(DisplayValue.count(rows.count, "row")) and at most \(Self.columnLimit) columns.")
        }
    }
}
