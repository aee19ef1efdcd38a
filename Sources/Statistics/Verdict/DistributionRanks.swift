/// Look-ups every comparison of two empirical distributions needs; all cost a binary search.
extension EmpiricalDistribution {
    /// Rows at or before `value`.
    package func rank(of value: Double) -> Int { rank(atIndex: firstIndex(after: value, from: 0)) }

    /// Rows among the first `index` points.
    func rank(atIndex index: Int) -> Int {
        guard let cumulative else { return index }
        return index == 0 ? 0 : cumulative[index - 1]
    }

    /// The first index whose point is greater than `value`, searched from `start` in growing steps.
    func firstIndex(after value: Double, from start: Int) -> Int {
        points.withUnsafeBufferPointer { points in
            var low = start
            var step = 1
            while low &+ step <= points.count, points[low &+ step &- 1] <= value {
                low &+= step
                step &*= 2
            }
            var high = min(low &+ step &- 1, points.count)
            while low < high {
                let middle = (low &+ high) / 2
                if points[middle] <= value { low = middle &+ 1 } else { high = middle }
            }
            return low
        }
    }

    /// The smallest point with at least `rank` rows at or before it; `rank` in 1...count.
    func value(atRank rank: Int) -> Double {
        guard let cumulative else { return points[rank - 1] }
        var low = 0
        var high = points.count - 1
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] < rank { low = middle + 1 } else { high = middle }
        }
        return points[low]
    }

    /// The inverse distribution function: the smallest point at or before which a share `p` of the rows lies.
    package func quantile(_ p: Double) -> Double {
        value(atRank: min(max(Int((p * Double(count)).rounded(.up)), 1), count))
    }

    /// Standard deviation (denominator n) of the values, limited to [low, high].
    func standardDeviation(low: Double, high: Double) -> Double {
        let origin = min(max(quantile(0.5), low), high)
        var sum = 0.0
        var squares = 0.0
        var before = 0
        for index in points.indices {
            let rank = cumulative?[index] ?? index + 1
            let distance = min(max(points[index], low), high) - origin
            let weight = Double(rank - before)
            sum += weight * distance
            squares += weight * distance * distance
            before = rank
        }
        let mean = sum / Double(count)
        return max(0, squares / Double(count) - mean * mean).squareRoot()
    }

    /// A spread that a few wild values cannot move, equal to the standard deviation for a normal column:
    /// the interquartile range / 1.349, or where half of the rows share one value the next wider quantile range
    /// that is not zero (80 % / 2.563, 90 % / 3.290, 98 % / 4.653), or the standard deviation; 0 for a constant.
    package var robustSpread: Double {
        for (p, width) in [(0.25, 1.349), (0.1, 2.563), (0.05, 3.290), (0.01, 4.653)] {
            let range = quantile(1 - p) - quantile(p)
            if range > 0, range.isFinite { return range / width }
        }
        let deviation = standardDeviation(low: -.infinity, high: .infinity)
        return deviation.isFinite ? deviation : 0
    }
}

/// Ranks in the pooled rows of two distributions.
enum PooledRanks {
    /// The smallest value with at least `rank` pooled rows at or before it; `rank` in 1...(n + m).
    static func value(_ a: EmpiricalDistribution, _ b: EmpiricalDistribution, atRank rank: Int) -> Double {
        if a.cumulative == nil, b.cumulative == nil { return selected(a.points, b.points, rank: rank) }
        func smallest(_ points: [Double]) -> Double {
            var low = 0
            var high = points.count
            while low < high {
                let middle = (low + high) / 2
                if a.rank(of: points[middle]) + b.rank(of: points[middle]) < rank {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            return low < points.count ? points[low] : .infinity
        }
        return min(smallest(a.points), smallest(b.points))
    }

    /// The `rank`-th smallest of two ascending arrays.
    private static func selected(_ a: [Double], _ b: [Double], rank: Int) -> Double {
        var low = max(0, rank - b.count)
        var high = min(rank, a.count)
        while low < high {
            let middle = (low + high) / 2
            if a[middle] < b[rank - middle - 1] { low = middle + 1 } else { high = middle }
        }
        let fromA = low > 0 ? a[low - 1] : -Double.infinity
        let fromB = rank - low > 0 ? b[rank - low - 1] : -Double.infinity
        return max(fromA, fromB)
    }
}
