import Core

/// The literals of Python that the header of an `.npy` file is written in.
enum PythonLiteral: Equatable {
    case string(String)
    case integer(Int)
    case boolean(Bool)
    case sequence([PythonLiteral])
    /// Keys are strings; the order is that of the text.
    case dictionary([(String, PythonLiteral)])

    static func == (left: PythonLiteral, right: PythonLiteral) -> Bool { "\(left)" == "\(right)" }

    /// What is wrong, at which byte of the text.
    struct Problem: Error {
        var position: Int
    }

    /// Parses one literal and nothing after it but white space.
    static func parse(_ text: [UInt8]) throws(Problem) -> PythonLiteral {
        var parser = Parser(text: text)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == text.count else { throw Problem(position: parser.position) }
        return value
    }

    private struct Parser {
        let text: [UInt8]
        var position = 0

        private var current: UInt8? { position < text.count ? text[position] : nil }

        mutating func skipSpace() {
            while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D { position += 1 }
        }

        private mutating func take(_ byte: UInt8) -> Bool {
            skipSpace()
            guard current == byte else { return false }
            position += 1
            return true
        }

        mutating func value(depth: Int) throws(Problem) -> PythonLiteral {
            skipSpace()
            guard depth < 32, let byte = current else { throw Problem(position: position) }
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try string(quote: byte))
            case UInt8(ascii: "("): return try sequence(close: UInt8(ascii: ")"), depth)
            case UInt8(ascii: "["): return try sequence(close: UInt8(ascii: "]"), depth)
            case UInt8(ascii: "{"): return try dictionary(depth)
            case UInt8(ascii: "T"): return try word("True", .boolean(true))
            case UInt8(ascii: "F"): return try word("False", .boolean(false))
            case UInt8(ascii: "0")...UInt8(ascii: "9"): return .integer(try integer())
            default: throw Problem(position: position)
            }
        }

        private mutating func word(_ word: String, _ value: PythonLiteral) throws(Problem) -> PythonLiteral {
            guard text[position...].starts(with: word.utf8) else { throw Problem(position: position) }
            position += word.utf8.count
            return value
        }

        private mutating func integer() throws(Problem) -> Int {
            var value = 0
            while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(Int(byte) - 48)
                guard !overflow, !carry else { throw Problem(position: position) }
                value = sum
                position += 1
            }
            // Python 2 wrote long integers with an L.
            if current == UInt8(ascii: "L") { position += 1 }
            return value
        }

        /// A string with the escapes that `repr` writes.
        private mutating func string(quote: UInt8) throws(Problem) -> String {
            position += 1
            var scalars = String.UnicodeScalarView()
            var plain = position
            while let byte = current {
                if byte == quote || byte == UInt8(ascii: "\\") {
                    guard let part = String(validating: text[plain..<position], as: UTF8.self) else {
                        throw Problem(position: plain)
                    }
                    scalars.append(contentsOf: part.unicodeScalars)
                    position += 1
                    if byte == quote { return String(scalars) }
                    scalars.append(try escape())
                    plain = position
                } else {
                    position += 1
                }
            }
            throw Problem(position: position)
        }

        private mutating func escape() throws(Problem) -> Unicode.Scalar {
            guard let byte = current else { throw Problem(position: position) }
            position += 1
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "\\"): return Unicode.Scalar(byte)
            case UInt8(ascii: "n"): return "\n"
            case UInt8(ascii: "r"): return "\r"
            case UInt8(ascii: "t"): return "\t"
            case UInt8(ascii: "x"): return try hexadecimal(2)
            case UInt8(ascii: "u"): return try hexadecimal(4)
            case UInt8(ascii: "U"): return try hexadecimal(8)
            default: throw Problem(position: position - 1)
            }
        }

        private mutating func hexadecimal(_ count: Int) throws(Problem) -> Unicode.Scalar {
            let end = position + count
            guard end <= text.count,
                let value = UInt32(String(decoding: text[position..<end], as: UTF8.self), radix: 16),
                let scalar = Unicode.Scalar(value)
            else { throw Problem(position: position) }
            position = end
            return scalar
        }

        private mutating func sequence(close: UInt8, _ depth: Int) throws(Problem) -> PythonLiteral {
            position += 1
            var elements: [PythonLiteral] = []
            while !take(close) {
                elements.append(try value(depth: depth + 1))
                guard take(UInt8(ascii: ",")) || current == close else { throw Problem(position: position) }
            }
            return .sequence(elements)
        }

        private mutating func dictionary(_ depth: Int) throws(Problem) -> PythonLiteral {
            position += 1
            var members: [(String, PythonLiteral)] = []
            while !take(UInt8(ascii: "}")) {
                guard case .string(let key) = try value(depth: depth + 1), take(UInt8(ascii: ":")) else {
                    throw Problem(position: position)
                }
                members.append((key, try value(depth: depth + 1)))
                guard take(UInt8(ascii: ",")) || current == UInt8(ascii: "}") else { throw Problem(position: position) }
            }
            return .dictionary(members)
        }
    }
}
