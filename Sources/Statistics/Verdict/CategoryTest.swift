#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The two-sample test on a 2 x K table of counts. Both rows are samples: the reference is not taken for the truth.
///
/// Two categories: Fisher's hypergeometric distribution with mid-p (half of the observed table's probability),
/// two-sided by distance from the expectation. More: Pearson's chi-square when every expected count is at least 5;
/// otherwise the same statistic against its permutation distribution (seeded, at most 999 tables with the same margins,
/// mid-p); for very wide or large sparse tables against a gamma distribution with the permutation distribution's exact
/// mean and variance.
enum CategoryTest {
    struct Answer {
        var named: (name: String, statistic: Double, pValue: Double)
    }

    /// - Parameter reference, current: rows per category; categories without a row are allowed.
    static func run(_ reference: [Int], _ current: [Int], seed: UInt64) -> Answer {
        let used = reference.indices.filter { reference[$0] + current[$0] > 0 }
        let r = used.map { reference[$0] }
        let c = used.map { reference[$0] + current[$0] }
        let n = r.reduce(0, +)
        let total = c.reduce(0, +)
        guard c.count > 1, n > 0, n < total else { return Answer(named: ("chi_square", 0, 1)) }
        let statistic = chiSquare(r, c, n: n, total: total)
        if c.count == 2 {
            let smallest = min(c[0], c[1], n, total - n)
            if smallest <= 20_000 {
                return Answer(named: ("fisher_mid_p", statistic, midP(r[0], c[0], n: n, total: total)))
            }
        }
        let expected = Double(c.min() ?? 0) * Double(min(n, total - n)) / Double(total)
        let degrees = Double(c.count - 1)
        if expected >= 5 {
            let p = Distributions.chiSquareSurvival(statistic, degrees: degrees)
            return Answer(named: ("chi_square", statistic, p))
        }
        let gamma = gammaTail(statistic, c, n: n, total: total)
        guard c.count <= 400, total <= 20_000 else {
            return Answer(named: ("chi_square_moments", statistic, gamma))
        }
        let p = permuted(statistic, c, n: n, total: total, tail: gamma, seed: seed)
        return Answer(named: ("chi_square_permutation", statistic, p))
    }

    /// Pearson's statistic: N^2 / (n m) * sum over categories of (r - c n / N)^2 / c.
    private static func chiSquare(_ r: [Int], _ c: [Int], n: Int, total: Int) -> Double {
        let share = Double(n) / Double(total)
        var sum = 0.0
        for index in c.indices {
            let difference = Double(r[index]) - Double(c[index]) * share
            sum += difference * difference / Double(c[index])
        }
        return sum / (share * (1 - share))
    }

    /// P(|X - mean| > |x - mean|) + P(equal) / 2 for the hypergeometric X, from ratios of neighbouring probabilities.
    private static func midP(_ x: Int, _ c: Int, n: Int, total: Int) -> Double {
        let low = max(0, c + n - total)
        let high = min(c, n)
        let mean = Double(c) * Double(n) / Double(total)
        let mode = min(max(Int(Double(c + 1) * Double(n + 1) / Double(total + 2)), low), high)
        // Relative to the mode's probability, so that nothing overflows.
        let observed = abs(Double(x) - mean)
        let tolerance = 1e-9 * max(1, mean)
        var (all, beyond, equal) = (0.0, 0.0, 0.0)
        func add(_ k: Int, _ weight: Double) {
            all += weight
            let distance = abs(Double(k) - mean)
            if distance > observed + tolerance {
                beyond += weight
            } else if distance >= observed - tolerance {
                equal += weight
            }
        }
        add(mode, 1)
        var weight = 1.0
        var k = mode
        while k < high, weight > 0 {
            weight *= Double(c - k) / Double(k + 1) * (Double(n - k) / Double(total - c - n + k + 1))
            k += 1
            add(k, weight)
        }
        weight = 1
        k = mode
        while k > low, weight > 0 {
            weight *= Double(k) / Double(c - k + 1) * (Double(total - c - n + k) / Double(n - k + 1))
            k -= 1
            add(k, weight)
        }
        return min(1, (beyond + equal / 2) / all)
    }

    /// Tail of the gamma distribution whose mean and variance are the statistic's over all tables with these margins.
    ///
    /// With S = sum r^2 / c and f_i = n(n-1)...(n-i+1) / N(N-1)...(N-i+1), the moments follow from
    /// E[r_j(r_j-1).. r_k(r_k-1)..] = c_j(c_j-1).. c_k(c_k-1).. f_(a+b) (J. Haldane, Biometrika 31, 1940).
    private static func gammaTail(_ statistic: Double, _ c: [Int], n: Int, total: Int) -> Double {
        let categories = Double(c.count)
        let size = Double(total)
        let degrees = categories - 1
        let mean = size * degrees / max(1, size - 1)
        var variance = 2 * degrees
        if total >= 4, total <= 30_000_000 {
            var f: [Double] = [1]
            for step in 0..<4 { f.append(f[step] * Double(n - step) / Double(total - step)) }
            let sum = size - categories
            var squares = 0.0
            var diagonal = 0.0
            for count in c {
                let x = Double(count)
                squares += (x - 1) * (x - 1)
                let fourth = (x - 1) * (x - 2) * (x - 3) / x * f[4]
                diagonal += fourth + 6 * (x - 1) * (x - 2) / x * f[3] + 7 * (x - 1) / x * f[2] + f[1] / x
            }
            let pairs =
                f[4] * (sum * sum - squares) + 2 * f[3] * (categories - 1) * sum + categories * degrees * f[2]
            let expectation = f[2] * sum + f[1] * categories
            let share = Double(n) / size
            let scale = 1 / (share * (1 - share))
            let exact = (pairs + diagonal - expectation * expectation) * scale * scale
            if exact > 0 { variance = exact }
        }
        return Distributions.chiSquareSurvival(
            statistic * 2 * mean / variance, degrees: max(1e-3, 2 * mean * mean / variance))
    }

    /// Share of random tables with a larger statistic, ties counted half; stops early when the answer is clearly large
    /// (J. Besag, P. Clifford, Biometrika 78, 1991). Where fewer than ten tables exceed, the gamma tail refines the
    /// answer.
    private static func permuted(
        _ statistic: Double, _ c: [Int], n: Int, total: Int, tail: Double, seed: UInt64
    ) -> Double {
        let order = c.indices.sorted { (c[$0], $0) > (c[$1], $1) }
        let counts = order.map { c[$0] }
        let share = Double(n) / Double(total)
        let tolerance = 1e-9 * (1 + statistic)
        var digest = Digest(seed: seed)
        for count in counts { digest.add(count) }
        digest.add(n)
        digest.add(statistic)
        var random = SeededRandom(seed: digest.value)
        let tables = 999
        var (drawn, exceeding) = (0, 0.0)
        while drawn < tables, exceeding < 100 {
            var (left, population) = (n, total)
            var sum = 0.0
            for count in counts {
                let r = Hypergeometric.draw(count, successes: left, population: population, &random)
                left -= r
                population -= count
                let difference = Double(r) - Double(count) * share
                sum += difference * difference / Double(count)
            }
            let value = sum / (share * (1 - share))
            if value > statistic + tolerance {
                exceeding += 1
            } else if value >= statistic - tolerance {
                exceeding += 0.5
            }
            drawn += 1
        }
        if drawn < tables { return exceeding / Double(drawn) }
        let p = (exceeding + 0.5) / Double(tables + 1)
        return exceeding < 10 ? min(p, max(tail, 0)) : p
    }
}
