package import Statistics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A distribution of numbers to draw from.
package struct NumberSource: Sendable {
    package let name: String
    /// The few-valued ones, where a rank test that assumes continuity is conservative.
    package let isDiscrete: Bool
    package let draw: @Sendable (inout SeededRandom) -> Double

    package func sample(_ count: Int, _ random: inout SeededRandom) -> [Double] {
        var values = [Double](repeating: 0, count: count)
        for index in values.indices { values[index] = draw(&random) }
        values.sort()
        return values
    }

    /// The same distribution, moved and stretched about 0.
    package func moved(by shift: Double, scale: Double = 1) -> NumberSource {
        let draw = self.draw
        return NumberSource(name: name, isDiscrete: isDiscrete) { draw(&$0) * scale + shift }
    }

    /// A share of the rows comes from elsewhere.
    package func mixed(_ share: Double, with other: NumberSource) -> NumberSource {
        let draw = self.draw
        return NumberSource(name: name, isDiscrete: isDiscrete) {
            $0.uniform() < share ? other.draw(&$0) : draw(&$0)
        }
    }
}

package enum Zoo {
    package static func normal(_ random: inout SeededRandom) -> Double {
        let radius = (-2 * log(1 - random.uniform())).squareRoot()
        return radius * cos(2 * Double.pi * random.uniform())
    }

    package static func poisson(_ mean: Double, _ random: inout SeededRandom) -> Double {
        var product = random.uniform()
        let limit = exp(-mean)
        var count = 0.0
        while product > limit {
            product *= random.uniform()
            count += 1
        }
        return count
    }

    package static let gaussian = NumberSource(name: "normal", isDiscrete: false) { normal(&$0) }

    package static let numbers: [NumberSource] = [
        gaussian,
        NumberSource(name: "uniform", isDiscrete: false) { $0.uniform() },
        NumberSource(name: "exponential", isDiscrete: false) { -log(1 - $0.uniform()) },
        NumberSource(name: "log-normal", isDiscrete: false) { exp(normal(&$0)) },
        NumberSource(name: "Student t, 3 df", isDiscrete: false) {
            let z = normal(&$0)
            let (a, b, c) = (normal(&$0), normal(&$0), normal(&$0))
            return z / ((a * a + b * b + c * c) / 3).squareRoot()
        },
        NumberSource(name: "Cauchy", isDiscrete: false) { tan(Double.pi * ($0.uniform() - 0.5)) },
        NumberSource(name: "two humps", isDiscrete: false) { ($0.uniform() < 0.5 ? -2 : 2) + normal(&$0) },
        NumberSource(name: "70 % zeros", isDiscrete: false) { $0.uniform() < 0.7 ? 0 : -log(1 - $0.uniform()) },
        NumberSource(name: "95 % zeros", isDiscrete: true) { $0.uniform() < 0.95 ? 0 : -log(1 - $0.uniform()) },
        NumberSource(name: "normal, 1 decimal", isDiscrete: false) { (normal(&$0) * 10).rounded() / 10 },
        NumberSource(name: "Poisson, mean 3", isDiscrete: true) { poisson(3, &$0) },
        NumberSource(name: "Poisson, mean 0.2", isDiscrete: true) { poisson(0.2, &$0) },
        NumberSource(name: "integers 1 to 5", isDiscrete: true) { ($0.uniform() * 5).rounded(.down) + 1 },
        NumberSource(name: "0/1, 30 %", isDiscrete: true) { $0.uniform() < 0.3 ? 1 : 0 },
        NumberSource(name: "0/1, 3 %", isDiscrete: true) { $0.uniform() < 0.03 ? 1 : 0 },
    ]

    package static let categories: [CategorySource] = [
        CategorySource(name: "2 equal", shares: [0.5, 0.5]),
        CategorySource(name: "2, one of 5 %", shares: [0.95, 0.05]),
        CategorySource(name: "3, rare 2 %", shares: [0.68, 0.3, 0.02]),
        CategorySource(name: "5 equal", shares: [Double](repeating: 0.2, count: 5)),
        CategorySource(name: "10 Zipf", zipf: 10),
        CategorySource(name: "20 equal", shares: [Double](repeating: 0.05, count: 20)),
        CategorySource(name: "50 Zipf", zipf: 50),
        CategorySource(name: "50 equal", shares: [Double](repeating: 0.02, count: 50)),
    ]

    package static let sizes: [(reference: Int, current: Int)] = [
        (30, 30), (30, 300), (100, 100), (300, 100), (1000, 50), (1000, 1000), (1000, 5000), (5000, 500), (5000, 5000),
    ]
}

/// A distribution over categories.
package struct CategorySource: Sendable {
    package let name: String
    package let shares: [Double]
    private let cumulative: [Double]

    package init(name: String, shares: [Double]) {
        self.name = name
        self.shares = shares
        var sum = 0.0
        cumulative = shares.map {
            sum += $0
            return sum
        }
    }

    package init(name: String, zipf count: Int) {
        let weights = (1...count).map { 1 / Double($0) }
        let sum = weights.reduce(0, +)
        self.init(name: name, shares: weights.map { $0 / sum })
    }

    package func sample(_ count: Int, _ random: inout SeededRandom) -> [Int] {
        var counts = [Int](repeating: 0, count: shares.count)
        for _ in 0..<count {
            let u = random.uniform() * cumulative[cumulative.count - 1]
            var (low, high) = (0, cumulative.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if cumulative[middle] <= u { low = middle + 1 } else { high = middle }
            }
            counts[low] += 1
        }
        return counts
    }

    /// `amount` of the rows go from the first category to the last one.
    package func moved(_ amount: Double) -> CategorySource {
        var shares = shares
        let moved = min(amount, shares[0])
        shares[0] -= moved
        shares[shares.count - 1] += moved
        return CategorySource(name: name, shares: shares)
    }

    package func counts(_ reference: [Int], _ current: [Int]) -> CategoryCounts {
        CategoryCounts(
            categories: shares.indices.map { String(1000 + $0) }, reference: reference, current: current)
    }
}
