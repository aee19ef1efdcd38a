import Statistics

/// The command: `steward-simulate [rates|datasets|coverage|power|classifier|speed|all] [runs]` prints Markdown tables.
package enum Simulate {
    package static func main(_ arguments: [String]) {
        let what = arguments.count > 1 ? arguments[1] : "all"
        let runs = arguments.count > 2 ? Int(arguments[2]) ?? 2000 : 2000
        let tables: [(String, (Int) -> Void)] = [
            ("rates", { rates($0, Zoo.sizes) }), ("large", large), ("datasets", { dataSets($0) }),
            ("coverage", { coverage($0) }), ("power", { power($0) }), ("classifier", { classifier($0) }),
            ("speed", { _ in Speed.main() }),
        ]
        guard what == "all" || tables.contains(where: { $0.0 == what }) else {
            print("usage: steward-simulate [\(tables.map(\.0).joined(separator: "|"))|all] [runs]")
            return
        }
        for (name, table) in tables where what == "all" || what == name { table(runs) }
    }

    /// A number with fixed decimals.
    package static func text(_ value: Double, _ decimals: Int = 3) -> String {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let whole = Int((value * scale).rounded())
        let digits = String(abs(whole))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let point = padded.index(padded.endIndex, offsetBy: -decimals)
        return (whole < 0 ? "-" : "") + padded[..<point] + (decimals > 0 ? "." : "") + padded[point...]
    }

    package static func row(_ cells: [String]) { print("| " + cells.joined(separator: " | ") + " |") }

    package static func head(_ title: String, _ cells: [String]) {
        print("\n\(title)\n")
        row(cells)
        print("|" + String(repeating: "---|", count: cells.count))
    }

    /// Rate of p < 0.05 without drift; returns every cell.
    @discardableResult
    package static func rates(_ runs: Int, _ sizes: [(reference: Int, current: Int)]) -> [Studies.Rate] {
        var all: [Studies.Rate] = []
        head(
            "Share of p < 0.05 when nothing changed, \(runs) runs each",
            ["column"] + sizes.map { "\($0.reference)/\($0.current)" })
        for source in Zoo.numbers {
            let rates = sizes.map { Studies.falseAlarms(numbers: source, $0.reference, $0.current, runs: runs) }
            row([source.name] + rates.map { text($0.rate) })
            all += rates
        }
        for source in Zoo.categories {
            let rates = sizes.map { Studies.falseAlarms(categories: source, $0.reference, $0.current, runs: runs) }
            row(["categories: " + source.name] + rates.map { text($0.rate) })
            all += rates
        }
        return all
    }

    static func large(_ runs: Int) {
        head("The same on large tables", ["column", "sizes", "runs", "p < 0.05"])
        for (size, divisor) in [(100_000, 5), (1_000_000, 20)] {
            for index in [0, 3, 10] {
                let source = Zoo.numbers[index]
                let count = max(1, runs / divisor)
                let r = Studies.falseAlarms(numbers: source, size, size, runs: count)
                row([source.name, "\(size)/\(size)", "\(count)", text(r.rate)])
            }
            let source = Zoo.categories[6]
            let count = max(1, runs / divisor)
            let r = Studies.falseAlarms(categories: source, size, size, runs: count)
            row(["categories: " + source.name, "\(size)/\(size)", "\(count)", text(r.rate)])
        }
    }

    @discardableResult
    package static func dataSets(
        _ runs: Int, sizes: [(Int, Int)] = [(30, 30), (100, 1000), (1000, 300), (1000, 1000), (5000, 5000)]
    ) -> [DataSetStudy.Outcome] {
        head(
            "Comparisons of \(Zoo.numbers.count + Zoo.categories.count) columns, nothing changed, \(runs) runs each",
            ["sizes", "a column significant", "a column drifted"])
        return sizes.map { n, m in
            let outcome = DataSetStudy.outcome(n, m, runs: runs)
            row(["\(n)/\(m)", text(outcome.significant), text(outcome.drifted)])
            return outcome
        }
    }

    @discardableResult
    package static func power(
        _ runs: Int, sizes: [(Int, Int)] = [(100, 100), (1000, 200), (1000, 1000), (5000, 300), (5000, 5000)]
    ) -> [(name: String, outcome: PowerStudy.Outcome)] {
        var all: [(name: String, outcome: PowerStudy.Outcome)] = []
        head(
            "How often a change is called drift, \(runs) runs each",
            [
                "change", "sizes", "Steward: drifted", "small shift", "undecided", "KS / chi-square p < 0.05",
                "Evidently's default",
            ])
        func show(_ name: String, _ n: Int, _ m: Int, _ o: PowerStudy.Outcome) {
            row([name, "\(n)/\(m)"] + [o.drifted, o.small, o.undecided, o.classic, o.evidently].map { text($0, 2) })
            all.append((name, o))
        }
        let source = Zoo.gaussian
        let changes = [0, 0.02, 0.1, 0.2, 0.5].map { ("normal, moved \($0) sd", source.moved(by: $0)) }
        for (name, changed) in changes + [("normal, 1.3 times as wide", source.moved(by: 0, scale: 1.3))] {
            for (n, m) in sizes {
                show(name, n, m, PowerStudy.outcome(numbers: source, changed: changed, n, m, runs: runs))
            }
        }
        for source in [Zoo.categories[3], Zoo.categories[6]] {
            for amount in [0, 0.02, 0.1] {
                for (n, m) in sizes {
                    let outcome = PowerStudy.outcome(
                        categories: source, changed: source.moved(amount), n, m, runs: runs)
                    show("\(source.name) categories, \(text(100 * amount, 0)) % of the rows", n, m, outcome)
                }
            }
        }
        return all
    }

    static func classifier(_ runs: Int) {
        let count = max(1, runs / 10)
        head("The classifier two-sample test, \(count) runs each", ["change", "sizes", "p <= 0.05", "mean AUC"])
        for change in ClassifierStudy.Change.allCases {
            for (n, m) in [(100, 100), (1000, 300), (2000, 2000)] {
                let o = ClassifierStudy.outcome(n, m, change, runs: count)
                row([change.rawValue, "\(n)/\(m)", text(o.rejected), text(o.auc)])
            }
        }
    }
}
