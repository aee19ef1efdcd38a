/// Decimal numbers as correctly rounded doubles.
enum JSONDecimal {
    private static let powersOfTen: InlineArray<23, Double> = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// 5^0 to 5^27, all that fit into 64 bits.
    private static let powersOfFive: InlineArray<28, UInt64> = [
        1, 5, 25, 125, 625, 3125, 15625, 78125, 390_625, 1_953_125, 9_765_625, 48_828_125, 244_140_625, 1_220_703_125,
        6_103_515_625, 30_517_578_125, 152_587_890_625, 762_939_453_125, 3_814_697_265_625, 19_073_486_328_125,
        95_367_431_640_625, 476_837_158_203_125, 2_384_185_791_015_625, 11_920_928_955_078_125, 59_604_644_775_390_625,
        298_023_223_876_953_125, 1_490_116_119_384_765_625, 7_450_580_596_923_828_125,
    ]

    /// `digits` * 10^`exponent`, correctly rounded (to nearest, ties to even); nil for exponents that need more than
    /// the exact 128-bit arithmetic used here (beyond -27...27).
    @inline(__always)
    static func double(_ digits: UInt64, exponent: Int) -> Double? {
        // Both sides are exact doubles, so that their product or quotient is rounded once (Clinger, "How to read
        // floating point numbers accurately", 1990).
        if digits <= 1 << 53, exponent >= -22, exponent <= 22 {
            let number = Double(digits)
            return exponent < 0 ? number / powersOfTen[-exponent] : number * powersOfTen[exponent]
        }
        return exact(digits, exponent: exponent)
    }

    private static func exact(_ digits: UInt64, exponent: Int) -> Double? {
        guard digits != 0 else { return 0 }
        guard exponent >= -27, exponent <= 27 else { return nil }
        var significand: UInt64
        var scale: Int
        if exponent >= 0 {
            let product = UInt128(digits) &* UInt128(powersOfFive[exponent])
            // The top 64 bits; the lowest of them also stands for whatever is below.
            let shift = product.leadingZeroBitCount
            let top = product << UInt128(shift)
            significand = UInt64(truncatingIfNeeded: top >> 64)
            if UInt64(truncatingIfNeeded: top) != 0 { significand |= 1 }
            scale = exponent + 64 - shift
        } else {
            let power = powersOfFive[-exponent]
            let dividendShift = digits.leadingZeroBitCount
            let divisorShift = power.leadingZeroBitCount
            let dividend = digits << UInt64(dividendShift)
            // Half the dividend is below the divisor, so the quotient fits; it has 63 or 64 bits.
            let (quotient, remainder) = (power << UInt64(divisorShift)).dividingFullWidth(
                (dividend >> 1, dividend << 63))
            significand = remainder == 0 ? quotient : quotient | 1
            scale = divisorShift - dividendShift - 63 + exponent
        }
        // The significand has at least ten bits more than a double: rounding it is rounding the number. The scale is
        // far from the ends of the exponent's range.
        return Double(significand) * Double(bitPattern: UInt64(1023 + scale) << 52)
    }
}
