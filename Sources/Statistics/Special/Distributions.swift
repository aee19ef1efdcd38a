#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Tail probabilities of the distributions that two-sample tests refer to. NaN in, NaN out.
package enum Distributions {
    /// P(Z <= z) for a standard normal Z.
    package static func normalCumulative(_ z: Double) -> Double { 0.5 * erfc(-z * 0.5.squareRoot()) }

    /// P(Z > z) for a standard normal Z; keeps its digits to z = 38.
    package static func normalSurvival(_ z: Double) -> Double { 0.5 * erfc(z * 0.5.squareRoot()) }

    package static func normalDensity(_ z: Double) -> Double { exp(-0.5 * z * z - Special.logRootTwoPi) }

    /// The z with P(Z <= z) = p; -infinity at 0, infinity at 1, NaN outside [0, 1].
    package static func normalQuantile(_ p: Double) -> Double {
        guard p >= 0, p <= 1 else { return .nan }
        if p > 0.5 { return p == 1 ? .infinity : -normalQuantile(1 - p) }
        if p == 0 { return -.infinity }
        if p == 0.5 { return 0 }
        // Newton on ln P(Z > t) = ln p for t = -z >= 0. The function is concave, so after one step the iterates fall
        // towards the root; the limit keeps P(Z > t) above 0.
        let target = log(p)
        var t = min((-2 * target).squareRoot(), 37.5)
        for _ in 0..<60 {
            let tail = normalSurvival(t)
            let step = (log(tail) - target) * tail / normalDensity(t)
            t = min(t + step, 38.4)
            if abs(step) <= 1e-15 * abs(t) { break }
        }
        return -t
    }

    /// P(X > x) for a chi-square variable. `degrees` > 0, need not be whole.
    package static func chiSquareSurvival(_ x: Double, degrees: Double) -> Double {
        if x.isNaN || degrees.isNaN || degrees < 0 { return .nan }
        if x <= 0 { return 1 }
        if degrees == 0 { return 0 }
        return Special.upperGamma(degrees / 2, x / 2)
    }

    /// P(X <= x) for a chi-square variable.
    package static func chiSquareCumulative(_ x: Double, degrees: Double) -> Double {
        if x.isNaN || degrees.isNaN || degrees < 0 { return .nan }
        if x <= 0 { return 0 }
        if degrees == 0 { return 1 }
        return Special.lowerGamma(degrees / 2, x / 2)
    }

    /// P(T > t) for Student's t. `degrees` > 0, need not be whole; infinity is the normal distribution.
    package static func studentTSurvival(_ t: Double, degrees: Double) -> Double {
        if t.isNaN || !(degrees > 0) { return .nan }
        if degrees.isInfinite { return normalSurvival(t) }
        if t == 0 { return 0.5 }
        if t.isInfinite { return t > 0 ? 0 : 1 }
        // T^2 / (degrees + T^2) is beta distributed. Ratios, because t * t may overflow.
        let ratio = t / degrees * t
        let x = 1 / (1 + ratio)
        let y = ratio.isInfinite ? 1 : ratio / (1 + ratio)
        let tail = 0.5 * Special.regularisedBeta(degrees / 2, 0.5, x: x, y: y)
        return t > 0 ? tail : 1 - tail
    }

    /// P(|T| > |t|) for Student's t.
    package static func studentTTwoSided(_ t: Double, degrees: Double) -> Double {
        2 * studentTSurvival(abs(t), degrees: degrees)
    }

    /// P(F > f) for Fisher's F with positive degrees of freedom.
    package static func fSurvival(_ f: Double, numerator: Double, denominator: Double) -> Double {
        if f.isNaN || !(numerator > 0) || !(denominator > 0) { return .nan }
        if f <= 0 { return 1 }
        if f.isInfinite { return 0 }
        let ratio = numerator * f / denominator
        if ratio.isInfinite { return 0 }
        return Special.regularisedBeta(denominator / 2, numerator / 2, x: 1 / (1 + ratio), y: ratio / (1 + ratio))
    }
}
