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
                let n = xs.count
                let m = ys.count
                var i = 0
                var j = 0
                var gap = 0
                var previous = min(xs[0], ys[0])
                var total = 0.0
                while i < n, j < m {
                    // Partial sums over short stretches keep the rounding error of the long sum small.
                    var partial = 0.0
                    var left = min(4096, min(n &- i, m &- j))
                    while left > 0 {
                        let a = xs[i]
                        let b = ys[j]
                        let isX = a <= b
                        let value = isX ? a : b
                        let height = Double(gap)
                        partial += (squared ? height * height : abs(height)) * (value - previous)
                        previous = value
                        let step = isX ? 1 : 0
                        i &+= step
                        j &+= 1 &- step
                        gap &+= isX ? m : 0 &- n
                        left &-= 1
                    }
                    total += partial
                }
                let rest = i < n ? xs : ys
                var k = i < n ? i : j
                let step = i < n ? m : 0 - n
                while k < rest.count {
                    var partial = 0.0
                    let end = min(k + 4096, rest.count)
                    while k < end {
                        let height = Double(gap)
                        partial += (squared ? height * height : abs(height)) * (rest[k] - previous)
                        previous = rest[k]
                        gap &+= step
                        k &+= 1
                    }
                    total += partial
                }
                return total
            }
        }
    }
}
