import Core

/// evidently's tests on numbers. Each takes the finite values of both sides; neither side is empty.
enum EvidentlyNumeric {
    typealias Sides = (reference: NumericSample, current: NumericSample)

    static func kolmogorovSmirnov(_ sides: Sides) throws(Failure) -> EvidentlyScore {
        let answer = try KolmogorovSmirnov.test(
            sides.reference.sorted, sides.current.sorted, alternative: .twoSided, calculation: .auto)
        return EvidentlyScore(statistic: answer.statistic, score: answer.pValue)
    }

    /// Student's t with pooled variance.
    static func student(_ sides: Sides) throws(Failure) -> EvidentlyScore {
        let answer = TTest.independent(sides.reference, sides.current, equalVariances: true)
        return EvidentlyScore(statistic: answer.statistic, score: answer.pValue)
    }

    /// One-sided: evidently asks whether the reference is stochastically smaller.
    static func mannWhitney(_ sides: Sides) throws(Failure) -> EvidentlyScore {
        let answer = try MannWhitney.test(sides.reference.sorted, sides.current.sorted, alternative: .less)
        return EvidentlyScore(statistic: answer.statistic, score: answer.pValue)
    }

    static func andersonDarling(_ sides: Sides) throws(Failure) -> EvidentlyScore {
        let lowest = min(sides.reference.sorted.values[0], sides.current.sorted.values[0])
        let highest = max(
            sides.reference.sorted.values[sides.reference.count - 1],
            sides.current.sorted.values[sides.current.count - 1])
        guard lowest < highest else {
            throw Failure(.invalid, "anderson_ksamp needs more than one distinct observation")
        }
        let answer = try AndersonDarling.kSample(sides.reference.sorted, sides.current.sorted)
        return EvidentlyScore(statistic: answer.statistic, score: answer.pValue)
    }

    static func eppsSingleton(_ sides: Sides) throws(Failure) -> EvidentlyScore {
        let pooled = SortedSample(sorting: sides.reference.values + sides.current.values)
        let spread = NumPy.percentile(pooled.values, 75) - NumPy.percentile(pooled.values, 25)
        guard spread != 0 else {
            throw Failure(
                .invalid,
                """
                Epps-Singleton testsinterquartile range (IQR) is zero. IQR of 0 means there is no variability in the \
                middle 50% of your data, but the center of the distribution can be anywhere. Expected: your data \
                sould have higher variability/variance.
                """)
        }
        // scipy answers NaN, not an error, when a side has fewer than 5 values.
        guard sides.reference.count >= 5, sides.current.count >= 5 else {
            return EvidentlyScore(statistic: .nan, score: .nan)
        }
        let answer = try EppsSingleton.test(sides.reference, sides.current)
        return EvidentlyScore(statistic: answer.statistic, score: answer.pValue)
    }

    /// The 1-Wasserstein distance in units of the reference's population standard deviation, at least 0.001.
    static func wasserstein(_ sides: Sides) -> EvidentlyScore {
        let deviation = NumPy.variance(sides.reference.values, ddof: 0).squareRoot()
        let distance = Distances.wasserstein(sides.reference.sorted, sides.current.sorted)
        return EvidentlyScore(score: distance / max(deviation, 0.001))
    }

    static func energy(_ sides: Sides) -> EvidentlyScore {
        EvidentlyScore(score: Distances.energy(sides.reference.sorted, sides.current.sorted))
    }

    /// Densities on Sturges bins of the *distinct* pooled values: sqrt(1 - sum sqrt(h1 h2) width).
    static func hellinger(_ sides: Sides) throws(Failure) -> EvidentlyScore {
        let distinct = distinctValues(sides.reference.sorted, sides.current.sorted)
        // evidently unites two Python sets: a value on both sides keeps the reference's type, and the edges are those
        // of integers if every value that is left is one.
        let isInteger =
            sides.reference.isInteger
            && (sides.current.isInteger || distinct.count == distinctValues(sides.reference.sorted).count)
        let edges = try EvidentlyBins.sturges(pooled: distinct, isInteger: isInteger)
        let x = density(sides.reference.values, edges)
        let y = density(sides.current.values, edges)
        let width = (edges[edges.count - 1] - edges[0]) / Double(edges.count - 1)
        var overlap = 0.0
        for (p, q) in zip(x, y) { overlap += (p * q).squareRoot() * width }
        return EvidentlyScore(score: (1 - min(max(overlap, 0), 1)).squareRoot())
    }

    private static func distinctValues(
        _ x: SortedSample, _ y: SortedSample = SortedSample(ascending: [])
    ) -> [Double] {
        var distinct: [Double] = []
        var (i, j) = (0, 0)
        while i < x.count || j < y.count {
            let value = i < x.count && (j >= y.count || x.values[i] <= y.values[j]) ? x.values[i] : y.values[j]
            while i < x.count, x.values[i] == value { i += 1 }
            while j < y.count, y.values[j] == value { j += 1 }
            distinct.append(value)
        }
        return distinct
    }

    /// numpy's `histogram(density: true)`.
    private static func density(_ values: [Double], _ edges: [Double]) -> [Double] {
        let counts = NumPy.histogram(values, edges)
        let total = Double(counts.reduce(0, +))
        return counts.indices.map { Double(counts[$0]) / (edges[$0 + 1] - edges[$0]) / total }
    }
}
