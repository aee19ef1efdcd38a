extension ArrowVector {
    /// Appends the values as numbers, missing ones as NaN. Answers whether a value was missing.
    /// Types without a number answer (strings) append NaN.
    func appendNumbers(to result: inout [Double]) -> Bool {
        guard length > 0 else { return false }
        switch type {
        case .float(64): appendDoubles(to: &result)
        case .float(32): append(Float.self, to: &result) { Double($0) }
        case .float: append(UInt16.self, to: &result) { Double(binary16: $0) }
        case .integer(8, true): append(Int8.self, to: &result) { Double($0) }
        case .integer(8, false): append(UInt8.self, to: &result) { Double($0) }
        case .integer(16, true): append(Int16.self, to: &result) { Double($0) }
        case .integer(16, false): append(UInt16.self, to: &result) { Double($0) }
        case .integer(32, true): append(Int32.self, to: &result) { Double($0) }
        case .integer(32, false): append(UInt32.self, to: &result) { Double($0) }
        case .integer(_, true): append(Int64.self, to: &result) { Double($0) }
        case .integer(_, false): append(UInt64.self, to: &result) { Double($0) }
        case .instant(32, let rate), .seconds(32, let rate):
            append(Int32.self, to: &result) { Double($0) * rate.numerator / rate.denominator }
        case .instant(_, let rate), .seconds(_, let rate):
            append(Int64.self, to: &result) { Double($0) * rate.numerator / rate.denominator }
        case .decimal(let bits, let scale): appendDecimals(bits: bits, scale: scale, to: &result)
        case .bool: appendBits(to: &result)
        case .null, .string, .stringView, .unsupported:
            result.append(contentsOf: repeatElement(.nan, count: length))
        }
        return validity != nil && (0..<length).contains { !isPresent($0) }
    }

    private func appendDoubles(to result: inout [Double]) {
        let start = result.count
        let bytes = UnsafeRawBufferPointer(rebasing: values[offset * 8..<(offset + length) * 8])
        if Int(bitPattern: bytes.baseAddress) & 7 == 0 {
            result.append(contentsOf: bytes.bindMemory(to: Double.self))
        } else {
            for row in 0..<length { result.append(bytes.loadUnaligned(fromByteOffset: row &* 8, as: Double.self)) }
        }
        blankMissing(in: &result, from: start)
    }

    @inline(__always)
    private func append<Value: BitwiseCopyable>(
        _: Value.Type, to result: inout [Double], _ number: (Value) -> Double
    ) {
        let start = result.count
        let width = MemoryLayout<Value>.size
        result.makeRoom(for: length)
        for row in offset..<offset &+ length {
            result.append(number(values.loadUnaligned(fromByteOffset: row &* width, as: Value.self)))
        }
        blankMissing(in: &result, from: start)
    }

    private func appendBits(to result: inout [Double]) {
        let start = result.count
        for row in offset..<offset &+ length {
            result.append(values[row >> 3] & (1 << UInt8(truncatingIfNeeded: row & 7)) != 0 ? 1 : 0)
        }
        blankMissing(in: &result, from: start)
    }

    private func blankMissing(in result: inout [Double], from start: Int) {
        guard validity != nil else { return }
        for row in 0..<length where !isPresent(row) { result[start &+ row] = .nan }
    }

    /// Little-endian two's complement in 32- or 64-bit limbs, most significant limb signed.
    private func appendDecimals(bits: Int, scale: Int, to result: inout [Double]) {
        let start = result.count
        let divisor = Self.powerOfTen(abs(scale))
        for row in offset..<offset &+ length {
            let number = decimal(bits: bits, at: row * bits / 8)
            result.append(scale >= 0 ? number / divisor : number * divisor)
        }
        blankMissing(in: &result, from: start)
    }

    private func decimal(bits: Int, at position: Int) -> Double {
        if bits == 32 { return Double(values.loadUnaligned(fromByteOffset: position, as: Int32.self)) }
        let limbs = bits / 64
        var magnitude = (0..<limbs).map { values.loadUnaligned(fromByteOffset: position + $0 * 8, as: UInt64.self) }
        let isNegative = magnitude[limbs - 1] >> 63 == 1
        if isNegative {
            var carry = true
            for limb in 0..<limbs {
                let (sum, overflow) = (~magnitude[limb]).addingReportingOverflow(carry ? 1 : 0)
                magnitude[limb] = sum
                carry = overflow
            }
        }
        let number = magnitude.reversed().reduce(0.0) { $0 * 0x1p64 + Double($1) }
        return isNegative ? -number : number
    }

    private static func powerOfTen(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? .infinity }
}

extension Double {
    /// IEEE 754 binary16 from its bits; every value is exact.
    init(binary16 bits: UInt16) {
        let exponent = Int(bits >> 10 & 0x1F)
        let fraction = Double(bits & 0x3FF)
        let magnitude: Double =
            switch exponent {
            case 0: fraction * 0x1p-24
            case 31: fraction == 0 ? .infinity : .nan
            default: (1 + fraction / 1024) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
            }
        self = bits >> 15 == 0 ? magnitude : -magnitude
    }
}
