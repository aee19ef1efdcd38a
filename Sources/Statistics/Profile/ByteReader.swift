import Core

/// Reads the binary format with every length checked against what is there before anything is allocated.
struct ByteReader {
    private let bytes: [UInt8]
    private(set) var position: Int
    private let end: Int
    /// The column being read, for messages.
    var place = "the header"

    init(_ bytes: [UInt8], from start: Int, to end: Int) {
        self.bytes = bytes
        position = start
        self.end = end
    }

    var remaining: Int { end - position }

    func failure(_ what: String) -> Failure {
        Failure(
            .invalid, "the profile is damaged: \(what) (\(place), byte \(position))",
            hint: "Make the profile again from the data with `steward profile DATA -o FILE`.")
    }

    private func need(_ count: Int, _ what: String) throws(Failure) {
        guard count <= remaining else { throw failure("it ends inside \(what)") }
    }

    mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type, _ what: String) throws(Failure) -> Value {
        let size = MemoryLayout<Value>.size
        try need(size, what)
        defer { position += size }
        return bytes.withUnsafeBytes {
            Value(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: Value.self))
        }
    }

    /// A count of rows: at most 2^52.
    mutating func rows(_ what: String) throws(Failure) -> Int {
        let value = try integer(UInt64.self, what)
        guard value <= UInt64(TableProfile.maximumRows) else { throw failure("\(what) is beyond 2^52") }
        return Int(value)
    }

    mutating func flag(_ what: String) throws(Failure) -> Bool {
        switch try integer(UInt8.self, what) {
        case 0: return false
        case 1: return true
        default: throw failure("\(what) is neither 0 nor 1")
        }
    }

    mutating func number(_ what: String) throws(Failure) -> Double {
        Double(bitPattern: try integer(UInt64.self, what))
    }

    /// A u32 number of elements, each of at least `size` bytes, all of which must still be there.
    mutating func count(elementSize size: Int, _ what: String) throws(Failure) -> Int {
        let count = Int(try integer(UInt32.self, what))
        guard count <= remaining / max(1, size) else { throw failure("\(what) is larger than the file allows") }
        return count
    }

    /// Finite numbers in ascending order, none of them minus zero.
    mutating func ascending(_ count: Int, strictly: Bool, _ what: String) throws(Failure) -> [Double] {
        try need(count * 8, what)
        var values: [Double] = []
        values.reserveCapacity(count)
        for _ in 0..<count {
            let value = try number(what)
            guard value.isFinite, value != 0 || value.sign == .plus else {
                throw failure("\(what): not a finite number")
            }
            if let last = values.last, strictly ? value <= last : value < last {
                throw failure("\(what) are not in ascending order")
            }
            values.append(value)
        }
        return values
    }

    mutating func raw(_ count: Int, _ what: String) throws(Failure) -> ArraySlice<UInt8> {
        try need(count, what)
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func text(_ what: String) throws(Failure) -> String {
        let count = try count(elementSize: 1, what)
        guard let text = String(validating: try raw(count, what), as: UTF8.self) else {
            throw failure("\(what) is not valid UTF-8")
        }
        return text
    }

    /// LEB128 in its shortest form, at most 2^52.
    mutating func variable(_ what: String) throws(Failure) -> Int {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try integer(UInt8.self, what)
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 {
                guard byte != 0 || shift == 0 else { throw failure("\(what) is not in its shortest form") }
                break
            }
            shift += 7
            guard shift <= 49 else { throw failure("\(what) is too large") }
        }
        guard value <= UInt64(TableProfile.maximumRows) else { throw failure("\(what) is beyond 2^52") }
        return Int(value)
    }

    /// A u32 length and a reader for that many bytes, which are skipped here.
    mutating func section(_ what: String) throws(Failure) -> ByteReader {
        let size = try count(elementSize: 1, "the length of \(what)")
        defer { position += size }
        var inner = ByteReader(bytes, from: position, to: position + size)
        inner.place = what
        return inner
    }

    func finish() throws(Failure) {
        guard remaining == 0 else { throw failure("\(remaining) bytes follow where nothing is expected") }
    }
}
