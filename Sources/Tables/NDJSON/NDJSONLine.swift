import CKernels
import Core

/// Scans one line of NDJSON: an object (RFC 8259) of scalar members, without building a document.
///
/// Beyond the RFC the words `NaN`, `Infinity` and `-Infinity` are numbers, because Python's `json` writes them.
struct NDJSONLine {
    /// What is wrong, and at which byte of the line.
    struct Problem: Error {
        var position: Int
        var what: String
        var hint: String?
    }

    enum Value {
        case null
        case flag(Bool)
        case number(Double, isInteger: Bool)
        /// The bytes are valid until the next value is scanned.
        case string(UnsafeRawBufferPointer)
        /// An array or object; not scanned yet.
        case nested
    }

    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0
    /// Text with escapes is unescaped here: at least as long as the line, because no escape is shorter than its bytes.
    private let scratch: UnsafeMutableRawBufferPointer
    private var filled = 0

    init(_ bytes: UnsafeRawBufferPointer, scratch: UnsafeMutableRawBufferPointer) {
        self.bytes = bytes
        self.scratch = scratch
    }

    private func problem(_ what: String, hint: String? = nil) -> Problem {
        Problem(position: position, what: what, hint: hint)
    }

    @inline(__always)
    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    @inline(__always)
    private mutating func skipSpace() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0D else { return }
            position &+= 1
        }
    }

    /// Whether the line has nothing but white space.
    mutating func isBlank() -> Bool {
        skipSpace()
        return position == bytes.count
    }

    /// Takes the opening brace.
    mutating func open() throws(Problem) {
        skipSpace()
        guard current != UInt8(ascii: "[") else {
            throw problem(
                "a line must be an object, not an array",
                hint: "Write one object per line, for example with: jq -c '.[]' FILE")
        }
        guard current == UInt8(ascii: "{") else {
            throw problem("a line must be one object, beginning with '{'", hint: "Write one object per line.")
        }
        position += 1
    }

    /// The name of the next member, up to and with its colon; nil after the closing brace and the end of the line.
    /// - Parameter isFirst: whether no member has been taken yet.
    mutating func nextName(isFirst: Bool) throws(Problem) -> UnsafeRawBufferPointer? {
        skipSpace()
        if current == UInt8(ascii: "}") {
            position += 1
            skipSpace()
            guard position == bytes.count else {
                throw problem("unexpected text after the end of the object", hint: "Write one object per line.")
            }
            return nil
        }
        if !isFirst {
            guard current == UInt8(ascii: ",") else { throw unfinished("expected ',' or '}'") }
            position += 1
            skipSpace()
        }
        guard current == UInt8(ascii: "\"") else { throw unfinished("expected a member name in quotes") }
        let name = try string()
        skipSpace()
        guard current == UInt8(ascii: ":") else { throw unfinished("expected ':'") }
        position += 1
        return name
    }

    private func unfinished(_ what: String) -> Problem {
        guard position == bytes.count else { return problem(what) }
        return problem(
            "the line ends inside an object", hint: "Write each object on one line, for example with: jq -c . FILE")
    }

    /// The next value.
    mutating func value() throws(Problem) -> Value {
        skipSpace()
        guard let byte = current else { throw unfinished("expected a value") }
        switch byte {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"), UInt8(ascii: "["): return .nested
        case UInt8(ascii: "t"): return try word("true", .flag(true))
        case UInt8(ascii: "f"): return try word("false", .flag(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "N"): return try word("NaN", .number(.nan, isInteger: false))
        case UInt8(ascii: "I"): return try word("Infinity", .number(.infinity, isInteger: false))
        case UInt8(ascii: "-"):
            guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "I") else { return try number() }
            return try word("-Infinity", .number(-.infinity, isInteger: false))
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw problem("expected a value")
        }
    }

    private mutating func word(_ word: StaticString, _ value: Value) throws(Problem) -> Value {
        let length = word.utf8CodeUnitCount
        guard position + length <= bytes.count,
            bytes[position..<position + length].elementsEqual(
                UnsafeRawBufferPointer(start: word.utf8Start, count: length))
        else { throw problem("expected a value") }
        position += length
        return value
    }

    /// Walks past an array or object that is not wanted; its brackets have to match, its scalars are not looked at.
    mutating func skipNested() throws(Problem) {
        var open: [UInt8] = []
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""): _ = try string()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                // '{' + 2 is '}', '[' + 2 is ']'.
                open.append(byte + 2)
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard open.popLast() == byte else { throw problem("unexpected '\(Character(Unicode.Scalar(byte)))'") }
                position += 1
                if open.isEmpty { return }
            default: position += 1
            }
        }
        throw unfinished("expected a value")
    }

    // MARK: Numbers

    private mutating func number() throws(Problem) -> Value {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        let whole = skipDigits()
        guard whole > 0 else { throw problem("expected a digit") }
        guard whole == 1 || bytes[firstDigit] != UInt8(ascii: "0") else {
            position = firstDigit
            throw problem("a number must not begin with 0")
        }
        var isInteger = true
        if current == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            guard skipDigits() > 0 else { throw problem("expected a digit after the point") }
        }
        if let byte = current, byte | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if current == UInt8(ascii: "-") || current == UInt8(ascii: "+") { position += 1 }
            guard skipDigits() > 0 else { throw problem("expected a digit in the exponent") }
        }
        var value = 0.0
        var flags: UInt32 = 0
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<position]).bindMemory(to: CChar.self)
        guard steward_number_parse(text.baseAddress!, text.count, &value, &flags) != 0, value.isFinite else {
            position = start
            throw problem("the number is too large for a double", hint: "Write it as a string if it is an identifier.")
        }
        return .number(value, isInteger: isInteger)
    }

    @inline(__always)
    private mutating func skipDigits() -> Int {
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position &+= 1 }
        return position &- start
    }

    // MARK: Strings

    /// A string, from its opening quote to behind its closing one. That it is UTF-8 is for the caller to check.
    private mutating func string() throws(Problem) -> UnsafeRawBufferPointer {
        let start = position &+ 1
        var end = start
        while end < bytes.count {
            let byte = bytes[end]
            if byte == UInt8(ascii: "\"") {
                position = end &+ 1
                return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
            }
            if byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            end &+= 1
        }
        return try unescaped(from: start, plainUpTo: end)
    }

    private mutating func unescaped(from start: Int, plainUpTo end: Int) throws(Problem) -> UnsafeRawBufferPointer {
        filled = 0
        for byte in bytes[start..<end] { put(byte) }
        position = end
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(scratch)[..<filled])
            case UInt8(ascii: "\\"): try escape()
            case 0..<0x20:
                position -= 1
                throw problem("a control character in a string has to be escaped")
            default: put(byte)
            }
        }
        throw problem("the line ends inside a string", hint: "Line breaks in strings are written as \\n.")
    }

    private mutating func put(_ byte: UInt8) {
        scratch[filled] = byte
        filled &+= 1
    }

    private mutating func escape() throws(Problem) {
        guard let byte = current else { throw problem("the line ends inside a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): put(byte)
        case UInt8(ascii: "b"): put(0x08)
        case UInt8(ascii: "f"): put(0x0C)
        case UInt8(ascii: "n"): put(0x0A)
        case UInt8(ascii: "r"): put(0x0D)
        case UInt8(ascii: "t"): put(0x09)
        case UInt8(ascii: "u"): try unicodeEscape()
        default:
            position -= 1
            throw problem("an unknown escape in a string")
        }
    }

    private mutating func unicodeEscape() throws(Problem) {
        let start = position - 2
        var code = UInt32(try hexadecimal())
        if (0xD800..<0xDC00).contains(code), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            position += 2
            let low = UInt32(try hexadecimal())
            if (0xDC00..<0xE000).contains(low) { code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) }
        }
        guard let scalar = Unicode.Scalar(code), let encoded = UTF8.encode(scalar) else {
            position = start
            throw problem("half of a surrogate pair in a string")
        }
        for byte in encoded { put(byte) }
    }

    private mutating func hexadecimal() throws(Problem) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw problem("expected four hexadecimal digits")
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }
}
