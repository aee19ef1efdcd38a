package import Core

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

extension NumPy {
    /// `numpy.linspace(first, last, count)`: `count` points, both ends included.
    package static func linspace(_ first: Double, _ last: Double, _ count: Int) -> [Double] {
        guard count > 0 else { return [] }
        guard count > 1 else { return [first] }
        let delta = last - first
        let intervals = Double(count - 1)
        let step = delta / intervals
        var points = (0..<count).map { i in
            // A step that underflows is applied after the division instead.
            step == 0 ? Double(i) / intervals * delta + first : Double(i) * step + first
        }
        points[count - 1] = last
        return points
    }

    /// `numpy.histogram(values, edges)[0]`: bins are closed below and open above, the last one closed on both sides;
    /// values outside the edges and NaNs are dropped.
    /// - Parameter edges: at least two, ascending.
    package static func histogram(_ values: [Double], _ edges: [Double]) -> [Int] {
        guard edges.count >= 2 else { return [] }
        var counts = [Int](repeating: 0, count: edges.count - 1)
        let first = edges[0]
        let last = edges[edges.count - 1]
        for value in values where value >= first && value <= last {
            // Repeated edges: the value belongs to the last bin that begins with it.
            counts[min(upperBound(edges, value) - 1, edges.count - 2)] += 1
        }
        return counts
    }

    /// How many elements of an ascending array are at or below `value`.
    static func upperBound(_ ascending: [Double], _ value: Double) -> Int {
        var low = 0
        var high = ascending.count
        while low < high {
            let middle = (low + high) / 2
            if ascending[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// `numpy.histogram(values, bins)` with a number of bins: equal widths from the smallest to the largest value.
    ///
    /// numpy computes each index from the value's place in the range and then moves it by one where the edges disagree.
    /// - Throws: `invalid` when the range is too narrow for distinct edges ("Too many bins for data range").
    package static func histogramUniform(
        _ values: [Double], _ bins: Int
    ) throws(Failure) -> (counts: [Int], edges: [Double]) {
        let (first, last) = outerEdges(values)
        let edges = try uniformEdges(first, last, bins)
        return (histogramUniform(values, edges), edges)
    }

    /// The same for edges that come from `linspace`.
    package static func histogramUniform(_ values: [Double], _ edges: [Double]) -> [Int] {
        guard edges.count >= 2 else { return [] }
        let bins = edges.count - 1
        let first = edges[0]
        let last = edges[bins]
        let range = last - first
        var counts = [Int](repeating: 0, count: bins)
        for value in values where value >= first && value <= last {
            var index = Int((value - first) / range * Double(bins))
            if index == bins { index -= 1 }
            if value < edges[index] { index -= 1 }
            if value >= edges[index + 1], index != bins - 1 { index += 1 }
            counts[index] += 1
        }
        return counts
    }

    /// The edges numpy's "sturges" rule gives: width ptp / (log2 N + 1).
    /// - Parameters:
    ///   - pooled: the values, in any order.
    ///   - isInteger: numpy's integer type, whose bins are at least 1 wide.
    package static func sturgesEdges(_ pooled: [Double], isInteger: Bool) throws(Failure) -> [Double] {
        let (low, high) = extent(pooled)
        let width = pooled.isEmpty ? 0 : (high - low) / (log2(Double(pooled.count)) + 1)
        return try edges(pooled, width: width, isInteger: isInteger)
    }

    /// The edges numpy's "doane" rule gives: Sturges' width corrected for skewness.
    package static func doaneEdges(_ reference: [Double], isInteger: Bool = false) throws(Failure) -> [Double] {
        let count = Double(reference.count)
        var width = 0.0
        if reference.count > 2 {
            let spread = (6 * (count - 2) / ((count + 1) * (count + 3))).squareRoot()
            let sigma = variance(reference).squareRoot()
            if sigma > 0 {
                let mean = mean(reference)
                let cubes = reference.map { pow(($0 - mean) / sigma, 3) }
                let skewness = self.mean(cubes)
                let (low, high) = extent(reference)
                width = (high - low) / (1 + log2(count) + log2(1 + abs(skewness) / spread))
            }
        }
        return try edges(reference, width: width, isInteger: isInteger)
    }

    private static func edges(_ values: [Double], width: Double, isInteger: Bool) throws(Failure) -> [Double] {
        let (first, last) = outerEdges(values)
        var bins = 1.0
        if width > 0 {
            bins = ((last - first) / (isInteger && width < 1 ? 1 : width)).rounded(.up)
        }
        guard bins <= 1e8 else {
            throw Failure(.invalid, "Too many bins for data range. Cannot create \(bins) finite-sized bins.")
        }
        return try uniformEdges(first, last, max(Int(bins), 1))
    }

    private static func uniformEdges(_ first: Double, _ last: Double, _ bins: Int) throws(Failure) -> [Double] {
        let edges = linspace(first, last, bins + 1)
        for i in 1..<max(edges.count, 1) where !(edges[i - 1] < edges[i]) {
            throw Failure(.invalid, "Too many bins for data range. Cannot create \(bins) finite-sized bins.")
        }
        return edges
    }

    /// Smallest and largest value, half a unit apart from each other's middle when they are equal; 0...1 without
    /// values.
    private static func outerEdges(_ values: [Double]) -> (Double, Double) {
        if values.isEmpty { return (0, 1) }
        let (low, high) = extent(values)
        return low == high ? (low - 0.5, high + 0.5) : (low, high)
    }

    private static func extent(_ values: [Double]) -> (Double, Double) {
        var low = Double.infinity
        var high = -Double.infinity
        for value in values {
            low = min(low, value)
            high = max(high, value)
        }
        return values.isEmpty ? (0, 0) : (low, high)
    }
}
