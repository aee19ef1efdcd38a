#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Random draws without replacement.
enum Hypergeometric {
    /// How many of `draws` rows, taken from a population that holds `successes`, are successes.
    ///
    /// Exact, but for variances of at least 8, where a rounded normal (a sum of twelve uniforms) serves.
    static func draw(
        _ draws: Int, successes: Int, population: Int, _ random: inout SeededRandom
    ) -> Int {
        // The four counts of the table can be exchanged: bring the smallest to the front.
        if draws > population - draws {
            return successes - draw(population - draws, successes: successes, population: population, &random)
        }
        if successes > population - successes {
            return draws - draw(draws, successes: population - successes, population: population, &random)
        }
        if draws > successes { return draw(successes, successes: draws, population: population, &random) }
        if draws <= 24 {
            var (left, size, found) = (successes, population, 0)
            for _ in 0..<max(0, draws) {
                if random.uniform() * Double(size) < Double(left) {
                    found &+= 1
                    left &-= 1
                }
                size &-= 1
            }
            return found
        }
        let p = Double(successes) / Double(population)
        let mean = Double(draws) * p
        let variance = mean * (1 - p) * Double(population - draws) / Double(population - 1)
        if variance >= 8 {
            var sum = -6.0
            for _ in 0..<12 { sum += random.uniform() }
            return min(max(Int((mean + variance.squareRoot() * sum).rounded()), 0), draws)
        }
        let others = population - successes
        var term = exp(Special.logChoose(others, draws) - Special.logChoose(population, draws))
        var sum = term
        let u = random.uniform()
        var count = 0
        while u > sum, count < draws {
            term *= Double(draws - count) / Double(count + 1)
            term *= Double(successes - count) / Double(others - draws + count + 1)
            count += 1
            sum += term
        }
        return count
    }
}
