#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Special functions in double precision, built so that tails keep their relative accuracy (about 1e-13) down to
/// 1e-300.
///
/// Densities with large parameters are computed from Stirling's error and the deviance, not as differences of large
/// logarithms (C. Loader, "Fast and accurate computation of binomial probabilities", 2000).
package enum Special {
    static let logRootTwoPi = 0.918_938_533_204_672_741_78

    /// ln |Gamma(x)|.
    package static func logGamma(_ x: Double) -> Double {
        #if canImport(Glibc)
            // The re-entrant form: plain lgamma writes a global.
            var sign: Int32 = 0
            return lgamma_r(x, &sign)
        #else
            return lgamma(x)
        #endif
    }

    /// ln n!, for n >= 0.
    package static func logFactorial(_ n: Int) -> Double {
        guard n > 1 else { return 0 }
        let x = Double(n)
        return (x + 0.5) * log(x) - x + logRootTwoPi + stirlingError(x)
    }

    /// ln of the binomial coefficient; -infinity when it is 0.
    package static func logChoose(_ n: Int, _ k: Int) -> Double {
        guard k >= 0, k <= n else { return -.infinity }
        return logFactorial(n) - logFactorial(k) - logFactorial(n - k)
    }

    /// ln Gamma(x + 1) minus Stirling's formula (x + 1/2) ln x - x + ln sqrt(2 pi), for x > 0.
    package static func stirlingError(_ x: Double) -> Double {
        // Below 16 the series loses digits: walk up with the recurrence of the gamma function.
        var x = x
        var correction = 0.0
        while x < 16 {
            correction += (x + 0.5) * log1p(1 / x) - 1
            x += 1
        }
        let r = 1 / (x * x)
        let series =
            (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r * (1.0 / 1188 - r * 691.0 / 360360)))))
            / x
        return series + correction
    }

    /// x ln(x / mean) + mean - x, for x >= 0 and mean > 0: never negative, exact where x is near the mean.
    package static func deviance(_ x: Double, mean: Double) -> Double {
        if x == 0 { return mean }
        let difference = x - mean
        guard abs(difference) < 0.1 * (x + mean) else { return x * log(x / mean) - difference }
        // x ln(x / mean) = 2 x artanh(v) with v = (x - mean) / (x + mean).
        let v = difference / (x + mean)
        let square = v * v
        var sum = difference * v
        var power = 2 * x * v
        var k = 1.0
        while true {
            power *= square
            let next = sum + power / (2 * k + 1)
            if next == sum { return sum }
            sum = next
            k += 1
            if k > 1000 { return sum }
        }
    }

    /// mean^x e^(-mean) / Gamma(x + 1) for real x >= 0 and mean >= 0.
    package static func poissonDensity(_ x: Double, mean: Double) -> Double {
        if mean == 0 { return x == 0 ? 1 : 0 }
        if x == 0 { return exp(-mean) }
        if mean.isInfinite || x.isInfinite { return 0 }
        return exp(-stirlingError(x) - deviance(x, mean: mean)) / (2 * Double.pi * x).squareRoot()
    }

    /// Gamma(n + 1) / (Gamma(x + 1) Gamma(n - x + 1)) p^x q^(n - x) for real 0 <= x <= n.
    /// - Parameters:
    ///   - rest: n - x, given separately because the difference may have lost digits.
    ///   - q: 1 - p, given separately for the same reason.
    package static func binomialDensity(_ x: Double, rest: Double, p: Double, q: Double) -> Double {
        let n = x + rest
        if p == 0 { return x == 0 ? 1 : 0 }
        if q == 0 { return rest == 0 ? 1 : 0 }
        if x == 0 { return n == 0 ? 1 : exp(p < 0.1 ? n * log1p(-p) : n * log(q)) }
        if rest == 0 { return exp(q < 0.1 ? n * log1p(-q) : n * log(p)) }
        let exponent =
            stirlingError(n) - stirlingError(x) - stirlingError(rest)
            - deviance(x, mean: n * p) - deviance(rest, mean: n * q)
        return exp(exponent) * (n / (2 * Double.pi * x * rest)).squareRoot()
    }

    /// e^x K_order(x), the scaled modified Bessel function of the second kind, for x > 0.
    ///
    /// The trapezoid rule on K_v(x) = integral of exp(-x cosh t) cosh(v t) over t > 0, whose error falls as exp(-pi^2
    /// / step) (DLMF 10.32.9).
    package static func scaledBesselK(order: Double, _ x: Double) -> Double {
        guard x > 0 else { return x == 0 ? .infinity : .nan }
        // For large x the integrand is a bell of width 1 / sqrt(x).
        let step = min(0.125, 0.5 / x.squareRoot())
        var sum = 0.5
        var t = step
        while true {
            // cosh t - 1 = 2 sinh(t / 2)^2 keeps its digits for small t.
            let half = sinh(t / 2)
            let term = exp(-2 * x * half * half) * cosh(order * t)
            sum += term
            if term < 1e-17 * sum || t > 800 { return sum * step }
            t += step
        }
    }
}
