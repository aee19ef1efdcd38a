extension ArrowVector {
    /// Appends the values as numbers, missing ones as NaN.
    /// Types without a number answer (strings) append NaN.
    func appendNumbers(to result: inout [Double]) {
        guard length > 0 else { return }
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

    private func appendDecimals(bits: Int, scale: Int, to result: inout [Double]) {
        let start = result.count
        for row in offset..<offset &+ length { result.append(decimal(bits: bits, scale: scale, at: row * bits / 8)) }
        blankMissing(in: &result, from: start)
    }

    private static let powersOfTen: [Double] = (0...22).map { Double("1e\($0)") ?? .nan }

    /// Little-endian two's complement in 32 bits or in limbs of 64 bits, divided by ten to the scale; correctly
    /// rounded.
    private func decimal(bits: Int, scale: Int, at position: Int) -> Double {
        var limbs: [UInt64]
        if bits == 32 {
            limbs = [UInt64(bitPattern: Int64(values.loadUnaligned(fromByteOffset: position, as: Int32.self)))]
        } else {
            limbs = (0..<bits / 64).map { values.loadUnaligned(fromByteOffset: position + $0 * 8, as: UInt64.self) }
        }
        let isNegative = limbs[limbs.count - 1] >> 63 == 1
        if isNegative {
            var carry: UInt64 = 1
            for index in limbs.indices {
                let (sum, overflow) = (~limbs[index]).addingReportingOverflow(carry)
                (limbs[index], carry) = (sum, overflow ? 1 : 0)
            }
        }
        let magnitude: Double
        if limbs.dropFirst().allSatisfy({ $0 == 0 }), limbs[0] <= 1 << 53, (0...22).contains(scale) {
            // Both operands are exact, so that the division rounds once.
            magnitude = Double(limbs[0]) / Self.powersOfTen[scale]
        } else {
            magnitude = Double("\(Self.digits(limbs))e\(-scale)") ?? .nan
        }
        return isNegative ? -magnitude : magnitude
    }

    /// The decimal digits of a number in limbs, least significant limb first.
    private static func digits(_ limbs: [UInt64]) -> String {
        let chunk: UInt64 = 10_000_000_000_000_000_000
        var limbs = limbs
        var text = ""
        repeat {
            var remainder: UInt64 = 0
            for index in limbs.indices.reversed() {
                (limbs[index], remainder) = chunk.dividingFullWidth((remainder, limbs[index]))
            }
            let digits = String(remainder)
            text = String(repeating: "0", count: 19 - digits.utf8.count) + digits + text
        } while limbs.contains { $0 != 0 }
        return text
    }
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
