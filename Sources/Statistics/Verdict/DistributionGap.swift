import CKernels

/// What lies between two distribution functions, exactly and in one pass over both.
package struct DistributionGap: Sendable {
    /// Integral of |F - G|: the 1-Wasserstein distance, in the data's unit.
    package private(set) var area = 0.0
    /// Integral of F - G, which is mean(current) - mean(reference).
    package private(set) var signed = 0.0
    /// max |F - G|: the two-sample Kolmogorov-Smirnov statistic.
    package private(set) var largest = 0.0

    /// - Parameters:
    ///   - low, high: only the part between them counts; values outside count as lying on the border.
    package init(
        _ reference: EmpiricalDistribution, _ current: EmpiricalDistribution, low: Double = -.infinity,
        high: Double = .infinity
    ) {
        let first = min(reference.points[0], current.points[0])
        let last = max(reference.points[reference.points.count - 1], current.points[current.points.count - 1])
        let from = max(low, first)
        let to = min(high, last)
        guard from < to else { return }
        let a = (reference.firstIndex(after: from, from: 0), reference.firstIndex(after: to, from: 0))
        let b = (current.firstIndex(after: from, from: 0), current.firstIndex(after: to, from: 0))
        if reference.cumulative == nil, current.cumulative == nil {
            merge(reference, current, a, b, from: from, to: to)
        } else {
            mergeWeighted(reference, current, a, b, from: from, to: to)
        }
    }

    private mutating func merge(
        _ reference: EmpiricalDistribution, _ current: EmpiricalDistribution,
        _ a: (Int, Int), _ b: (Int, Int), from: Double, to: Double
    ) {
        let gap = reference.points.withUnsafeBufferPointer { x in
            current.points.withUnsafeBufferPointer { y in
                steward_gap_between(
                    x.baseAddress, a.0, a.1, 1 / Double(reference.count), y.baseAddress, b.0, b.1,
                    1 / Double(current.count), from, to)
            }
        }
        (area, signed, largest) = (gap.area, gap.sum, gap.largest)
    }

    private mutating func mergeWeighted(
        _ reference: EmpiricalDistribution, _ current: EmpiricalDistribution,
        _ a: (Int, Int), _ b: (Int, Int), from: Double, to: Double
    ) {
        var i = a.0
        var j = b.0
        let (endA, endB) = (a.1, b.1)
        var at = from
        while true {
            let p = i < endA ? reference.points[i] : Double.infinity
            let q = j < endB ? current.points[j] : Double.infinity
            let next = min(p, q, to)
            let gap =
                Double(reference.rank(atIndex: i)) / Double(reference.count)
                - Double(current.rank(atIndex: j)) / Double(current.count)
            let width = next - at
            signed += gap * width
            area += abs(gap) * width
            if width > 0 { largest = max(largest, abs(gap)) }
            at = next
            if i >= endA, j >= endB { break }
            i += p <= q ? 1 : 0
            j += q <= p ? 1 : 0
        }
    }
}
