import Statistics

extension Simulate {
    /// Coverage of the intervals, averaged over the zoo, and the worst cell.
    @discardableResult
    package static func coverage(
        _ runs: Int, sizes: [(Int, Int)] = [(30, 30), (100, 1000), (1000, 300), (5000, 5000)], everyChange: Bool = true
    ) -> [Studies.Coverage] {
        var all: [Studies.Coverage] = []
        let count = max(1, runs / 10)
        head(
            "Intervals of stated coverage 0.95, \(count) runs per cell",
            [
                "effect", "change", "sizes", "cells", "coverage", "worst cell", "interval too low", "too high",
                "estimate - truth", "corrected - truth",
            ])
        func show(_ effect: String, _ change: String, _ n: Int, _ m: Int, _ cells: [Studies.Coverage]) {
            func mean(_ value: (Studies.Coverage) -> Double) -> Double {
                cells.reduce(0) { $0 + value($1) } / Double(cells.count)
            }
            let worst = cells.min { $0.covered < $1.covered }
            row(
                [effect, change, "\(n)/\(m)", "\(cells.count)", text(mean(\.covered))]
                    + [
                        "\(text(worst?.covered ?? 0)) (\(worst?.source ?? ""))", text(mean(\.below)),
                        text(mean(\.above)),
                    ]
                    + [text(mean { $0.estimate - $0.truth }), text(mean { $0.corrected - $0.truth })])
            all += cells
        }
        for (n, m) in sizes {
            for shift in everyChange ? [0, 0.1, 0.3, 1] : [0, 0.3] {
                // A few-valued column that is moved has other values: nothing to learn there.
                let sources =
                    shift == 0 ? Zoo.numbers : Zoo.numbers.filter { !$0.isDiscrete && $0.name != "70 % zeros" }
                let cells = sources.map { source in
                    let unit = spread(source)
                    return Studies.coverage(
                        numbers: source, changed: source.moved(by: shift * unit), label: " +\(shift)", n, m, runs: count
                    )
                }
                show("wasserstein", "moved \(shift)", n, m, cells)
            }
            guard everyChange else { continue }
            let cells = Zoo.numbers.filter { !$0.isDiscrete }.map {
                Studies.coverage(
                    numbers: $0, changed: $0.moved(by: 0, scale: 1.3), label: " x1.3", n, m, runs: count)
            }
            show("wasserstein", "1.3 times as wide", n, m, cells)
        }
        for (n, m) in sizes {
            for amount in everyChange ? [0, 0.02, 0.1, 0.3] : [0, 0.1] {
                let cells = Zoo.categories.map {
                    Studies.coverage(
                        categories: $0, changed: $0.moved(amount), label: " ~\(amount)", n, m, runs: count)
                }
                show("total variation", "up to \(amount)", n, m, cells)
            }
        }
        return all
    }

    private static func spread(_ source: NumberSource) -> Double {
        var random = Studies.random("spread " + source.name, 0, 0, seed: 9)
        return Studies.distribution(source.sample(20_000, &random)).robustSpread
    }
}
