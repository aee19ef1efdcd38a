import Core
import Statistics

extension SageMaker {
    /// The largest difference of the two distribution functions; "Robust" subtracts 1.8 sqrt((n + m) / (n m)), about
    /// what a two-sample Kolmogorov-Smirnov test lets pass at alpha = 0.003.
    static func distance(
        _ left: QuantileSketch, _ right: QuantileSketch, _ method: Constraints.Monitoring.Comparison
    ) -> Double {
        guard let one = left.distribution, let two = right.distribution else { return 0 }
        let queries = (one.points + two.points).sorted()
        var largest = 0.0
        for (a, b) in zip(left.ranks(ascending: queries), right.ranks(ascending: queries)) {
            largest = max(largest, abs(Double(a) / Double(left.count) - Double(b) / Double(right.count)))
        }
        return corrected(largest, left.count, right.count, method)
    }

    /// The largest difference of a category's share.
    static func distance(
        _ left: FrequentItems, _ right: FrequentItems, _ method: Constraints.Monitoring.Comparison
    ) -> Double {
        var largest = 0.0
        for (category, count) in left.items {
            let other = right[category] ?? 0
            largest = max(largest, abs(Double(count) / Double(left.total) - Double(other) / Double(right.total)))
        }
        for (category, count) in right.items where left[category] == nil {
            largest = max(largest, Double(count) / Double(right.total))
        }
        return corrected(largest, left.total, right.total, method)
    }

    /// The p-value of Pearson's two-sample chi-squared test; nil with fewer than two categories.
    static func chiSquaredProbability(_ left: FrequentItems, _ right: FrequentItems) -> Double? {
        let categories = left.items.map(\.category) + right.items.map(\.category).filter { left[$0] == nil }
        guard categories.count > 1 else { return nil }
        let (n, m) = (Double(left.total), Double(right.total))
        var statistic = 0.0
        for category in categories {
            let (a, b) = (Double(left[category] ?? 0), Double(right[category] ?? 0))
            let share = (a + b) / (n + m)
            let (expectedA, expectedB) = (share * n, share * m)
            statistic += (a - expectedA) * (a - expectedA) / expectedA + (b - expectedB) * (b - expectedB) / expectedB
        }
        return Distributions.chiSquareSurvival(statistic, degrees: Double(categories.count - 1))
    }

    private static func corrected(
        _ distance: Double, _ n: Int, _ m: Int, _ method: Constraints.Monitoring.Comparison
    ) -> Double {
        guard method == .robust else { return distance }
        let (n, m) = (Double(n), Double(m))
        return max(0, distance - 1.8 * ((n + m) / (n * m)).squareRoot())
    }

    /// The type that SageMaker would infer for a column.
    static func type(of column: ColumnProfile) -> InferredType {
        switch column.kind {
        case .num:
            guard let numbers = column.numbers, numbers.count + numbers.infinite > 0 else { return .unknown }
            return numbers.fractional == 0 && numbers.infinite == 0 ? .integral : .fractional
        case .cat, .text, .bool, .datetime: return column.rows > column.missing ? .string : .unknown
        }
    }

    /// The share of the values that are of a type: integers are fractional numbers too, and in a column of strings the
    /// ones that read as numbers count. Nil when there is nothing to check.
    static func share(of type: InferredType, in column: ColumnProfile) -> Double? {
        let values = column.rows - column.missing
        guard values > 0, type != .unknown else { return nil }
        if column.kind == .num, let numbers = column.numbers {
            switch type {
            case .integral: return Double(numbers.count - numbers.fractional) / Double(values)
            case .fractional: return 1
            case .string, .unknown: return 0
            }
        }
        guard type != .string else { return 1 }
        guard let frequent = column.categories?.frequent else { return 0 }
        let matching = frequent.items.reduce(0) { sum, item in
            let matches = type == .integral ? Int(item.category) != nil : Double(item.category) != nil
            return matches ? sum + item.count : sum
        }
        return Double(matching) / Double(values)
    }
}
