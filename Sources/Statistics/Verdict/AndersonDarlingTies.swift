#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The two-sample Anderson-Darling test on cells, with a null distribution that knows the ties.
///
/// With pooled cell counts h_k (shares), pooled distribution function H_k and D_k = F_k - G_k at the K - 1 inner
/// points,
///
///     Q = sum over k of D_k^2 / (H_k (1 - H_k)) * (h_k + h_(k+1)) / 2
///
/// the trapezoid form of Anderson and Darling's integral. Given the pooled rows, exchanging rows between the sides
/// gives cov(D_j, D_k) = c H_j (1 - H_k) for j <= k exactly, c = N^2 / ((N - 1) n m). So Q / c is close to a sum of
/// weighted chi-square variables whose weights are the eigenvalues of a K - 1 square matrix with a tridiagonal inverse.
/// Their cumulant generating function costs K steps, and the tail comes from Lugannani and Rice's saddlepoint formula
/// (D. Kuonen, "Saddlepoint approximations for distributions of quadratic forms in normal variables", 1999), which
/// keeps its relative accuracy far out. Nothing is assumed about continuity: a column of three values is as well
/// served.
struct AndersonDarlingTies {
    /// Q / c; its expectation without drift is about 1 (exactly the sum of the weights).
    private(set) var statistic = 0.0
    private(set) var pValue = 1.0

    /// Inverse covariance, scaled by the weights: diagonal and the square of the element below it.
    private var diagonal: [Double] = []
    private var coupling: [Double] = []

    /// - Parameters:
    ///   - gaps: F - G at the inner points.
    ///   - pooled: pooled rows per cell, one more than `gaps`, all positive.
    init(gaps: [Double], pooled: [Int], referenceCount: Int, currentCount: Int) {
        let total = Double(referenceCount + currentCount)
        let n = Double(referenceCount)
        let m = Double(currentCount)
        let shares = pooled.map { Double($0) / total }
        var before = 0
        var weights: [Double] = []
        var sum = 0.0
        for index in gaps.indices {
            before += pooled[index]
            let below = Double(before) / total
            let above = (total - Double(before)) / total
            let weight = (shares[index] + shares[index + 1]) / (2 * below * above)
            sum += weight * gaps[index] * gaps[index]
            weights.append(weight)
        }
        for index in weights.indices {
            diagonal.append((1 / shares[index] + 1 / shares[index + 1]) / weights[index])
            if index > 0 {
                coupling.append(1 / (shares[index] * shares[index]) / (weights[index - 1] * weights[index]))
            }
        }
        guard total > 1 else { return }
        statistic = sum * (total - 1) / total * n / total * m
        pValue = survival(statistic)
    }

    /// Cumulant generating function at s and its first two derivatives; nil beyond the pole.
    private func cumulants(_ s: Double) -> (value: Double, first: Double, second: Double)? {
        // det(M - 2 s I) by pivots p_k = (M_kk - 2 s) - b_k^2 / p_(k-1), with p' and p'' carried along.
        var (pivot, slope, bend) = (1.0, 0.0, 0.0)
        var (reference, value, first, second) = (1.0, 0.0, 0.0, 0.0)
        for index in diagonal.indices {
            let b = index == 0 ? 0 : coupling[index - 1]
            let ratio = b / (pivot * pivot)
            let nextBend = ratio * (bend - 2 * slope * slope / pivot)
            let nextSlope = -2 + ratio * slope
            pivot = diagonal[index] - 2 * s - b / pivot
            reference = diagonal[index] - b / reference
            guard pivot > 0 else { return nil }
            (slope, bend) = (nextSlope, nextBend)
            value -= 0.5 * log(pivot / reference)
            first -= 0.5 * slope / pivot
            second -= 0.5 * (bend / pivot - slope * slope / (pivot * pivot))
        }
        return (value, first, second)
    }

    /// P(sum of weighted chi-squares > q).
    private func survival(_ q: Double) -> Double {
        guard q > 0, let start = cumulants(0) else { return 1 }
        if diagonal.count == 1 { return erfc((q * diagonal[0] / 2).squareRoot()) }
        // The formula is 0/0 at the mean: step over it.
        let margin = 0.02 * start.second.squareRoot()
        if abs(q - start.first) < margin {
            let left = tail(start.first - margin)
            let right = tail(start.first + margin)
            return left + (right - left) * (q - start.first + margin) / (2 * margin)
        }
        return tail(q)
    }

    private func tail(_ q: Double) -> Double {
        var (low, high) = (-Double.infinity, Double.infinity)
        var s = 0.0
        var found = cumulants(0)
        for _ in 0..<200 {
            if let now = found {
                if abs(now.first - q) <= 1e-10 * q { break }
                if now.first < q { low = s } else { high = s }
                var next = s + (q - now.first) / now.second
                if !(next > low && next < high) {
                    next = low.isInfinite ? 2 * s - 1 : high.isInfinite ? 2 * s + 1 : (low + high) / 2
                }
                if next == s { break }
                s = next
            } else {
                high = s
                s = low.isInfinite ? s / 2 - 1 : (low + high) / 2
            }
            found = cumulants(s)
        }
        guard let at = found else { return 0 }
        let exponent = max(0, 2 * (s * q - at.value))
        let w = s < 0 ? -exponent.squareRoot() : exponent.squareRoot()
        let v = s * at.second.squareRoot()
        guard w != 0, v / w > 0 else { return 0.5 }
        return min(max(Distributions.normalSurvival(w + log(v / w) / w), 0), 1)
    }
}
