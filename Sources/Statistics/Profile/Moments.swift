#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Count, mean, sum of squared deviations and range of finite numbers, mergeable without loss of accuracy
/// (Chan, Golub and LeVeque, 1979).
package struct Moments: Sendable, Equatable {
    package private(set) var count = 0
    package private(set) var mean = 0.0
    /// Sum of squared deviations from the mean; infinite when it overflows.
    package private(set) var squaredDeviations = 0.0
    /// Infinity when there is no value.
    package private(set) var minimum = Double.infinity
    /// Minus infinity when there is no value.
    package private(set) var maximum = -Double.infinity

    package static let zero = Moments()
    package init() {}

    package init(count: Int, mean: Double, squaredDeviations: Double, minimum: Double, maximum: Double) {
        self.count = count
        self.mean = mean
        self.squaredDeviations = squaredDeviations
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Sample variance (n - 1); nil below two values.
    package var variance: Double? { count > 1 ? squaredDeviations / Double(count - 1) : nil }
    /// Sample standard deviation (n - 1); nil below two values.
    package var standardDeviation: Double? { variance.map { sqrt($0) } }
    /// Standard deviation of the values themselves (n); nil without a value.
    package var populationStandardDeviation: Double? {
        count > 0 ? sqrt(squaredDeviations / Double(count)) : nil
    }

    package mutating func update(_ values: [Double]) {
        values.withUnsafeBufferPointer { update($0) }
    }

    /// Adds finite values: two passes over the block, then one merge.
    mutating func update(_ values: UnsafeBufferPointer<Double>) {
        guard !values.isEmpty else { return }
        let size = Double(values.count)
        var (low, high) = (values[0], values[0])
        for value in values {
            low = value < low ? value : low
            high = value > high ? value : high
        }
        var mean = Self.sum(values) { $0 } / size
        if !mean.isFinite { mean = Self.sum(values) { $0 / size } }
        // The mean lies between the extremes; rounding must not move it outside.
        mean = min(max(mean, low), high)
        let deviations = Self.sum(values) { ($0 - mean) * ($0 - mean) }
        merge(
            Moments(count: values.count, mean: mean, squaredDeviations: deviations, minimum: low, maximum: high))
    }

    package mutating func merge(_ other: Moments) {
        guard other.count > 0 else { return }
        guard count > 0 else {
            self = other
            return
        }
        let total = Double(count + other.count)
        let (own, their) = (Double(count) / total, Double(other.count) / total)
        let difference = other.mean - mean
        // Symmetric in both sides, so that merging commutes bit for bit, and free of needless overflow.
        squaredDeviations =
            (squaredDeviations + other.squaredDeviations)
            + difference * difference * (Double(count) * Double(other.count) / total)
        mean = mean * own + other.mean * their
        count += other.count
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
        mean = min(max(mean, minimum), maximum)
    }

    /// Four running sums: faster than one, and more accurate.
    @inline(__always)
    private static func sum(_ values: UnsafeBufferPointer<Double>, _ term: (Double) -> Double) -> Double {
        var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
        var index = 0
        while index &+ 4 <= values.count {
            a += term(values[index])
            b += term(values[index &+ 1])
            c += term(values[index &+ 2])
            d += term(values[index &+ 3])
            index &+= 4
        }
        while index < values.count {
            a += term(values[index])
            index &+= 1
        }
        return (a + b) + (c + d)
    }
}
