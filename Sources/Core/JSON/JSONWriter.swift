/// Writes a JSON document as a stream of tokens, without a tree of values. Commas, colons and white space come by
/// themselves; that containers are closed and members named is up to the caller.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.beginObject()
/// writer.member("key", "loss")
/// writer.member("value", 0.25)
/// writer.endObject()
/// let bytes = writer.finish()   // {"key":"loss","value":0.25}
/// ```
package struct JSONWriter: ~Copyable {
    private var buffer: JSONBuffer
    private let pretty: Bool
    /// How many containers are open.
    private var depth = 0
    /// Whether a value ended just before this place, so that the next one in the same container needs a comma.
    private var isAfterValue = false
    private var isAfterName = false

    /// - Parameters:
    ///   - pretty: two-space indentation and a line for each element; otherwise no white space at all.
    ///   - capacity: the expected size in bytes.
    package init(pretty: Bool = false, capacity: Int = 512) {
        buffer = JSONBuffer(capacity: capacity)
        self.pretty = pretty
    }

    /// How many bytes are there to be taken.
    package var count: Int { buffer.count }

    /// The document.
    package consuming func finish() -> [UInt8] {
        precondition(depth == 0, "a container is still open")
        return Array(buffer.bytes)
    }

    /// The bytes written since the last call, for documents that are sent in pieces.
    package mutating func take() -> [UInt8] {
        defer { buffer.removeAll() }
        return Array(buffer.bytes)
    }

    /// As `take`, without a copy: `body` gets the bytes, which are then dropped.
    package mutating func drain<Result, Problem: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Problem) -> Result
    ) throws(Problem) -> Result {
        defer { buffer.removeAll() }
        return try body(UnsafeRawBufferPointer(buffer.bytes))
    }
}

// Structure.
extension JSONWriter {
    @inline(__always)
    package mutating func beginObject() { begin(UInt8(ascii: "{")) }
    @inline(__always)
    package mutating func endObject() { end(UInt8(ascii: "}")) }
    @inline(__always)
    package mutating func beginArray() { begin(UInt8(ascii: "[")) }
    @inline(__always)
    package mutating func endArray() { end(UInt8(ascii: "]")) }

    /// The name of the member whose value comes next.
    @inline(__always)
    package mutating func name(_ name: String) {
        separate()
        buffer.append(quoted: name, .plain)
        buffer.append(UInt8(ascii: ":"))
        if pretty { buffer.append(UInt8(ascii: " ")) }
        isAfterName = true
    }

    @inline(__always)
    private mutating func begin(_ bracket: UInt8) {
        separate()
        buffer.append(bracket)
        depth += 1
        isAfterValue = false
    }

    @inline(__always)
    private mutating func end(_ bracket: UInt8) {
        depth -= 1
        // Nothing stands between the brackets of an empty container.
        if pretty, isAfterValue { newline() }
        buffer.append(bracket)
        isAfterValue = true
    }

    /// What goes before a value or a name.
    @inline(__always)
    private mutating func separate() {
        if isAfterName {
            isAfterName = false
        } else {
            if isAfterValue { buffer.append(UInt8(ascii: ",")) }
            if pretty, depth > 0 { newline() }
        }
        isAfterValue = true
    }

    @inline(never)
    private mutating func newline() {
        buffer.append(0x0A)
        buffer.append(repeating: 0x20, count: 2 * depth)
    }
}

// Values.
extension JSONWriter {
    package mutating func null() {
        separate()
        buffer.append("null")
    }

    package mutating func bool(_ flag: Bool) {
        separate()
        buffer.append(flag ? "true" : "false")
    }

    package mutating func integer(_ number: Int64) {
        separate()
        buffer.append(decimal: number)
    }

    /// The shortest decimal number that reads back as the same double; the strings "NaN", "Infinity" and "-Infinity"
    /// for what JSON has no number for.
    package mutating func double(_ number: Double) {
        separate()
        if number.isFinite {
            buffer.append(shortest: number)
        } else if number.isNaN {
            buffer.append("\"NaN\"")
        } else {
            buffer.append(number > 0 ? "\"Infinity\"" : "\"-Infinity\"")
        }
    }

    package mutating func string(_ text: String) {
        separate()
        buffer.append(quoted: text, .plain)
    }

    /// A value that is JSON text already; it is not checked.
    package mutating func raw(_ text: String) {
        separate()
        var text = text
        text.withUTF8 { buffer.append(UnsafeRawBufferPointer($0)) }
    }

    package mutating func value(_ value: JSON) {
        switch value {
        case .null: null()
        case .bool(let flag): bool(flag)
        case .integer(let number): integer(number)
        case .number(let number): double(number)
        case .string(let text): string(text)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let members):
            beginObject()
            for member in members {
                name(member.name)
                self.value(member.value)
            }
            endObject()
        }
    }
}

// Members: a name and its value in one call.
extension JSONWriter {
    package mutating func member(_ name: String, _ text: String) {
        self.name(name)
        string(text)
    }

    package mutating func member(_ name: String, _ number: Int64) {
        self.name(name)
        integer(number)
    }

    package mutating func member(_ name: String, _ number: Int) { member(name, Int64(number)) }

    package mutating func member(_ name: String, _ number: Double) {
        self.name(name)
        double(number)
    }

    package mutating func member(_ name: String, _ flag: Bool) {
        self.name(name)
        bool(flag)
    }

    package mutating func member(_ name: String, _ value: JSON) {
        self.name(name)
        self.value(value)
    }
}

extension JSON {
    /// The document as UTF-8 bytes. The same value always gives the same bytes.
    /// - Parameter pretty: two-space indentation and a line for each element; otherwise no white space at all.
    package func serialised(pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(pretty: pretty)
        writer.value(self)
        return writer.finish()
    }

    package func text(pretty: Bool = false) -> String { String(decoding: serialised(pretty: pretty), as: UTF8.self) }
}
