import Core
import Statistics

/// What the charts of a column need, from data and profiles alike.
enum ColumnShapes {
    private static let bins = 40
    private static let categories = 12
    private static let probabilities = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]

    static func numeric(_ reference: EmpiricalDistribution, _ current: EmpiricalDistribution) -> DistributionShape {
        let edges = edges(reference, current)
        return .numeric(
            edges: edges, reference: shares(of: reference, edges), current: shares(of: current, edges),
            probabilities: probabilities, referenceQuantiles: probabilities.map { reference.quantile($0) },
            currentQuantiles: probabilities.map { current.quantile($0) })
    }

    /// Equal bins over the middle 99 % of both sides; the outer bins take what lies beyond. Few integers get a bin
    /// each.
    private static func edges(_ reference: EmpiricalDistribution, _ current: EmpiricalDistribution) -> [Double] {
        var low = min(reference.quantile(0.005), current.quantile(0.005))
        var high = max(reference.quantile(0.995), current.quantile(0.995))
        if holdsFewIntegers(reference, low, high), holdsFewIntegers(current, low, high) {
            return stride(from: low - 0.5, through: high + 0.5, by: 1).map { $0 }
        }
        if !(high > low) {
            let margin = max(abs(low) * 1e-3, 0.5)
            low -= margin
            high += margin
        }
        // Halving first keeps the width finite for columns that span the whole range of doubles.
        let width = (high / Double(bins)) - (low / Double(bins))
        return (0...bins).map { $0 == bins ? high : low + Double($0) * width }
    }

    private static func holdsFewIntegers(_ side: EmpiricalDistribution, _ low: Double, _ high: Double) -> Bool {
        guard high - low < Double(bins), high.magnitude < 1e15, low.magnitude < 1e15 else { return false }
        return side.points.allSatisfy { $0 == $0.rounded() }
    }

    private static func shares(of side: EmpiricalDistribution, _ edges: [Double]) -> [Double] {
        var below = 0
        let total = Double(max(1, side.count))
        return edges.indices.dropFirst().map { index in
            let upTo = index == edges.count - 1 ? side.count : side.rank(of: edges[index])
            defer { below = upTo }
            return Double(upTo - below) / total
        }
    }

    /// Largest change first; everything after the first few as one bar.
    static func categorical(_ counts: CategoryCounts) -> DistributionShape {
        let referenceTotal = Double(max(1, counts.referenceTotal))
        let currentTotal = Double(max(1, counts.currentTotal))
        let rows = counts.categories.indices.map { index in
            (
                name: counts.categories[index], reference: Double(counts.reference[index]) / referenceTotal,
                current: Double(counts.current[index]) / currentTotal
            )
        }
        let ranked = rows.enumerated().sorted { first, second in
            let a = abs(first.element.current - first.element.reference)
            let b = abs(second.element.current - second.element.reference)
            if a != b { return a > b }
            let sizeA = first.element.reference + first.element.current
            let sizeB = second.element.reference + second.element.current
            return sizeA != sizeB ? sizeA > sizeB : first.offset < second.offset
        }.map(\.element)
        var shown = ranked.count <= categories ? ranked : Array(ranked.prefix(categories - 1))
        if shown.count < ranked.count {
            let others = ranked.dropFirst(shown.count)
            shown.append(
                (
                    name: "(\(others.count) others)", reference: others.reduce(0) { $0 + $1.reference },
                    current: others.reduce(0) { $0 + $1.current }
                ))
        }
        return .categorical(
            categories: shown.map(\.name), reference: shown.map(\.reference), current: shown.map(\.current))
    }
}
