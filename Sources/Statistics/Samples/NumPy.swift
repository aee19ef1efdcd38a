#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The numpy 2.4 primitives other tools compute with, to the last bit: the order of additions is theirs.
package enum NumPy {
    /// `numpy.sum`: pairwise summation in row order (halves down to blocks of 128, eight accumulators each).
    package static func sum(_ values: [Double]) -> Double {
        values.withUnsafeBufferPointer { 0.0 + pairwise($0) { $0 } }
    }

    /// `numpy.mean`; NaN for no values.
    package static func mean(_ values: [Double]) -> Double { sum(values) / Double(values.count) }

    /// `numpy.var`: the squared deviations from the mean, summed, over max(n - ddof, 0).
    package static func variance(_ values: [Double], ddof: Int = 0) -> Double {
        let mean = mean(values)
        let squares = values.withUnsafeBufferPointer { buffer in
            0.0
                + pairwise(buffer) { value in
                    let deviation = value - mean
                    return deviation * deviation
                }
        }
        return squares / Double(max(values.count - ddof, 0))
    }

    /// The pairwise sum of `term` over the buffer.
    @inline(__always)
    static func pairwise(_ buffer: UnsafeBufferPointer<Double>, _ term: (Double) -> Double) -> Double {
        guard let base = buffer.baseAddress, buffer.count > 0 else { return 0 }
        // Halving by hand with a stack of partial sums: at most one entry per halving.
        var pending: [(start: Int, count: Int, left: Double?)] = [(0, buffer.count, nil)]
        var result: Double?
        while let top = pending.last {
            if let value = result {
                pending.removeLast()
                if let left = top.left {
                    result = left + value
                } else {
                    let half = halved(top.count)
                    pending.append((top.start, top.count, value))
                    pending.append((top.start + half, top.count - half, nil))
                    result = nil
                }
            } else if top.count <= 128 {
                pending.removeLast()
                result = block(base + top.start, top.count, term)
                if pending.isEmpty { break }
            } else {
                pending.append((top.start, halved(top.count), nil))
            }
        }
        return result ?? 0
    }

    private static func halved(_ count: Int) -> Int {
        let half = count / 2
        return half - half % 8
    }

    @inline(__always)
    private static func block(_ base: UnsafePointer<Double>, _ count: Int, _ term: (Double) -> Double) -> Double {
        if count < 8 {
            var sum = -0.0
            for i in 0..<count { sum += term(base[i]) }
            return sum
        }
        var r0 = term(base[0])
        var r1 = term(base[1])
        var r2 = term(base[2])
        var r3 = term(base[3])
        var r4 = term(base[4])
        var r5 = term(base[5])
        var r6 = term(base[6])
        var r7 = term(base[7])
        var i = 8
        while i < count - count % 8 {
            r0 += term(base[i])
            r1 += term(base[i + 1])
            r2 += term(base[i + 2])
            r3 += term(base[i + 3])
            r4 += term(base[i + 4])
            r5 += term(base[i + 5])
            r6 += term(base[i + 6])
            r7 += term(base[i + 7])
            i += 8
        }
        var sum = ((r0 + r1) + (r2 + r3)) + ((r4 + r5) + (r6 + r7))
        while i < count {
            sum += term(base[i])
            i += 1
        }
        return sum
    }

    /// `numpy.percentile(values, q)` with method "linear".
    /// - Parameters:
    ///   - sorted: ascending. NaN when empty.
    ///   - q: in [0, 100].
    package static func percentile(_ sorted: [Double], _ q: Double) -> Double {
        quantile(sorted, q / 100)
    }

    /// `numpy.quantile(values, p)` with method "linear"; p in [0, 1].
    package static func quantile(_ sorted: [Double], _ p: Double) -> Double {
        guard let last = sorted.last, !p.isNaN else { return .nan }
        let position = Double(sorted.count - 1) * p
        if position >= Double(sorted.count - 1) { return last }
        if position < 0 { return sorted[0] }
        let below = position.rounded(.down)
        let a = sorted[Int(below)]
        let b = sorted[Int(below) + 1]
        let t = position - below
        return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t
    }
}
