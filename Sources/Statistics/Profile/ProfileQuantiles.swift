extension QuantileSketch {
    /// The smallest values at or below which at least the given shares of the rows lie (the inverse of the empirical
    /// distribution function, type 1 of Hyndman and Fan, 1996); nil without a value.
    /// - Parameter probabilities: 0 to 1; others are clamped.
    package func quantiles(_ probabilities: [Double]) -> [Double]? {
        guard let distribution, let cumulative = distribution.cumulative else { return nil }
        return probabilities.map { probability in
            let target = max(1, Int((min(max(probability, 0), 1) * Double(count)).rounded(.up)))
            var (low, high) = (0, cumulative.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if cumulative[middle] < target { low = middle + 1 } else { high = middle }
            }
            return distribution.points[low]
        }
    }

    /// The sketch as levels whose items stand for 2^level rows each, as other tools store a KLL sketch.
    package var weightedLevels: [[Double]] {
        guard isTable else { return levels.map(\.items) }
        var result: [[Double]] = []
        for (value, rows) in zip(values, counts) {
            for height in 0..<(Int.bitWidth - rows.leadingZeroBitCount) where rows >> height & 1 == 1 {
                while result.count <= height { result.append([]) }
                result[height].append(value)
            }
        }
        return result
    }

    /// Rows at or below each value, for values in ascending order; 0 before the first point.
    package func ranks(ascending queries: [Double]) -> [Int] {
        guard let distribution, let cumulative = distribution.cumulative else { return queries.map { _ in 0 } }
        var (index, seen) = (0, 0)
        return queries.map { query in
            while index < cumulative.count, distribution.points[index] <= query {
                seen = cumulative[index]
                index += 1
            }
            return seen
        }
    }
}

extension NumericProfile {
    /// Figures that come from another tool.
    /// - Parameters:
    ///   - moments: their count must be that of `quantiles`.
    ///   - fractional: how many of the values have a fractional part.
    package init(moments: Moments, quantiles: QuantileSketch, fractional: Int) {
        var state = State(moments: moments, quantiles: quantiles)
        state.fractional = fractional
        self.init(state: state)
    }
}

extension CategoryProfile {
    /// Counts that come from another tool; not for text.
    /// - Parameter frequent: of the capacity `categoryCapacity`.
    package init(frequent: FrequentItems) { self.init(frequent: frequent, sketch: nil, lengths: nil) }
}
