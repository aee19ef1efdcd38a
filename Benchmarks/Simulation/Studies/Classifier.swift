import Core
import Statistics

/// The classifier two-sample test: false alarms, power, speed.
package enum ClassifierStudy {
    package enum Change: String, CaseIterable, Sendable {
        case none, shift, correlation
    }

    /// Five related normal columns and five categorical ones.
    static func columns(_ rows: Int, _ change: Change, _ random: inout SeededRandom) -> [Core.Column] {
        var numbers = [[Double]](repeating: [], count: 5)
        var codes = [[Int32]](repeating: [], count: 5)
        for _ in 0..<rows {
            let common = Zoo.normal(&random)
            for column in 0..<5 {
                var value = Zoo.normal(&random) + (column > 0 ? 0.7 * common : 0)
                if change == .correlation, column == 4 { value = Zoo.normal(&random) * 1.0 - 0.7 * common }
                if change == .shift, column == 0 { value += 0.2 }
                numbers[column].append(value)
                codes[column].append(Int32(random.uniform() * random.uniform() * Double(4 + 4 * column)))
            }
        }
        return numbers.enumerated().map {
            Core.Column(name: "x\($0.offset)", kind: .num, values: .numbers(NumberColumn(values: $0.element)))
        }
            + codes.enumerated().map {
                Core.Column(
                    name: "c\($0.offset)", kind: .cat,
                    values: .strings(StringColumn(indices: $0.element, dictionary: (0..<30).map(String.init))))
            }
    }

    package struct Outcome: Sendable {
        package var rejected = 0.0
        package var auc = 0.0
    }

    package static func outcome(_ n: Int, _ m: Int, _ change: Change, runs: Int, seed: UInt64 = 4) -> Outcome {
        var random = Studies.random("classifier " + change.rawValue, n, m, seed: seed)
        var outcome = Outcome()
        for run in 0..<runs {
            let reference = columns(n, .none, &random)
            let current = columns(m, change, &random)
            guard
                let result = try? ClassifierTwoSampleTest.run(
                    reference: reference, current: current, seed: UInt64(run))
            else { continue }
            outcome.rejected += result.pValue <= 0.05 ? 1 : 0
            outcome.auc += result.auc
        }
        outcome.rejected /= Double(runs)
        outcome.auc /= Double(runs)
        return outcome
    }

    static func speed() {
        var random = SeededRandom(seed: 5)
        func table() -> [Core.Column] {
            (0..<25).map { number in
                Core.Column(
                    name: "x\(number)", kind: .num,
                    values: .numbers(NumberColumn(values: (0..<10_000).map { _ in Zoo.normal(&random) })))
            }
        }
        let (a, b) = (table(), table())
        let time = ContinuousClock().measure { _ = try? ClassifierTwoSampleTest.run(reference: a, current: b) }
        Simulate.row(["classifier, 25 columns", "10000/10000", Speed.ms(time), ""])
    }
}
