import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Shares of both sides per bin, and the distances evidently computes from them.
struct EvidentlyBins {
    var reference: [Double]
    var current: [Double]

    /// A numeric column with more than this many distinct reference values is cut into bins.
    static let distinctValues = 20

    /// Sturges bins of the pooled values for a numeric column with more than 20 distinct reference values, else one bin
    /// per distinct value or category. Shares are of all values of a side.
    init(_ values: ColumnPair.Values) throws(Failure) {
        if case .numeric(let x, let y) = values, Self.distinct(x.sorted, moreThan: Self.distinctValues) {
            let edges = try Self.sturges(pooled: x.values + y.values, isInteger: x.isInteger && y.isInteger)
            reference = NumPy.histogram(x.values, edges).map { Double($0) / Double(x.count) }
            current = NumPy.histogram(y.values, edges).map { Double($0) / Double(y.count) }
        } else {
            let merged = MergedCounts(values)
            let (n, m) = (Double(merged.referenceTotal), Double(merged.currentTotal))
            reference = merged.counts.map { Double($0.reference) / n }
            current = merged.counts.map { Double($0.current) / m }
        }
    }

    static func distinct(_ sample: SortedSample, moreThan limit: Int) -> Bool {
        var count = 0
        var previous = Double.nan
        for value in sample.values where value != previous {
            count += 1
            if count > limit { return true }
            previous = value
        }
        return false
    }

    /// numpy's Sturges edges; a range that overflows is numpy's error.
    static func sturges(pooled: [Double], isInteger: Bool) throws(Failure) -> [Double] {
        let (low, high) = pooled.reduce((Double.infinity, -Double.infinity)) { (min($0.0, $1), max($0.1, $1)) }
        guard (high - low).isFinite else { throw Failure(.invalid, "the range of the values is not a finite number") }
        return try NumPy.sturgesEdges(pooled, isInteger: isInteger)
    }

    /// Per side, empty bins get a millionth of the smallest non-empty share if that is at most 0.0001, else 0.0001.
    /// Nothing is renormalised.
    func filled() -> EvidentlyBins {
        func fill(_ shares: [Double]) -> [Double] {
            let smallest = shares.filter { $0 != 0 }.min() ?? 0
            let filler = smallest <= 0.0001 ? smallest / 1e6 : 0.0001
            return shares.map { $0 == 0 ? filler : $0 }
        }
        var copy = self
        copy.reference = fill(reference)
        copy.current = fill(current)
        return copy
    }

    /// sum (r - c) ln(r / c) over the filled shares.
    var psi: Double {
        NumPy.sum(zip(reference, current).map { ($0 - $1) * log($0 / $1) })
    }

    /// scipy's `entropy(r, c)`: both sides renormalised, sum r ln(r / c).
    var kullbackLeibler: Double {
        let (p, q) = (Shares.normalised(reference), Shares.normalised(current))
        return NumPy.sum(zip(p, q).map(Shares.relativeEntropy))
    }

    var jensenShannon: Double { Shares.jensenShannon(reference, current) }
}

/// Arithmetic on shares that several of the reproduced tools have in common.
enum Shares {
    static func normalised(_ shares: [Double]) -> [Double] {
        let total = NumPy.sum(shares)
        return shares.map { $0 / total }
    }

    /// p ln(p / q), 0 at p = 0, infinite where only q is 0.
    static func relativeEntropy(_ p: Double, _ q: Double) -> Double {
        if p.isNaN || q.isNaN { return .nan }
        if p > 0, q > 0 { return p * log(p / q) }
        return p == 0 && q >= 0 ? 0 : .infinity
    }

    /// The Jensen-Shannon distance: the root of the mean divergence of both renormalised sides from their midpoint.
    /// - Parameter base: of the logarithm; nil is e (largest value sqrt(ln 2)), 2 gives values in [0, 1].
    static func jensenShannon(_ x: [Double], _ y: [Double], base: Double? = nil) -> Double {
        let (p, q) = (normalised(x), normalised(y))
        let middle = zip(p, q).map { ($0 + $1) / 2 }
        let left = NumPy.sum(zip(p, middle).map(relativeEntropy))
        let right = NumPy.sum(zip(q, middle).map(relativeEntropy))
        var divergence = left + right
        if let base { divergence /= log(base) }
        return (divergence / 2).squareRoot()
    }
}
