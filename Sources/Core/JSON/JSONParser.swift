/// A strict JSON parser (RFC 8259) for input from outside: bounded in depth and in values, exact about where something
/// is wrong, UTF-8 checked, duplicate member names refused.
///
/// Numbers without fraction and exponent that fit become `.integer`; all others are correctly rounded doubles.
/// A number too large for a double is refused. The time is linear in the length of the document, whatever it holds.
package struct JSONParser: ~Copyable {
    package struct Options: Sendable {
        package enum Duplicates: Sendable {
            /// A member name given twice in one object is an error.
            case refused
            /// The last value of a name counts, in the place of the first, as in Python and JavaScript.
            case lastWins
        }

        /// How deep arrays and objects may nest.
        package var maximumDepth: Int
        /// How many values a document may have, members of objects among them. A value takes some 24 to 60 bytes of
        /// memory and at least two of the document, so the size of a document alone does not bound what it costs.
        package var maximumValues: Int
        package var duplicates: Duplicates
        /// Whether the words `NaN`, `Infinity` and `-Infinity` are numbers. They are not JSON, but Python's json module
        /// writes them.
        package var acceptsNonFiniteWords: Bool

        package init(
            maximumDepth: Int = 64, maximumValues: Int = 1_000_000, duplicates: Duplicates = .refused,
            acceptsNonFiniteWords: Bool = false
        ) {
            self.maximumDepth = maximumDepth
            self.maximumValues = maximumValues
            self.duplicates = duplicates
            self.acceptsNonFiniteWords = acceptsNonFiniteWords
        }
    }

    let start: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>
    var position: UnsafePointer<UInt8>
    let options: Options
    /// Values that may still come.
    private var valuesLeft: Int
    /// What the containers that are still open hold so far.
    private var elements = JSONStack<JSON>()
    private var members = JSONMembers()
    /// The content of the last string that had escapes.
    var unescaped = JSONBuffer(capacity: 64)

    /// Parses one whole document.
    /// - Throws: `.invalid` with line and column (in bytes, from 1).
    package static func parse(_ bytes: UnsafeRawBufferPointer, _ options: Options = Options()) throws(Failure) -> JSON {
        var parser = JSONParser(bytes.assumingMemoryBound(to: UInt8.self), options)
        return try parser.document()
    }

    package static func parse(_ bytes: [UInt8], _ options: Options = Options()) throws(Failure) -> JSON {
        try bytes.withUnsafeBufferPointer { (buffer) throws(Failure) in
            try parse(UnsafeRawBufferPointer(buffer), options)
        }
    }

    package static func parse(_ text: String, _ options: Options = Options()) throws(Failure) -> JSON {
        try parse(Array(text.utf8), options)
    }

    private init(_ bytes: UnsafeBufferPointer<UInt8>, _ options: Options) {
        // An empty buffer may have no address; any will do, because it is not read from.
        start = bytes.baseAddress ?? UnsafePointer(bitPattern: 1)!
        end = start + bytes.count
        position = start
        self.options = options
        valuesLeft = options.maximumValues
    }

    private mutating func document() throws(Failure) -> JSON {
        if UnsafeBufferPointer(start: start, count: end - start).starts(with: [0xEF, 0xBB, 0xBF]) { position += 3 }
        let value = try value(depth: 0)
        skipSpace()
        guard position == end else { throw failure("unexpected text after the end of the document") }
        return value
    }

    @inline(never)
    func failure(_ what: String) -> Failure {
        var line = 1
        var lineStart = start
        var byte = start
        while byte < min(position, end) {
            if byte.pointee == 0x0A {
                line += 1
                lineStart = byte + 1
            }
            byte += 1
        }
        return Failure(.invalid, "line \(line), column \(position - lineStart + 1): \(what)")
    }

    @inline(__always)
    private mutating func skipSpace() {
        while position < end {
            let byte = position.pointee
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    /// Takes `byte` if it comes next.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard position < end, position.pointee == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(Failure) -> JSON {
        guard depth <= options.maximumDepth else { throw failure("nested deeper than \(options.maximumDepth) levels") }
        skipSpace()
        valuesLeft -= 1
        guard valuesLeft >= 0 else { throw failure("more than \(options.maximumValues) values") }
        guard position < end else { throw failure("unexpected end of the document") }
        switch position.pointee {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try text(content()))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "N") where options.acceptsNonFiniteWords: return try word("NaN", .number(.nan))
        case UInt8(ascii: "I") where options.acceptsNonFiniteWords: return try word("Infinity", .number(.infinity))
        default: throw failure("expected a value")
        }
    }

    mutating func word(_ word: StaticString, _ value: JSON) throws(Failure) -> JSON {
        let size = word.utf8CodeUnitCount
        guard end - position >= size,
            UnsafeBufferPointer(start: position, count: size).elementsEqual(
                UnsafeBufferPointer(start: word.utf8Start, count: size))
        else { throw failure("expected a value") }
        position += size
        return value
    }

    private mutating func array(depth: Int) throws(Failure) -> JSON {
        position += 1
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        let first = elements.count
        while true {
            elements.push(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else { throw failure("expected ',' or ']'") }
            return .array(elements.pop(from: first))
        }
    }

    private mutating func object(depth: Int) throws(Failure) -> JSON {
        position += 1
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        var scope = members.enter()
        while true {
            skipSpace()
            guard position < end, position.pointee == UInt8(ascii: "\"") else {
                throw failure("expected a member name in quotes")
            }
            let nameStart = position
            let bytes = try content()
            let fingerprint = JSONMembers.fingerprint(bytes)
            let name = try text(bytes)
            let twin = members.find(name, fingerprint, in: &scope)
            if twin != nil, options.duplicates == .refused {
                position = nameStart
                throw failure("member \"\(name)\" is given twice")
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw failure("expected ':'") }
            let value = try value(depth: depth + 1)
            if let twin {
                members.replace(twin, .init(name, value))
            } else {
                members.add(.init(name, value), fingerprint)
            }
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else { throw failure("expected ',' or '}'") }
            return .object(members.leave(scope))
        }
    }
}
