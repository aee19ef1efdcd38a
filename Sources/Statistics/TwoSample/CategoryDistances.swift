#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Distances between two distributions over the same categories, given as counts or shares of equal length.
extension Distances {
    /// The Jensen-Shannon distance, the root of the mean Kullback-Leibler divergence from the mixture, as
    /// `scipy.spatial.distance.jensenshannon`. In [0, sqrt(log_base 2)]; NaN when a side adds up to 0.
    /// - Parameter base: of the logarithm; nil is e.
    package static func jensenShannon(_ p: [Double], _ q: [Double], base: Double? = nil) -> Double {
        let (first, second) = (shares(p), shares(q))
        let mixture = zip(first, second).map { ($0 + $1) / 2 }
        var divergence =
            NumPy.sum(zip(first, mixture).map(relativeEntropy))
            + NumPy.sum(zip(second, mixture).map(relativeEntropy))
        if let base { divergence /= log(base) }
        // Rounding may leave a tiny negative number for equal shares.
        return (divergence < 0 ? 0 : divergence / 2).squareRoot()
    }

    /// The largest difference between the shares of a category.
    package static func chebyshev(_ p: [Double], _ q: [Double]) -> Double {
        zip(shares(p), shares(q)).reduce(0) { $1.0.isNaN || $1.1.isNaN ? .nan : max($0, abs($1.0 - $1.1)) }
    }

    /// The total variation distance: half the sum of the differences between shares; the share of rows that would
    /// have to change category.
    package static func totalVariation(_ p: [Double], _ q: [Double]) -> Double {
        NumPy.sum(zip(shares(p), shares(q)).map { abs($0 - $1) }) / 2
    }

    private static func shares(_ counts: [Double]) -> [Double] {
        let total = NumPy.sum(counts)
        return counts.map { $0 / total }
    }

    /// x ln(x / y), 0 for x = 0; near x = y by the logarithm of 1 plus their relative difference.
    private static func relativeEntropy(_ x: Double, _ y: Double) -> Double {
        if x.isNaN || y.isNaN { return .nan }
        if x == 0 { return 0 }
        let ratio = x / y
        return ratio > 0.5 && ratio < 2 ? x * log1p((x - y) / y) : x * log(ratio)
    }
}

/// The population stability index as Steward defines it.
package enum PopulationStability {
    /// A share below this is raised to it, so that an empty bin costs much but not infinitely much.
    static let floor = 1e-4

    /// The inner edges of the bins: the reference's deciles without repetitions and without the first and the last
    /// one, whose bins are open. Nil when fewer than two bins remain.
    /// - Parameter reference: ascending.
    package static func innerEdges(_ reference: SortedSample) -> [Double]? {
        var edges: [Double] = []
        for decile in 0...10 {
            let edge = NumPy.percentile(reference.values, Double(10 * decile))
            if edges.last != edge { edges.append(edge) }
        }
        guard edges.count >= 3 else { return nil }
        return Array(edges[1..<(edges.count - 1)])
    }

    /// sum (c - r) ln(c / r) over the bins (-inf, e1), [e1, e2), ..., [ek, inf), with r and c the shares of both sides.
    /// Nil when the reference has fewer than two bins or a sample is empty.
    package static func index(_ reference: SortedSample, _ current: SortedSample) -> Double? {
        guard reference.count > 0, current.count > 0, let edges = innerEdges(reference) else { return nil }
        let r = shares(reference, edges)
        let c = shares(current, edges)
        return NumPy.sum(zip(r, c).map { ($1 - $0) * log($1 / $0) })
    }

    private static func shares(_ sample: SortedSample, _ edges: [Double]) -> [Double] {
        var below = 0
        var shares: [Double] = []
        for edge in edges + [.infinity] {
            var low = below
            var high = sample.count
            while low < high {
                let middle = (low + high) / 2
                if sample.values[middle] < edge { low = middle + 1 } else { high = middle }
            }
            shares.append(max(Double(low - below) / Double(sample.count), floor))
            below = low
        }
        return shares
    }
}
