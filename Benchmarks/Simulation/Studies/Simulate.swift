import Statistics

/// The command: `steward-simulate [rates|coverage|speed|...]`.
package enum Simulate {
    package static func main(_ arguments: [String]) {
        let what = arguments.count > 1 ? arguments[1] : "all"
        let runs = arguments.count > 2 ? Int(arguments[2]) ?? 1000 : 1000
        if what == "rates" { rates(runs) }
        if what == "catrates" { categoryRates(runs) }
        if what == "coverage" { coverage(runs) }
        if what == "speed" {
            Speed.main()
            ClassifierStudy.speed()
        }
        if what == "classifier" {
            for change in ClassifierStudy.Change.allCases {
                for (n, m) in [(100, 100), (1000, 300), (2000, 2000)] {
                    let o = ClassifierStudy.outcome(n, m, change, runs: runs)
                    print(change.rawValue, n, m, text(o.rejected), text(o.auc))
                }
            }
        }
    }

    static func text(_ value: Double, _ decimals: Int = 3) -> String {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let whole = Int((value * scale).rounded())
        let digits = String(abs(whole))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let point = padded.index(padded.endIndex, offsetBy: -decimals)
        return (whole < 0 ? "-" : "") + padded[..<point] + (decimals > 0 ? "." : "") + padded[point...]
    }

    static func rates(_ runs: Int) {
        for source in Zoo.numbers {
            for (n, m) in Zoo.sizes {
                let r = Studies.falseAlarms(numbers: source, n, m, runs: runs)
                print(r.source, n, m, text(r.rate), text(r.farRate, 4), r.rate > 0.07 || r.rate < 0.03 ? "!!" : "")
            }
        }
    }

    static func categoryRates(_ runs: Int) {
        for source in Zoo.categories {
            for (n, m) in Zoo.sizes {
                let r = Studies.falseAlarms(categories: source, n, m, runs: runs)
                print(
                    r.source, n, m, text(r.rate), text(r.farRate, 4), r.rate > 0.07 || r.rate < 0.03 ? "!!" : "",
                    r.tests)
            }
        }
    }

    static func coverage(_ runs: Int) {
        for source in Zoo.numbers {
            for (n, m) in [(30, 30), (100, 1000), (1000, 300), (5000, 5000)] {
                for shift in source.isDiscrete ? [0.0] : [0.0, 0.1, 0.5] {
                    show(
                        Studies.coverage(
                            numbers: source, changed: source.moved(by: shift), label: " +\(shift)", n, m, runs: runs))
                }
                show(
                    Studies.coverage(
                        numbers: source, changed: source.moved(by: 0, scale: 1.3), label: " x1.3", n, m, runs: runs))
            }
        }
        for source in Zoo.categories {
            for (n, m) in [(30, 30), (100, 1000), (1000, 300), (5000, 5000)] {
                for shift in [0.0, 0.02, 0.1] {
                    show(
                        Studies.coverage(
                            categories: source, changed: source.moved(shift), label: " ~\(shift)", n, m, runs: runs))
                }
            }
        }
    }

    static func show(_ c: Studies.Coverage) {
        print(
            c.source, c.reference, c.current, "truth", text(c.truth), "est", text(c.estimate), "corr",
            text(c.corrected),
            "noise", text(c.noise), "cov", text(c.covered), "L>", text(c.above), "U<", text(c.below), "width",
            text(c.width), "drift", text(c.drifted), c.covered < 0.93 ? "!!" : "")
    }
}
