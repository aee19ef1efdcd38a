#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The distribution of the one-sample statistic D_n, with the choice of formula made by Simard and L'Ecuyer,
/// "Computing the two-sided Kolmogorov-Smirnov distribution" (Journal of Statistical Software 39(11), 2011), as scipy's
/// `kstwo` draws the lines.
extension KolmogorovSmirnov {
    /// P(D_n >= d) for samples of n rows from a continuous distribution; NaN for n < 1.
    package static func kstwoSurvival(_ d: Double, _ n: Int) -> Double {
        guard n >= 1, !d.isNaN else { return .nan }
        let rows = Double(n)
        let t = rows * d
        if d >= 1 { return 0 }
        if t <= 0.5 { return 1 }
        if t <= 1 {
            // Ruben and Gambino: n! (2d - 1/n)^n.
            let logarithm =
                n <= 140
                ? Special.logFactorial(n) + rows * log((2 * t - 1) / rows)
                : Special.stirlingError(rows) + 0.5 * log(2 * Double.pi * rows) - rows + rows * log(2 * t - 1)
            return clip(-expm1(logarithm))
        }
        if t >= rows - 1 { return clip(2 * pow(1 - d, rows)) }
        if d >= 0.5 { return clip(2 * smirnovSurvival(n, d)) }
        let square = t * d
        if n <= 140 {
            // Here Pomeranz' recursion and Durbin's matrix give the same (exact) number: one of them is enough.
            return clip(square <= 4 ? 1 - durbin(n, d) : 2 * smirnovSurvival(n, d))
        }
        if square >= 370 { return 0 }
        if square >= 2.2 { return clip(2 * smirnovSurvival(n, d)) }
        if n <= 100_000, t * d.squareRoot() <= 1.4 { return clip(1 - durbin(n, d)) }
        return clip(1 - pelzGood(n, d))
    }

    private static func clip(_ probability: Double) -> Double { min(max(probability, 0), 1) }

    /// P(D_n+ >= d), the one-sided distribution: the sum of Birnbaum and Tingey (1951); all terms are positive.
    /// Above 10^6 rows the approximation exp(-(6 n d + 1)^2 / (18 n)).
    package static func smirnovSurvival(_ n: Int, _ d: Double) -> Double {
        guard n >= 1, !d.isNaN else { return .nan }
        if d <= 0 { return 1 }
        if d >= 1 { return 0 }
        let rows = Double(n)
        if n > 1_000_000 {
            let root = 6 * rows * d + 1
            return clip(exp(-root * root / (18 * rows)))
        }
        let excess = rows * d
        let last = Int((rows * (1 - d)).rounded(.down))
        // d / (d + j/n) C(n, j) (d + j/n)^j (1 - d - j/n)^(n - j)
        func term(_ j: Int) -> Double {
            let x = Double(j)
            let rest = rows - x
            let remaining = rest - excess
            if remaining <= 0 { return 0 }
            if j == 0 { return exp(rows * log1p(-d)) }
            let ratio = -excess / rest
            // The deviances of the binomial density, whose means j + nd and n - j - nd differ from j and n - j by nd.
            let exponent =
                rest == 0
                ? x * log(d + x / rows)
                : x * log1p(excess / x) + rest * log1p(ratio) + Special.stirlingError(rows)
                    - Special.stirlingError(x) - Special.stirlingError(rest)
            let scale = rest == 0 ? 1 : (rows / (2 * Double.pi * x * rest)).squareRoot()
            return exp(exponent) * scale * excess / (excess + x)
        }
        var sum = 0.0
        if n <= 1 << 15 {
            for j in 0...max(last, 0) { sum += term(j) }
            return clip(sum)
        }
        // The terms are a smooth function of j that vanishes with all derivatives at both ends, where the trapezoid
        // rule converges faster than any power: a stride leaves 14 digits.
        let stride = n >> 13
        var j = 0
        while j <= last {
            sum += term(j)
            j += stride
        }
        return clip(sum * Double(stride))
    }

    /// P(D_n < d): element (k, k) of n!/n^n H^n (Durbin 1973; Marsaglia, Tsang and Wang 2003).
    static func durbin(_ n: Int, _ d: Double) -> Double {
        let rows = Double(n)
        let t = rows * d
        let k = Int(t.rounded(.up))
        let size = 2 * k - 1
        let h = Double(k) - t
        var reciprocal = [Double](repeating: 1, count: size + 2)
        for i in 1..<(size + 2) { reciprocal[i] = reciprocal[i - 1] / Double(i) }
        // H(i, j) = 1 / (i - j + 1)! on and below the first superdiagonal, with corrections in the first column and
        // last row.
        var matrix = [Double](repeating: 0, count: size * size)
        for i in 0..<size {
            for j in 0..<min(i + 2, size) { matrix[i * size + j] = reciprocal[i - j + 1] }
        }
        for i in 0..<size {
            let edge = (1 - pow(h, Double(i + 1))) * reciprocal[i + 1]
            matrix[i * size] = edge
            matrix[(size - 1) * size + (size - 1 - i)] = edge
        }
        let corner = 1 - 2 * pow(h, Double(size)) + (2 * h > 1 ? pow(2 * h - 1, Double(size)) : 0)
        matrix[(size - 1) * size] = corner * reciprocal[size]

        var power = ScaledMatrix(identity: size)
        var square = ScaledMatrix(size: size, values: matrix)
        var remaining = n
        while remaining > 0 {
            if remaining & 1 == 1 { power = power.times(square) }
            remaining >>= 1
            if remaining > 0 { square = square.times(square) }
        }
        let middle = power.values[(k - 1) * size + k - 1]
        if middle <= 0 { return 0 }
        // n! / n^n without the large logarithms cancelling: sqrt(2 pi n) e^(-n + error).
        let logarithm =
            log(middle) + power.exponent * 0.693_147_180_559_945_309_42 - rows
            + 0.5 * log(2 * Double.pi * rows) + Special.stirlingError(rows)
        return clip(exp(logarithm))
    }

    /// P(D_n < d), the expansion in powers of 1 / sqrt(n) of Pelz and Good (1976) to the order n^(-3/2).
    static func pelzGood(_ n: Int, _ d: Double) -> Double {
        let rows = Double(n)
        let z = rows.squareRoot() * d
        let z2 = z * z
        let z4 = z2 * z2
        let z6 = z4 * z2
        let pi2 = Double.pi * Double.pi
        let pi4 = pi2 * pi2
        let pi6 = pi4 * pi2
        if pi2 / (8 * z2) > 708 { return 0 }
        var k0 = 0.0
        var k1 = 0.0
        var k2 = 0.0
        var k3 = 0.0
        var k2Whole = 0.0
        var k3Whole = 0.0
        var k = Int((16 * z / Double.pi).rounded(.up))
        while k >= 1 {
            // Sums over half-integers (odd numbers over 2) and over whole numbers.
            let odd = Double(2 * k - 1)
            let s = odd * odd
            let s2 = s * s
            let s3 = s2 * s
            let weight = exp(-pi2 * s / (8 * z2))
            k0 += weight
            k1 += weight * (pi2 / 4 * s - z2)
            k2 += weight * (6 * z6 + 2 * z4 + (2 * z4 - 5 * z2) * pi2 / 4 * s + pi4 * (1 - 2 * z2) / 16 * s2)
            let b3 = pi2 * (135 * z4 - 96 * z6) / 4 * s
            let c3 = pi4 * (212 * z4 - 60 * z2) / 16 * s2
            let d3 = pi6 * (5 - 30 * z2) / 64 * s3
            k3 += weight * (-30 * z6 - 90 * z4 * z4 + b3 + c3 + d3)
            let whole = Double(k) * Double(k)
            let wholeWeight = exp(-pi2 * whole / (2 * z2))
            k2Whole += whole * wholeWeight
            k3Whole += (3 * z2 - pi2 * whole) * whole * wholeWeight
            k -= 1
        }
        let root = (2 * Double.pi).squareRoot()
        k0 *= root / z
        k1 *= root / (6 * z4)
        k2 = k2 * root / (72 * z6 * z) - k2Whole * pi2 * root / (36 * z2 * z)
        k3 = k3 * root / (6480 * z6 * z4) + k3Whole * pi2 * root / (216 * z6)
        let step = rows.squareRoot()
        return k0 + k1 / step + k2 / rows + k3 / (rows * step)
    }
}

/// A square matrix of non-negative numbers times a power of two, so that high powers neither overflow nor vanish.
private struct ScaledMatrix {
    let size: Int
    var values: [Double]
    var exponent: Double = 0

    init(size: Int, values: [Double]) {
        self.size = size
        self.values = values
    }

    init(identity size: Int) {
        self.size = size
        values = [Double](repeating: 0, count: size * size)
        for i in 0..<size { values[i * size + i] = 1 }
    }

    func times(_ other: ScaledMatrix) -> ScaledMatrix {
        var product = [Double](repeating: 0, count: size * size)
        let size = size
        values.withUnsafeBufferPointer { a in
            other.values.withUnsafeBufferPointer { b in
                product.withUnsafeMutableBufferPointer { c in
                    for i in 0..<size {
                        for l in 0..<size {
                            let factor = a[i &* size &+ l]
                            if factor == 0 { continue }
                            for j in 0..<size { c[i &* size &+ j] += factor * b[l &* size &+ j] }
                        }
                    }
                }
            }
        }
        var result = ScaledMatrix(size: size, values: product)
        result.exponent = exponent + other.exponent
        let middle = product[(size / 2) * size + size / 2]
        if middle > 0x1p128 {
            for i in result.values.indices { result.values[i] *= 0x1p-128 }
            result.exponent += 128
        }
        return result
    }
}
