#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An axis of a chart: where values are drawn, and the marks that say what they are.
package struct ChartAxis: Sendable {
    package enum Scale: String, Sendable {
        case linear
        /// To base 10. Values that are not positive have no place on it.
        case logarithmic
    }

    /// What the values are, which decides where ticks stand and how they read.
    package enum Kind: String, Sendable {
        case number
        /// Whole numbers: steps of a training run.
        case step
        /// Milliseconds since 1970, read in UTC.
        case time
        /// Milliseconds since something began.
        case elapsed
    }

    package struct Tick: Sendable, Equatable {
        package let value: Double
        package let label: String
        /// What the label leaves out and is the same for the following ticks, on a second line: the day.
        package let context: String?

        init(_ value: Double, _ label: String, context: String? = nil) {
            self.value = value
            self.label = label
            self.context = context
        }
    }

    package let kind: Kind
    package let scale: Scale
    /// Of the values; on a logarithmic scale of their logarithms.
    private let linear: LinearScale
    /// In rising order, within the domain.
    package let ticks: [Tick]

    /// - Parameters:
    ///   - values: what is shown; numbers that are none are left out, and on a logarithmic scale what is not positive.
    ///   - pixels: where the ends are drawn.
    ///   - count: about how many ticks there is room for.
    ///   - isNice: whether the domain is widened to the ticks around the values, so that the outermost ticks enclose
    ///     them.
    package init(
        _ values: some Sequence<Double>, kind: Kind = .number, scale: Scale = .linear, pixels: ClosedRange<Double>,
        count: Int, isNice: Bool = false, reversed: Bool = false
    ) {
        self.kind = kind
        self.scale = scale
        var low = Double.infinity
        var high = -Double.infinity
        for value in values where value.isFinite && (scale == .linear || value > 0) {
            low = min(low, value)
            high = max(high, value)
        }
        if low > high { (low, high) = scale == .linear ? (0, 1) : (1, 10) }
        let place = { (domain: ClosedRange<Double>) in LinearScale(domain, to: pixels, reversed: reversed) }
        switch (scale, kind) {
        case (.logarithmic, _):
            (linear, ticks) = Self.logarithmic(low...high, count, isNice: isNice, place)
        case (.linear, .time), (.linear, .elapsed):
            linear = place(low...high)
            ticks = TimeTicks.ticks(linear.domain, count: count, isElapsed: kind == .elapsed)
        case (.linear, .number), (.linear, .step):
            (linear, ticks) = Self.linear(low...high, kind, count, isNice: isNice, place)
        }
    }

    /// The ends: of the values, not of their logarithms.
    package var domain: ClosedRange<Double> {
        guard scale == .logarithmic else { return linear.domain }
        // Rounding may lead out of the doubles at either end.
        let low = max(.leastNonzeroMagnitude, pow(10, linear.domain.lowerBound))
        return low...max(low, min(.greatestFiniteMagnitude, pow(10, linear.domain.upperBound)))
    }

    package var pixels: ClosedRange<Double> { linear.range }

    /// Whether values grow towards the range's lower end, as on an upright axis.
    var isReversed: Bool { linear.isReversed }

    /// - Returns: nil for what has no place here.
    package func position(_ value: Double) -> Double? {
        guard value.isFinite else { return nil }
        guard scale == .logarithmic else { return linear.position(value) }
        return value > 0 ? linear.position(log10(value)) : nil
    }

    /// Whether the axis begins elsewhere than at zero, which readers of a height must know.
    package var isBroken: Bool { scale == .linear && !linear.domain.contains(0) }

    private static func linear(
        _ range: ClosedRange<Double>, _ kind: Kind, _ count: Int, isNice: Bool,
        _ place: (ClosedRange<Double>) -> LinearScale
    ) -> (LinearScale, [Tick]) {
        var scale = place(range)
        guard var step = RoundStep(dividing: scale.domain, into: count) else { return (scale, ends(scale)) }
        if isNice {
            // A finer step is worth a few ticks more when it leaves less of the picture empty.
            let finer = RoundStep(dividing: scale.domain, into: count + 2) ?? step
            let enclosings = [step, finer].map { ($0, $0.enclosing(scale.domain)) }
            let best = enclosings.min { $0.1.emptiness(scale.domain, count) < $1.1.emptiness(scale.domain, count) }
            if let best, best.1.low.isFinite, best.1.high.isFinite {
                step = best.0
                scale = place(min(best.1.low, range.lowerBound)...max(best.1.high, range.upperBound))
            }
        }
        if kind == .step, step.exponent < 0 { step = .one }
        let values = step.multiples(
            from: step.index(scale.domain.lowerBound, .up), through: step.index(scale.domain.upperBound, .down))
        guard !values.isEmpty else { return (scale, ends(scale)) }
        let labels = TickLabels.numbers(values, step: step)
        return (scale, zip(values, labels).map { Tick($0, $1) })
    }

    private static func ends(_ scale: LinearScale) -> [Tick] {
        [scale.domain.lowerBound, scale.domain.upperBound].map { Tick($0, ChartNumber.short($0)) }
    }

    private static func logarithmic(
        _ range: ClosedRange<Double>, _ count: Int, isNice: Bool, _ place: (ClosedRange<Double>) -> LinearScale
    ) -> (LinearScale, [Tick]) {
        let marks = LogarithmicTicks(range, count: count)
        let ends = isNice ? marks.around : range
        let scale = place(log10(ends.lowerBound)...log10(ends.upperBound))
        let shown = marks.values.filter { log10($0) >= scale.domain.lowerBound && log10($0) <= scale.domain.upperBound }
        return (scale, shown.map { Tick($0, TickLabels.number($0)) })
    }
}

extension RoundStep {
    fileprivate static let one = RoundStep(digit: 1, exponent: 0)

    private init(digit: Double, exponent: Int) {
        self.digit = digit
        self.exponent = exponent
    }

    /// The multiples around a range.
    fileprivate struct Enclosing {
        let low: Double
        let high: Double
        let intervals: Double

        /// How much of the picture is empty, as a share of the range; intervals beyond `count` cost, too.
        func emptiness(_ range: ClosedRange<Double>, _ count: Int) -> Double {
            let width = range.upperBound / 2 - range.lowerBound / 2
            return (high / 2 - low / 2) / width - 1 + 0.08 * max(0, intervals - Double(count))
        }
    }

    fileprivate func enclosing(_ range: ClosedRange<Double>) -> Enclosing {
        let (first, last) = (index(range.lowerBound, .down), index(range.upperBound, .up))
        return Enclosing(low: multiple(first), high: multiple(last), intervals: last - first)
    }
}

/// Round numbers for a logarithmic axis: 1, 2 and 5 times powers of ten when there are few powers, powers of ten alone
/// when there are more, and every so many of them when there are many.
struct LogarithmicTicks {
    let values: [Double]
    /// The range, widened to the nearest marks or, where there are not all of them, powers of ten.
    let around: ClosedRange<Double>

    /// - Parameter range: positive.
    init(_ range: ClosedRange<Double>, count: Int) {
        let low = log10(range.lowerBound)
        let high = log10(range.upperBound)
        let decades = high - low
        let digits: [Double] = decades * 3 <= Double(count) ? [1, 2, 5] : [1]
        let stride = max(1, Int((decades / Double(max(1, count))).rounded(.up)))
        let exponents = (Int(low.rounded(.down)) - 1)...(Int(high.rounded(.up)) + 1)
        // Doubles end at 4.9e-324 and 1.8e308.
        let marks = exponents.flatMap { exponent in digits.map { (exponent, Self.power($0, exponent)) } }
            .filter { $0.1 > 0 && $0.1.isFinite }
        let below = marks.last { $0.1 <= range.lowerBound * (1 + 1e-12) }?.1 ?? range.lowerBound
        let above = marks.first { $0.1 >= range.upperBound * (1 - 1e-12) }?.1 ?? range.upperBound
        values = marks.filter { $0.0.isMultiple(of: stride) && $0.1 >= below && $0.1 <= above }.map(\.1)
        around = min(below, range.lowerBound)...max(above, range.upperBound)
    }

    private static func power(_ digit: Double, _ exponent: Int) -> Double {
        exponent < 0 ? digit / pow(10, Double(-exponent)) : digit * pow(10, Double(exponent))
    }
}
