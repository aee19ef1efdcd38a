extension Distributions {
    /// P(X = k) when `draws` are taken without replacement from `population`, of which `successes` count.
    /// 0 outside the support; NaN for impossible parameters.
    package static func hypergeometricDensity(_ k: Int, population: Int, successes: Int, draws: Int) -> Double {
        guard population >= 0, (0...population).contains(successes), (0...population).contains(draws) else {
            return .nan
        }
        let failures = population - successes
        guard k >= max(0, draws - failures), k <= min(draws, successes) else { return 0 }
        guard draws > 0 else { return 1 }
        let p = Double(draws) / Double(population)
        let q = Double(population - draws) / Double(population)
        // The quotient of three binomial densities with the same p: the powers of p cancel (Loader, 2000).
        let chosen = Special.binomialDensity(Double(k), rest: Double(successes - k), p: p, q: q)
        let others = Special.binomialDensity(Double(draws - k), rest: Double(failures - draws + k), p: p, q: q)
        let all = Special.binomialDensity(Double(draws), rest: Double(population - draws), p: p, q: q)
        return chosen * others / all
    }

    /// P(X <= k).
    package static func hypergeometricCumulative(_ k: Int, population: Int, successes: Int, draws: Int) -> Double {
        // Counting the failures drawn instead turns the lower tail into an upper one.
        hypergeometricSurvival(
            draws - k - 1, population: population, successes: population - successes, draws: draws)
    }

    /// P(X > k), summed from the tail's largest term outwards; 1 minus the other tail where this one holds the mode.
    package static func hypergeometricSurvival(_ k: Int, population: Int, successes: Int, draws: Int) -> Double {
        guard population >= 0, (0...population).contains(successes), (0...population).contains(draws) else {
            return .nan
        }
        let lowest = max(0, draws - (population - successes))
        let highest = min(draws, successes)
        if k < lowest { return 1 }
        if k >= highest { return 0 }
        let mode = Int((Double(draws) + 1) * (Double(successes) + 1) / (Double(population) + 2))
        if k + 1 <= mode {
            return 1 - lowerTail(k, population: population, successes: successes, draws: draws)
        }
        var term = hypergeometricDensity(k + 1, population: population, successes: successes, draws: draws)
        var sum = term
        var i = k + 1
        let failures = population - successes
        while i < highest, term > 1e-18 * sum {
            let up = Double(successes - i) * Double(draws - i)
            term *= up / (Double(i + 1) * Double(failures - draws + i + 1))
            sum += term
            i += 1
        }
        return min(sum, 1)
    }

    private static func lowerTail(_ k: Int, population: Int, successes: Int, draws: Int) -> Double {
        var term = hypergeometricDensity(k, population: population, successes: successes, draws: draws)
        var sum = term
        var i = k
        let failures = population - successes
        let lowest = max(0, draws - failures)
        while i > lowest, term > 1e-18 * sum {
            let down = Double(i) * Double(failures - draws + i)
            term *= down / (Double(successes - i + 1) * Double(draws - i + 1))
            sum += term
            i -= 1
        }
        return min(sum, 1)
    }
}
