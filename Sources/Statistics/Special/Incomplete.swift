#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

extension Special {
    /// Enough steps for parameters around 1e10; convergence needs about the root of the parameter.
    private static let stepLimit = 2_000_000
    /// Replaces a zero denominator in a continued fraction.
    private static let tiny = 1e-300

    /// P(a, x), the regularised lower incomplete gamma function (DLMF 8.2.4), for a > 0 and x >= 0.
    package static func lowerGamma(_ a: Double, _ x: Double) -> Double {
        gammaPair(a, x).lower
    }

    /// Q(a, x) = 1 - P(a, x), accurate where it is small.
    package static func upperGamma(_ a: Double, _ x: Double) -> Double {
        gammaPair(a, x).upper
    }

    private static func gammaPair(_ a: Double, _ x: Double) -> (lower: Double, upper: Double) {
        guard a > 0, x >= 0 else { return (.nan, .nan) }
        if x == 0 { return (0, 1) }
        if x.isInfinite { return a.isInfinite ? (.nan, .nan) : (1, 0) }
        if a.isInfinite { return (0, 1) }
        let density = poissonDensity(a, mean: x)
        if x < a + 1 {
            // x^a e^-x / Gamma(a + 1) * (1 + x / (a + 1) + x^2 / ((a + 1)(a + 2)) + ...): DLMF 8.11.4.
            var sum = 1.0
            var term = 1.0
            var n = a
            for _ in 0..<stepLimit {
                n += 1
                term *= x / n
                sum += term
                if term < 1e-17 * sum { break }
            }
            let lower = min(density * sum, 1)
            return (lower, 1 - lower)
        }
        // Legendre's continued fraction (DLMF 8.9.2), modified Lentz.
        var b = x + 1 - a
        var c = 1 / tiny
        var d = 1 / b
        var h = d
        for i in 1..<stepLimit {
            let k = Double(i)
            let numerator = -k * (k - a)
            b += 2
            d = numerator * d + b
            if abs(d) < tiny { d = tiny }
            c = b + numerator / c
            if abs(c) < tiny { c = tiny }
            d = 1 / d
            let factor = d * c
            h *= factor
            if abs(factor - 1) < 2e-16 { break }
        }
        let upper = min(density * a * h, 1)
        return (1 - upper, upper)
    }

    /// I_x(a, b), the regularised incomplete beta function (DLMF 8.17), for a, b > 0.
    /// - Parameters:
    ///   - x: in [0, 1].
    ///   - y: 1 - x, given separately so that neither end loses digits.
    package static func regularisedBeta(_ a: Double, _ b: Double, x: Double, y: Double) -> Double {
        guard a > 0, b > 0, x >= 0, y >= 0 else { return .nan }
        if x == 0 { return 0 }
        if y == 0 { return 1 }
        // The fraction converges fast on the near side of the mean; the far side is reached by symmetry.
        if x > (a + 1) / (a + b + 2) { return 1 - betaFraction(b, a, x: y, y: x) }
        return betaFraction(a, b, x: x, y: y)
    }

    /// DLMF 8.17.22, modified Lentz.
    private static func betaFraction(_ a: Double, _ b: Double, x: Double, y: Double) -> Double {
        // x^a y^b / (a B(a, b)) by way of the binomial density.
        let front = binomialDensity(a, rest: b, p: x, q: y) * (b / (a + b))
        if front == 0 { return 0 }
        var c = 1.0
        var d = 1 - (a + b) * x / (a + 1)
        if abs(d) < tiny { d = tiny }
        d = 1 / d
        var h = d
        for i in 1..<stepLimit {
            let m = Double(i)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 + even * d
            if abs(d) < tiny { d = tiny }
            c = 1 + even / c
            if abs(c) < tiny { c = tiny }
            d = 1 / d
            h *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 + odd * d
            if abs(d) < tiny { d = tiny }
            c = 1 + odd / c
            if abs(c) < tiny { c = tiny }
            d = 1 / d
            let factor = d * c
            h *= factor
            if abs(factor - 1) < 2e-16 { break }
        }
        return min(front * h, 1)
    }
}
