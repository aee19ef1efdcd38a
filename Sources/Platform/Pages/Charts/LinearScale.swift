#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Maps values to positions and back to round numbers for ticks.
package struct LinearScale: Sendable {
    package let domain: ClosedRange<Double>
    /// Positions: where the ends of the domain are drawn.
    package let range: ClosedRange<Double>
    /// Whether the domain's lower end is drawn at the range's upper end, as values are that grow upwards.
    package let isReversed: Bool

    /// - Parameter domain: finite; widened when it is a point, or so narrow that doubles cannot divide it.
    package init(_ domain: ClosedRange<Double>, to range: ClosedRange<Double>, reversed: Bool = false) {
        let (low, high) = (domain.lowerBound, domain.upperBound)
        let size = max(low.magnitude, high.magnitude)
        if low.isFinite, high.isFinite, high / 2 - low / 2 > max(size * 1e-13, 1e-300) {
            self.domain = domain
        } else {
            let centre = low.isFinite ? low : 0
            let margin = max(centre.magnitude * 0.01, 0.5)
            let largest = Double.greatestFiniteMagnitude
            self.domain = max(-largest, centre - margin)...min(largest, centre + margin)
        }
        self.range = range
        isReversed = reversed
    }

    /// Within the range, also for values outside the domain and for what is no number.
    package func position(_ value: Double) -> Double {
        let (first, last) = isReversed ? (range.upperBound, range.lowerBound) : (range.lowerBound, range.upperBound)
        guard value.isFinite else { return value > 0 ? last : first }
        return first + share(value) * (last - first)
    }

    /// 0 at the lower end of the domain, 1 at the upper one. Computed with halves, because the width of a domain may be
    /// more than the largest double.
    private func share(_ value: Double) -> Double {
        let low = domain.lowerBound / 2
        return max(0, min(1, (value / 2 - low) / (domain.upperBound / 2 - low)))
    }

    /// About `count` round values inside the domain: multiples of 1, 2 or 5 times a power of ten.
    package func ticks(_ count: Int) -> [Double] {
        guard let step = RoundStep(dividing: domain, into: count) else {
            return [domain.lowerBound, domain.upperBound]
        }
        return step.multiples(
            from: step.index(domain.lowerBound, .up), through: step.index(domain.upperBound, .down))
    }
}

/// 1, 2 or 5 times a power of ten, and its multiples. They are computed from whole numbers: 0.3 is 3/10 and not
/// 3 * 0.1, which is another double.
package struct RoundStep: Sendable, Equatable {
    /// 1, 2 or 5.
    package let digit: Double
    package let exponent: Int

    /// The smallest one that cuts the domain into at most `count` parts.
    /// - Returns: nil when the domain is too narrow.
    package init?(dividing domain: ClosedRange<Double>, into count: Int) {
        let parts = Double(max(1, count))
        let rough = domain.upperBound / parts - domain.lowerBound / parts
        guard rough.isFinite, rough >= 1e-300 else { return nil }
        let power = Int(log10(rough).rounded(.down))
        // The logarithm of a power of ten may come out on either side of it.
        for exponent in [power - 1, power, power + 1] where exponent >= -305 {
            for digit in [1.0, 2, 5] where digit * pow(10, Double(exponent)) >= rough * (1 - 1e-12) {
                self.digit = digit
                self.exponent = exponent
                return
            }
        }
        return nil
    }

    package var value: Double { multiple(1) }

    package func multiple(_ index: Double) -> Double {
        exponent < 0 ? index * digit / pow(10, Double(-exponent)) : index * digit * pow(10, Double(exponent))
    }

    /// Which multiple a value is, rounded; one that it misses by a hair counts as reached.
    func index(_ value: Double, _ rule: FloatingPointRoundingRule) -> Double {
        let exact = value / self.value
        let nearest = exact.rounded()
        return (exact - nearest).magnitude <= max(1e-9, exact.magnitude * 1e-15) ? nearest : exact.rounded(rule)
    }

    /// At most 50, so that no mistake about a range makes a page of them.
    func multiples(from first: Double, through last: Double) -> [Double] {
        guard last >= first, last - first < 50 else { return [] }
        return (0...Int(last - first)).map { multiple(first + Double($0)) }.filter(\.isFinite)
    }

    /// Digits after the decimal point that its multiples need.
    package var places: Int { max(0, -exponent) }
}
