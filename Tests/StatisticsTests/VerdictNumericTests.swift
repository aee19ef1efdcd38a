import Core
import Statistics
import Testing

private func distribution(_ values: [Double]) -> EmpiricalDistribution {
    EmpiricalDistribution(SortedSample(ascending: values.sorted()))
}

private func uniform(_ count: Int, seed: UInt64, shift: Double = 0, step: Double = 0) -> [Double] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in
        let value = random.uniform() + shift
        return step > 0 ? (value / step).rounded() * step : value
    }
}

@Suite("Evidence on numbers") struct VerdictNumericTests {
    let settings = VerdictSettings()

    @Test("area, signed area and largest gap equal their definitions, with and without ties", arguments: [0.0, 0.1])
    func gap(step: Double) {
        let a = uniform(501, seed: 1, step: step)
        let b = uniform(350, seed: 2, shift: 0.2, step: step)
        let gap = DistributionGap(distribution(a), distribution(b))
        let points = (a + b).sorted()
        var (area, signed, largest) = (0.0, 0.0, 0.0)
        for (left, right) in zip(points, points.dropFirst()) {
            let f = Double(a.count { $0 <= left }) / Double(a.count)
            let g = Double(b.count { $0 <= left }) / Double(b.count)
            area += abs(f - g) * (right - left)
            signed += (f - g) * (right - left)
            if right > left { largest = max(largest, abs(f - g)) }
        }
        #expect(abs(gap.area - area) < 1e-12)
        #expect(abs(gap.signed - signed) < 1e-12)
        #expect(abs(gap.largest - largest) < 1e-12)
        let mean = b.reduce(0, +) / Double(b.count) - a.reduce(0, +) / Double(a.count)
        #expect(abs(gap.signed - mean) < 1e-12)
    }

    @Test("weighted points give what the repeated values give")
    func weighted() throws {
        let a = uniform(400, seed: 3, step: 0.05)
        let b = uniform(300, seed: 4, shift: 0.1, step: 0.05)
        func counted(_ values: [Double]) -> EmpiricalDistribution {
            let points = Array(Set(values)).sorted()
            return EmpiricalDistribution(
                points: points, cumulative: points.map { point in values.count { $0 <= point } }, rankError: 0)
        }
        let plain = try Evidence.numeric(reference: distribution(a), current: distribution(b), settings: settings)
        let short = try Evidence.numeric(reference: counted(a), current: counted(b), settings: settings)
        #expect(abs(plain.estimate - short.estimate) < 1e-12)
        #expect(plain.pValue == short.pValue)
        #expect(plain.interval == short.interval)
        let mixed = try Evidence.numeric(reference: distribution(a), current: counted(b), settings: settings)
        #expect(mixed.pValue == plain.pValue)
    }

    @Test("the p-value is the share of permutations that do worse, ties or not", arguments: [0.0, 0.25, 0.5])
    func permutations(step: Double) {
        let a = uniform(40, seed: 11, step: step)
        let b = uniform(60, seed: 12, shift: 0.15, step: step)
        func statistic(_ x: [Double], _ y: [Double]) -> (Double, Double) {
            let test = Evidence.numericTest(reference: distribution(x), current: distribution(y))
            return (test.statistic, test.pValue)
        }
        let (observed, p) = statistic(a, b)
        var pooled = a + b
        var random = SeededRandom(seed: 5)
        var beyond = 0.0
        let runs = 4000
        for _ in 0..<runs {
            pooled.shuffle(using: &random)
            let (value, _) = statistic(Array(pooled[..<40]), Array(pooled[40...]))
            beyond += value > observed + 1e-9 ? 1 : value > observed - 1e-9 ? 0.5 : 0
        }
        #expect(abs(beyond / Double(runs) - p) < 0.012, "\(beyond / Double(runs)) \(p)")
    }

    @Test("tails stay far from 0 and fall with the shift")
    func tails() {
        var last = 1.0
        for shift in [0.05, 0.1, 0.2, 0.4, 0.8] {
            let p = Evidence.numericTest(
                reference: distribution(uniform(2000, seed: 6)),
                current: distribution(uniform(2000, seed: 7, shift: shift))
            ).pValue
            #expect(p < last)
            #expect(p > 0 || shift > 0.3)
            last = p
        }
        #expect(last < 1e-100)
    }

    @Test("a clear shift is drifted and told in words; the same data give the same figures")
    func shift() throws {
        let a = distribution(uniform(3000, seed: 8))
        let b = distribution(uniform(3000, seed: 9, shift: 0.1))
        let e = try Evidence.numeric(reference: a, current: b, settings: settings)
        let again = try Evidence.numeric(reference: a, current: b, settings: settings)
        #expect(e.interval == again.interval && e.noise95 == again.noise95)
        let verdict = Verdicts.decide([e], settings: settings)[0]
        #expect(verdict.verdict == .drifted)
        #expect(verdict.sentence.hasPrefix("moved up by 0.2"))
        #expect(e.interval.contains(0.1 / (0.5 / 1.349)))
        #expect(abs((e.distance ?? 0) - 0.1) < 0.02)
        #expect(e.noiseMean < e.noise95)
    }

    @Test("scale and place do not matter")
    func invariance() throws {
        let a = uniform(200, seed: 1)
        let b = uniform(150, seed: 2, shift: 0.1)
        let e = try Evidence.numeric(reference: distribution(a), current: distribution(b), settings: settings)
        let f = try Evidence.numeric(
            reference: distribution(a.map { $0 * 1e-9 }), current: distribution(b.map { $0 * 1e-9 }), settings: settings
        )
        #expect(abs(e.estimate - f.estimate) < 1e-9 && abs(e.pValue - f.pValue) < 1e-9)
    }

    @Test("one wild value neither makes nor hides drift")
    func wild() throws {
        let a = uniform(2000, seed: 1)
        var b = uniform(2000, seed: 2)
        b[0] = 1e300
        let e = try Evidence.numeric(reference: distribution(a), current: distribution(b), settings: settings)
        #expect(Verdicts.decide([e], settings: settings)[0].verdict == .stable)
    }

    @Test("odd columns are answered, not crashed on")
    func odd() throws {
        let constant = distribution([5, 5, 5])
        let same = try Evidence.numeric(reference: constant, current: distribution([5, 5]), settings: settings)
        #expect(same.estimate == 0 && same.pValue == 1 && same.interval == 0...0)
        let other = try Evidence.numeric(
            reference: distribution([Double](repeating: 5, count: 50)),
            current: distribution([Double](repeating: 7, count: 50)), settings: settings)
        #expect(other.estimate == 1 && other.pValue < 1e-10)
        let single = try Evidence.numeric(reference: distribution([1]), current: distribution([2]), settings: settings)
        #expect(single.pValue > 0.4)
        let varied = try Evidence.numeric(
            reference: constant, current: distribution([1, 2, 3, 4]), settings: settings)
        #expect(varied.estimate.isFinite)
        #expect(throws: Failure.self) {
            try Evidence.numeric(reference: distribution([]), current: constant, settings: settings)
        }
        #expect(throws: Failure.self) {
            try Evidence.numeric(
                reference: distribution([-1.7e308, 1.7e308]), current: constant, settings: settings)
        }
        for scale in [Double.leastNonzeroMagnitude, 1e-300, 1e290] {
            let e = try Evidence.numeric(
                reference: distribution((0..<30).map { Double($0) * scale }),
                current: distribution((0..<40).map { Double($0 + 3) * scale }), settings: settings)
            #expect(e.estimate.isFinite && (0...1).contains(e.pValue) && e.interval.upperBound.isFinite)
        }
    }

    @Test("few rows are undecided and say how many would do")
    func undecided() throws {
        let e = try Evidence.numeric(
            reference: distribution(uniform(10_000, seed: 1)), current: distribution(uniform(40, seed: 5)),
            settings: settings)
        let verdict = Verdicts.decide([e], settings: settings)[0]
        #expect(verdict.verdict == .undecided)
        let rows = try #require(verdict.rowsToSettle)
        #expect((100...5000).contains(rows))
        #expect(verdict.sentence.contains("\(rows)"))
        // With that many rows it is settled.
        let more = try Evidence.numeric(
            reference: distribution(uniform(10_000, seed: 1)), current: distribution(uniform(2 * rows, seed: 5)),
            settings: settings)
        #expect(Verdicts.decide([more], settings: settings)[0].verdict != .undecided)
    }

    @Test("dates of windows that follow each other are not judged")
    func dates() throws {
        let day = 86_400.0
        let a = distribution((0..<300).map { Double($0) * day / 10 })
        let later = distribution((0..<300).map { 40 * day + Double($0) * day / 10 })
        let e = try Evidence.numeric(reference: a, current: later, settings: settings, isDate: true)
        let verdict = Verdicts.decide([e], settings: settings)[0]
        #expect(verdict.verdict == .notComparable)
        #expect(verdict.sentence.contains("days"))
        let near = distribution((0..<300).map { 10 * day + Double($0) * day / 10 })
        let moved = try Evidence.numeric(reference: a, current: near, settings: settings, isDate: true)
        #expect(Verdicts.decide([moved], settings: settings)[0].sentence == "moved later by 10 days on average")
    }
}
