internal import CKernels

/// Distances between two empirical distributions on the line, by one merge of the sorted samples.
package enum Distances {
    /// The 1-Wasserstein distance, the integral of |F_x - F_y|, in the unit of the values. NaN when a sample is empty.
    package static func wasserstein(_ x: SortedSample, _ y: SortedSample) -> Double {
        guard x.count > 0, y.count > 0 else { return .nan }
        return integral(x, y, squared: false) / (Double(x.count) * Double(y.count))
    }

    /// The energy distance, sqrt(2 times the integral of (F_x - F_y)^2), in the root of the unit of the values.
    /// NaN when a sample is empty.
    package static func energy(_ x: SortedSample, _ y: SortedSample) -> Double {
        guard x.count > 0, y.count > 0 else { return .nan }
        let rows = Double(x.count) * Double(y.count)
        return 2.0.squareRoot() * (integral(x, y, squared: true) / rows / rows).squareRoot()
    }

    /// The integral of |n m (F_x - F_y)| or of its square.
    private static func integral(_ x: SortedSample, _ y: SortedSample, squared: Bool) -> Double {
        x.values.withUnsafeBufferPointer { xs in
            y.values.withUnsafeBufferPointer { ys in
                let (n, m) = (Int64(xs.count), Int64(ys.count))
                return squared
                    ? steward_gap_square_integral(xs.baseAddress, n, ys.baseAddress, m)
                    : steward_gap_integral(xs.baseAddress, n, ys.baseAddress, m)
            }
        }
    }
}
