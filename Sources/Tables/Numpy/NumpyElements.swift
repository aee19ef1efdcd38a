import Core

/// Appends elements that stand `stride` bytes apart to a column.
struct NumpyElements {
    let type: NumpyType
    /// The first element at byte 0; at least `(count - 1) * stride + type.width` bytes.
    let bytes: UnsafeRawBufferPointer
    let stride: Int
    let count: Int

    /// Answers the row (counted from 0) of a value that cannot be read, or nil.
    func append(to column: inout ColumnAssembler) -> Int? {
        switch type.kind {
        case .float: appendFloats(to: &column)
        case .signed: appendIntegers(to: &column, signed: true)
        case .unsigned: appendIntegers(to: &column, signed: false)
        case .bool:
            for row in 0..<count { column.append(flag: bytes[row &* stride] != 0) }
        case .instant(let unit): appendTimes(to: &column, unit, isInstant: true)
        case .difference(let unit): appendTimes(to: &column, unit, isInstant: false)
        case .unicode: return appendUnicode(to: &column)
        case .bytes: return appendBytes(to: &column)
        }
        return nil
    }

    @inline(__always)
    private func load<Value: FixedWidthInteger & BitwiseCopyable>(_ row: Int, _: Value.Type) -> Value {
        let value = bytes.loadUnaligned(fromByteOffset: row &* stride, as: Value.self)
        return type.isBigEndian ? Value(bigEndian: value) : Value(littleEndian: value)
    }

    private func appendFloats(to column: inout ColumnAssembler) {
        switch type.width {
        case 8: column.append(count: count, isInteger: false) { Double(bitPattern: load($0, UInt64.self)) }
        case 4: column.append(count: count, isInteger: false) { Double(Float(bitPattern: load($0, UInt32.self))) }
        default: column.append(count: count, isInteger: false) { Double(binary16: load($0, UInt16.self)) }
        }
    }

    private func appendIntegers(to column: inout ColumnAssembler, signed: Bool) {
        switch (type.width, signed) {
        case (1, true): column.append(count: count, isInteger: true) { Double(load($0, Int8.self)) }
        case (1, false): column.append(count: count, isInteger: true) { Double(load($0, UInt8.self)) }
        case (2, true): column.append(count: count, isInteger: true) { Double(load($0, Int16.self)) }
        case (2, false): column.append(count: count, isInteger: true) { Double(load($0, UInt16.self)) }
        case (4, true): column.append(count: count, isInteger: true) { Double(load($0, Int32.self)) }
        case (4, false): column.append(count: count, isInteger: true) { Double(load($0, UInt32.self)) }
        case (_, true): column.append(count: count, isInteger: true) { Double(load($0, Int64.self)) }
        case (_, false): column.append(count: count, isInteger: true) { Double(load($0, UInt64.self)) }
        }
    }

    private func appendTimes(to column: inout ColumnAssembler, _ unit: NumpyType.Unit, isInstant: Bool) {
        column.append(count: count, isInteger: false) { row in
            let value = load(row, Int64.self)
            // The smallest value is NaT, "not a time".
            return value == .min ? .nan : unit.seconds(value, isInstant: isInstant)
        }
    }

    private func appendBytes(to column: inout ColumnAssembler) -> Int? {
        for row in 0..<count {
            var length = type.width
            while length > 0, bytes[row &* stride &+ length &- 1] == 0 { length &-= 1 }
            let start = row &* stride
            let text = UnsafeRawBufferPointer(rebasing: bytes[start..<start &+ length])
            guard column.append(string: text) else { return row }
        }
        return nil
    }

    private func appendUnicode(to column: inout ColumnAssembler) -> Int? {
        var text: [UInt8] = []
        for row in 0..<count {
            text.removeAll(keepingCapacity: true)
            var length = type.width / 4
            while length > 0, scalar(row, length &- 1) == 0 { length &-= 1 }
            for index in 0..<length {
                guard let scalar = Unicode.Scalar(scalar(row, index)) else { return row }
                text.append(contentsOf: UTF8.encode(scalar)!)
            }
            guard text.withUnsafeBytes({ column.append(string: $0) }) else { return row }
        }
        return nil
    }

    @inline(__always)
    private func scalar(_ row: Int, _ index: Int) -> UInt32 {
        let value = bytes.loadUnaligned(fromByteOffset: row &* stride &+ index &* 4, as: UInt32.self)
        return type.isBigEndian ? UInt32(bigEndian: value) : UInt32(littleEndian: value)
    }
}
