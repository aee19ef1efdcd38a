import Core
import Platform
import Testing

/// Ranges of all sizes, from a fixed sequence of random numbers.
struct SampleRanges: Sequence, IteratorProtocol {
    private var state: UInt64 = 7
    private var left = 2000

    private mutating func unit() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) / 9_007_199_254_740_992
    }

    private mutating func value() -> Double {
        let power = (unit() * 36 - 18).rounded()
        let number = (unit() - 0.5) * 2
        return power < 0 ? number / tenTo(-power) : number * tenTo(power)
    }

    private func tenTo(_ power: Double) -> Double { (0..<Int(power)).reduce(1.0) { product, _ in product * 10 } }

    mutating func next() -> ClosedRange<Double>? {
        guard left > 0 else { return nil }
        left -= 1
        let (a, b) = (value(), left.isMultiple(of: 5) ? value() * 1e-6 : value())
        return left.isMultiple(of: 7) ? a...a : Swift.min(a, b)...Swift.max(a, b)
    }
}

@Suite struct AxisTests {
    private func axis(
        _ values: [Double], _ kind: ChartAxis.Kind = .number, _ scale: ChartAxis.Scale = .linear, count: Int = 5,
        isNice: Bool = true
    ) -> ChartAxis {
        ChartAxis(values, kind: kind, scale: scale, pixels: 10...310, count: count, isNice: isNice)
    }

    @Test func roundTicksEncloseTheValuesAndRise() {
        for range in SampleRanges() {
            let axis = axis([range.lowerBound, range.upperBound])
            let values = axis.ticks.map(\.value)
            #expect(values.count >= 2 && values.count <= 9, "\(range): \(values)")
            #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 }, "\(range): \(values)")
            // But for a hair, which no picture shows.
            let hair = (values.last! / 2 - values.first! / 2) * 1e-7
            #expect(values.first! <= range.lowerBound + hair, "\(range): \(values)")
            #expect(values.last! >= range.upperBound - hair, "\(range): \(values)")
            #expect(Set(axis.ticks.map(\.label)).count == axis.ticks.count, "\(range): \(axis.ticks.map(\.label))")
        }
    }

    /// 1, 2 or 5 times a power of ten.
    @Test func stepsAreRound() throws {
        for range in SampleRanges() where range.lowerBound < range.upperBound {
            let step = try #require(RoundStep(dividing: range, into: 5))
            #expect([1, 2, 5].contains(step.digit))
            let parts = (range.upperBound - range.lowerBound) / step.value
            #expect(parts <= 5 + 1e-9 && parts > 1.9, "\(range): \(step)")
        }
    }

    @Test func ticksAreTheDecimalNumbersTheySay() {
        #expect(axis([0, 0.5]).ticks.map(\.value) == [0, 0.1, 0.2, 0.3, 0.4, 0.5])
        #expect(axis([0, 0.5]).ticks.map(\.label) == ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"])
        #expect(axis([-3, 4]).ticks.map(\.label) == ["-4", "-2", "0", "2", "4"])
        #expect(axis([0, 5_000_000]).ticks.map(\.label) == ["0", "1M", "2M", "3M", "4M", "5M"])
        #expect(axis([0, 20_000]).ticks.map(\.label) == ["0", "5k", "10k", "15k", "20k"])
        #expect(axis([0, 2e-7]).ticks.map(\.label) == ["0", "5e-8", "1e-7", "1.5e-7", "2e-7"])
        #expect(axis([1e9, 1e9 + 2]).ticks.map(\.label).first == "1000000000.0")
    }

    @Test func positionsRiseWithValuesAndStayInThePicture() {
        for range in SampleRanges() {
            let axis = axis([range.lowerBound, range.upperBound])
            let middle = range.lowerBound / 2 + range.upperBound / 2
            let places = [range.lowerBound, middle, range.upperBound].compactMap { axis.position($0) }
            #expect(places.count == 3)
            #expect(places.allSatisfy { $0 >= 10 && $0 <= 310 }, "\(range): \(places)")
            #expect(places[0] <= places[1] && places[1] <= places[2], "\(range): \(places)")
        }
    }

    @Test func extremesHavePlacesAndTicks() {
        let largest = Double.greatestFiniteMagnitude
        let smallest = Double.leastNonzeroMagnitude
        let samples: [[Double]] = [
            [], [0], [.nan], [.infinity, -.infinity], [largest], [-largest, largest], [smallest], [0, smallest],
            [1, 1 + 2e-16], [1e300, 2e300], [-100 * smallest, 100 * smallest], [.nan, 3, .infinity],
        ]
        for values in samples {
            for scale in [ChartAxis.Scale.linear, .logarithmic] {
                for kind in [ChartAxis.Kind.number, .step, .time, .elapsed] {
                    let axis = axis(values, kind, scale)
                    #expect(axis.domain.lowerBound.isFinite && axis.domain.upperBound.isFinite, "\(values)")
                    let places = axis.ticks.map { axis.position($0.value) } + values.map { axis.position($0) }
                    #expect(
                        places.allSatisfy { $0.map { $0 >= 10 && $0 <= 310 } ?? true }, "\(values), \(scale), \(kind)")
                }
            }
        }
    }

    @Test func logarithmicTicksAreRoundAndEncloseTheValues() {
        #expect(axis([1, 1000], scale: .logarithmic).ticks.map(\.label) == ["1", "10", "100", "1,000"])
        #expect(axis([1, 9], scale: .logarithmic).ticks.map(\.label) == ["1", "2", "5", "10"])
        for range in SampleRanges() {
            let values = [abs(range.lowerBound), abs(range.upperBound)].filter { $0 > 0 }
            let axis = axis(values, scale: .logarithmic)
            let ticks = axis.ticks.map(\.value)
            #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0 < $1 }, "\(values): \(ticks)")
            #expect(ticks.count >= 2 && ticks.count <= 13, "\(values): \(ticks)")
            guard let low = values.min(), let high = values.max(), let first = ticks.first, let last = ticks.last else {
                continue
            }
            // Where only every so many powers of ten have ticks, the next one may lie outside.
            let step = ticks[1] / first > 50 ? ticks[1] / first : 1
            #expect(first <= low * step * (1 + 1e-9) && last >= high / step * (1 - 1e-9), "\(values): \(ticks)")
            #expect(axis.domain.lowerBound <= low * (1 + 1e-9) && axis.domain.upperBound >= high * (1 - 1e-9))
        }
    }

    private func axis(_ values: [Double], scale: ChartAxis.Scale) -> ChartAxis { axis(values, .number, scale) }

    @Test func whatIsNotPositiveHasNoPlaceOnALogarithmicAxis() {
        let axis = axis([-5, 0, 1, 100], scale: .logarithmic)
        #expect(axis.position(0) == nil && axis.position(-5) == nil)
        #expect(axis.position(1) == 10)
        #expect(axis.position(100) == 310)
        #expect(axis.position(10) == 160)
    }

    @Test func stepsOfARunHaveNoFractions() {
        #expect(axis([0, 1], .step, isNice: false).ticks.map(\.label) == ["0", "1"])
        #expect(axis([0, 2], .step, isNice: false).ticks.map(\.label) == ["0", "1", "2"])
    }

    // MARK: time

    private func times(_ from: String, _ to: String, count: Int = 5) throws -> [ChartAxis.Tick] {
        let ends = try [from, to].map { text in
            Double(try #require(Timestamp(rfc3339: text)).milliseconds)
        }
        return axis(ends, .time, count: count, isNice: false).ticks
    }

    @Test func momentsAreRoundInUTC() throws {
        #expect(
            try times("2026-11-26T09:05:03Z", "2026-11-26T09:05:08Z").map(\.label)
                == ["09:05:03", "09:05:04", "09:05:05", "09:05:06", "09:05:07", "09:05:08"])
        #expect(
            try times("2026-11-26T22:10:00Z", "2026-11-27T02:40:00Z").map(\.label)
                == ["23:00", "00:00", "01:00", "02:00"])
        #expect(
            try times("2026-11-26T22:10:00Z", "2026-11-27T02:40:00Z").map(\.context)
                == ["Nov 26, 2026", "Nov 27, 2026", nil, nil])
        #expect(
            try times("2025-12-30T12:00:00Z", "2026-01-03T12:00:00Z").map(\.label)
                == ["Dec 31", "Jan 1", "Jan 2", "Jan 3"])
        #expect(
            try times("2025-12-30T12:00:00Z", "2026-01-03T12:00:00Z").map(\.context) == ["2025", "2026", nil, nil])
        #expect(try times("2026-02-10T00:00:00Z", "2026-06-20T00:00:00Z").map(\.label) == ["Mar", "Apr", "May", "Jun"])
        #expect(
            try times("2019-05-01T00:00:00Z", "2026-06-20T00:00:00Z").map(\.label) == ["2020", "2022", "2024", "2026"])
    }

    /// Mondays, for distances of weeks.
    @Test func weeksBeginOnMonday() throws {
        #expect(
            try times("2026-11-01T00:00:00Z", "2026-12-05T00:00:00Z").map(\.label)
                == ["Nov 2", "Nov 9", "Nov 16", "Nov 23", "Nov 30"])
    }

    @Test func timeTicksLieWithinTheDomainAndRise() throws {
        for exponent in 0...13 {
            for start in [0.0, 951_782_400_123, 1_764_100_000_001] {
                let width = (0..<exponent).reduce(1.0) { product, _ in product * 10 }
                let axis = axis([start, start + width * 3], .time, isNice: false)
                let values = axis.ticks.map(\.value)
                #expect(values.allSatisfy { axis.domain.contains($0) })
                #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 })
                #expect(values.count <= 12, "\(start) + 3e\(exponent): \(axis.ticks.map(\.label))")
                if exponent > 0 { #expect(!values.isEmpty, "\(start) + 3e\(exponent)") }
            }
        }
    }

    @Test func durationsAreRound() {
        let axis = axis([0, 7_000_000], .elapsed, count: 4, isNice: false)
        #expect(axis.ticks.map(\.label) == ["0", "30 min", "1 h", "1 h 30 min"])
    }
}
