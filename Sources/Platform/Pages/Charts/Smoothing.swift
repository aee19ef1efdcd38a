/// Exponential smoothing of a series of values.
package enum Smoothing {
    /// The exponentially weighted mean of the values up to each one, corrected for its beginning at zero:
    ///
    ///     s_n = (1 - w) * sum over i = 1...n of w^(n - i) * x_i / (1 - w^n)
    ///
    /// This is what TensorBoard and MLflow draw. Values that are not finite are no part of the mean and stay where they
    /// are. A constant series stays as it is, rather than to shake in the last digit.
    /// - Parameter weight: 0 (as it is) up to, but not, 1.
    package static func exponential(_ values: [Double], weight: Double) -> [Double] {
        guard weight > 0, weight < 1 else { return values }
        let finite = values.filter(\.isFinite)
        guard let first = finite.first, finite.contains(where: { $0 != first }) else { return values }
        var mean = 0.0
        var remaining = 1.0
        return values.map { value in
            guard value.isFinite else { return value }
            mean = mean * weight + (1 - weight) * value
            remaining *= weight
            return mean / (1 - remaining)
        }
    }
}
