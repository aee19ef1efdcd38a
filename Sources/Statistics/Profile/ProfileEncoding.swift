import Core

extension TableProfile {
    static let magic: [UInt8] = Array("STWPROF1".utf8)
    static let formatVersion: UInt32 = 1

    /// The profile as bytes (docs/reference/profile-format.md). The same profile always gives the same bytes.
    package func serialised() -> [UInt8] {
        var writer = ByteWriter()
        writer.bytes = Self.magic
        writer.write(Self.formatVersion)
        writer.write(UInt32(0))
        writer.write(UInt64(rows))
        writer.write(UInt32(columns.count))
        for column in columns { writer.section { column.write(to: &$0) } }
        writer.write(writer.bytes.withUnsafeBytes { Hashing.xxh64($0) })
        return writer.bytes
    }
}

struct ByteWriter {
    var bytes: [UInt8] = []

    mutating func write<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ value: Double) { write(value.bitPattern) }

    mutating func write(_ values: [Double]) {
        for value in values { write(value.bitPattern) }
    }

    mutating func write(_ text: String) {
        write(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// LEB128: seven bits a byte, lowest first, the high bit says that more follow.
    mutating func writeVariable(_ value: Int) {
        var rest = UInt64(value)
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// A u32 length and then what `body` writes.
    mutating func section(_ body: (inout ByteWriter) -> Void) {
        var inner = ByteWriter()
        body(&inner)
        write(UInt32(inner.bytes.count))
        bytes.append(contentsOf: inner.bytes)
    }
}

extension ColumnKind {
    /// The kind's number in the file format.
    var code: UInt8 {
        switch self {
        case .num: 0
        case .cat: 1
        case .text: 2
        case .bool: 3
        case .datetime: 4
        }
    }

    init?(code: UInt8) {
        guard let kind = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = kind
    }
}

extension ColumnProfile {
    func write(to writer: inout ByteWriter) {
        writer.write(name)
        writer.write(kind.code)
        writer.write(UInt8(isInteger ? 1 : 0))
        writer.write(UInt64(rows))
        writer.write(UInt64(missing))
        switch content {
        case .numbers(let numbers): numbers.finished.write(to: &writer)
        case .categories(let categories): categories.write(to: &writer)
        }
    }
}

extension NumericProfile.State {
    func write(to writer: inout ByteWriter) {
        writer.write(UInt64(positiveInfinite))
        writer.write(UInt64(negativeInfinite))
        writer.write(UInt64(fractional))
        moments.write(to: &writer)
        quantiles.write(to: &writer)
        HyperLogLog.write(distinct, to: &writer)
        writer.write(UInt8(histogram == nil ? 0 : 1))
        histogram?.write(to: &writer)
    }
}

extension Moments {
    func write(to writer: inout ByteWriter) {
        writer.write(UInt64(count))
        writer.write([mean, squaredDeviations, minimum, maximum])
    }
}

extension QuantileSketch {
    func write(to writer: inout ByteWriter) {
        writer.write(UInt8(isTable ? 0 : 1))
        writer.write(rankError)
        if isTable {
            writer.write(UInt32(values.count))
            writer.write(values)
            for count in counts { writer.writeVariable(count) }
        } else {
            writer.write(UInt8(levels.count))
            for level in levels {
                writer.write(level.owed ?? 2)
                writer.write(UInt32(level.items.count))
                writer.write(level.items)
            }
        }
    }
}

extension HyperLogLog {
    /// 0: absent; 1: the registers that are not zero; 2: all registers, whichever takes fewer bytes.
    static func write(_ sketch: HyperLogLog?, to writer: inout ByteWriter) {
        guard let sketch else {
            writer.write(UInt8(0))
            return
        }
        let used = sketch.registers.count { $0 != 0 }
        if 2 + used * 3 < Self.registerCount {
            writer.write(UInt8(1))
            writer.write(UInt16(used))
            for (index, rank) in sketch.registers.enumerated() where rank != 0 {
                writer.write(UInt16(index))
                writer.write(rank)
            }
        } else {
            writer.write(UInt8(2))
            writer.bytes.append(contentsOf: sketch.registers)
        }
    }
}

extension FixedHistogram {
    func write(to writer: inout ByteWriter) {
        writer.write(UInt32(edges.count))
        writer.write(edges)
        writer.writeVariable(below)
        writer.writeVariable(above)
        for count in counts { writer.writeVariable(count) }
    }
}

extension CategoryProfile {
    func write(to writer: inout ByteWriter) {
        writer.write(UInt32(frequent.capacity))
        writer.write(UInt64(frequent.total))
        writer.write(UInt64(frequent.maximumError))
        writer.write(UInt32(frequent.size))
        for item in frequent.items {
            writer.write(item.category)
            writer.writeVariable(item.count)
        }
        HyperLogLog.write(sketch, to: &writer)
        writer.write(UInt8(lengths == nil ? 0 : 1))
        lengths?.finished.write(to: &writer)
    }
}
