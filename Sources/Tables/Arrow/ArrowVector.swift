import Core

/// A run of values of one column inside memory that somebody else owns. Every buffer is known to be large enough for
/// `offset + length` values: whoever makes a vector checks that (`check()`), so that reading needs no further checks.
struct ArrowVector {
    /// The type of the values; of the dictionary's indices when `dictionary` is set.
    var type: ArrowType
    var length: Int
    /// Where the first value is, in values, in every buffer.
    var offset: Int
    /// One bit per value, least significant first, 1 = present; nil = all present.
    var validity: UnsafeRawBufferPointer?
    /// Values; string offsets; string views; bits of booleans.
    var values: UnsafeRawBufferPointer
    /// The bytes of strings; for views, each of the data buffers.
    var data: [UnsafeRawBufferPointer] = []
    /// The values that the indices refer to, in one or more parts that follow each other; empty = not encoded.
    var dictionary: [ArrowVector] = []
    /// Equal numbers other than 0 mean equal dictionaries, so that what was derived from one can be kept.
    var dictionaryIdentity = 0

    /// The same values without the first `count`, at most `limit` of them.
    func slice(from count: Int, limit: Int) -> ArrowVector {
        var part = self
        part.offset += count
        part.length = min(limit, length - count)
        return part
    }

    @inline(__always)
    func isPresent(_ row: Int) -> Bool {
        guard let validity else { return true }
        let bit = offset &+ row
        return validity[bit >> 3] & (1 << UInt8(truncatingIfNeeded: bit & 7)) != 0
    }

    /// What is wrong with the buffers of this vector, or nil: too short for the length, or string offsets out of order.
    func check() -> String? {
        guard length >= 0, offset >= 0, length <= Self.maximumLength, offset <= Self.maximumLength else {
            return "a length is out of range"
        }
        let end = offset + length
        if length == 0 { return nil }
        if let validity, validity.count < (end + 7) / 8 { return "a validity bitmap is too short" }
        switch type {
        case .null, .unsupported: break
        case .bool: if values.count < (end + 7) / 8 { return "a buffer of booleans is too short" }
        case .string(let wide): return checkOffsets(wide: wide, end: end)
        case .integer, .float, .instant, .seconds, .decimal, .stringView:
            if values.count < end * (type.width ?? 0) { return "a buffer of values is too short" }
        }
        return dictionary.lazy.compactMap { $0.check() }.first
    }

    /// 2^40 values: keeps every product of a length and a width inside an Int.
    static let maximumLength = 1 << 40

    private func checkOffsets(wide: Bool, end: Int) -> String? {
        guard values.count >= (end + 1) * (wide ? 8 : 4) else { return "a buffer of string offsets is too short" }
        let limit = Int64(data.first?.count ?? 0)
        var previous = stringOffset(offset, wide)
        guard previous >= 0 else { return "a string offset is negative" }
        for index in offset &+ 1...end {
            let next = stringOffset(index, wide)
            guard next >= previous else { return "string offsets are not in order" }
            previous = next
        }
        return previous <= limit ? nil : "a string offset is beyond the data"
    }

    @inline(__always)
    private func stringOffset(_ index: Int, _ wide: Bool) -> Int64 {
        wide
            ? values.loadUnaligned(fromByteOffset: index &* 8, as: Int64.self)
            : Int64(values.loadUnaligned(fromByteOffset: index &* 4, as: Int32.self))
    }

    /// The bytes of string `row`; nil when a view points outside its buffers.
    @inline(__always)
    func string(_ row: Int) -> UnsafeRawBufferPointer? {
        switch type {
        case .string(let wide):
            let start = Int(stringOffset(offset &+ row, wide))
            let end = Int(stringOffset(offset &+ row &+ 1, wide))
            guard start < end else { return UnsafeRawBufferPointer(start: nil, count: 0) }
            return UnsafeRawBufferPointer(rebasing: data[0][start..<end])
        case .stringView: return view(offset &+ row)
        default: return nil
        }
    }

    /// A view: length, then either up to 12 bytes in place, or a prefix, a buffer's number and an offset into it.
    private func view(_ index: Int) -> UnsafeRawBufferPointer? {
        let base = index * 16
        let length = Int(values.loadUnaligned(fromByteOffset: base, as: Int32.self))
        guard length >= 0 else { return nil }
        if length <= 12 { return UnsafeRawBufferPointer(rebasing: values[base + 4..<base + 4 + length]) }
        let buffer = Int(values.loadUnaligned(fromByteOffset: base + 8, as: Int32.self))
        let start = Int(values.loadUnaligned(fromByteOffset: base + 12, as: Int32.self))
        guard data.indices.contains(buffer), start >= 0, start <= data[buffer].count,
            length <= data[buffer].count - start
        else { return nil }
        return UnsafeRawBufferPointer(rebasing: data[buffer][start..<start + length])
    }
}

/// A column of an Arrow schema: its name, the type of its values and, if dictionary-encoded, of its indices.
struct ArrowField: Equatable {
    var name: String
    var type: ArrowType
    /// The integer type of the indices when the column is dictionary-encoded.
    var indexType: ArrowType?
}
