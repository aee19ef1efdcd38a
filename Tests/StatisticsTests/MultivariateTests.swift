import Core
import Statistics
import Testing

@Suite("Classifier two-sample test") struct MultivariateTests {
    private func number(_ name: String, _ count: Int, seed: UInt64, shift: Double = 0) -> Column {
        var random = SeededRandom(seed: seed)
        let values = (0..<count).map { _ in random.uniform() + shift }
        return Column(name: name, kind: .num, values: .numbers(NumberColumn(values: values)))
    }

    @Test("a moved column is found and named; the answer is reproducible")
    func moved() throws {
        let reference = [number("a", 2000, seed: 1), number("b", 2000, seed: 2)]
        let current = [number("a", 1500, seed: 3), number("b", 1500, seed: 4, shift: 0.3)]
        let result = try ClassifierTwoSampleTest.run(reference: reference, current: current)
        #expect(result.auc > 0.65 && result.pValue < 1e-10)
        #expect(result.interval.contains(result.auc) && result.rows == 3500)
        #expect(result.contributions.first?.column == "b")
        #expect(abs(result.contributions.reduce(0) { $0 + $1.share } - 1) < 1e-9)
        let again = try ClassifierTwoSampleTest.run(reference: reference, current: current)
        #expect(again.auc == result.auc && again.pValue == result.pValue)
    }

    @Test("categories are compared by name, whatever their dictionary order; missing values count")
    func categories() throws {
        func column(_ dictionary: [String], _ indices: [Int32]) -> [Column] {
            [Column(name: "c", kind: .cat, values: .strings(StringColumn(indices: indices, dictionary: dictionary)))]
        }
        let codes = (0..<600).map { Int32($0 % 3) }
        let reference = column(["x", "y", "z"], codes)
        let same = try ClassifierTwoSampleTest.run(
            reference: reference, current: column(["z", "y", "x"], codes.map { 2 - $0 }))
        #expect(same.pValue > 0.05)
        let missing = try ClassifierTwoSampleTest.run(
            reference: reference, current: column(["x", "y", "z"], codes.map { $0 == 0 ? -1 : $0 }))
        #expect(missing.pValue < 1e-6)
    }

    @Test("too few rows and constant columns are errors")
    func errors() {
        let short = [number("a", 10, seed: 1)]
        #expect(throws: Failure.self) { try ClassifierTwoSampleTest.run(reference: short, current: short) }
        let constant = [
            Column(name: "a", kind: .num, values: .numbers(NumberColumn(values: [Double](repeating: 1, count: 50))))
        ]
        #expect(throws: Failure.self) { try ClassifierTwoSampleTest.run(reference: constant, current: constant) }
    }
}
