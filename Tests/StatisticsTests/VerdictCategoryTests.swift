import Core
import Statistics
import Testing

@Suite("Evidence on categories, text and missing values") struct VerdictCategoryTests {
    let settings = VerdictSettings()

    @Test("total variation, movers and words")
    func shift() throws {
        let counts = CategoryCounts(
            categories: ["a", "b", "c"], reference: [500, 300, 200], current: [350, 300, 350])
        let e = try Evidence.categorical(counts, settings: settings)
        #expect(abs(e.estimate - 0.15) < 1e-12)
        #expect(e.test == "chi_square")
        #expect(e.movers.map(\.category) == ["a", "c"])
        let verdict = Verdicts.decide([e], settings: settings)[0]
        #expect(verdict.verdict == .drifted)
        #expect(verdict.sentence.contains("of the rows changed category"))
        #expect(e.interval.contains(0.15))
    }

    @Test("chi-square equals the two-sample table's, Fisher's mid-p the summed probabilities")
    func tests() throws {
        let a = [120, 80, 50, 30]
        let b = [100, 90, 70, 40]
        let own = Evidence.categoricalTest(reference: a, current: b)
        let table = try Contingency.chiSquare(a.map(Double.init), b.map(Double.init), yates: false)
        #expect(abs(own.pValue - table.pValue) < 1e-12)
        // 8 of 10 against 3 of 10: P(X = k) for k of 11 successes, mean 5.5, so k <= 2, k >= 9, and half of 3 and 8.
        let choose = { (n: Int, k: Int) in (0..<k).reduce(1.0) { $0 * Double(n - $1) / Double($1 + 1) } }
        let p = { (k: Int) in choose(10, k) * choose(10, 11 - k) / choose(20, 11) }
        let expected = (1...2).reduce(0) { $0 + p($1) } + (9...10).reduce(0) { $0 + p($1) } + (p(3) + p(8)) / 2
        let small = Evidence.categoricalTest(reference: [8, 2], current: [3, 7])
        #expect(small.name == "fisher_mid_p")
        #expect(abs(small.pValue - expected) < 1e-12)
    }

    @Test("the order and the names of categories change nothing")
    func order() throws {
        let e = try Evidence.categorical(
            CategoryCounts(categories: ["a", "b", "c"], reference: [5, 9, 4], current: [9, 2, 6]), settings: settings)
        let f = try Evidence.categorical(
            CategoryCounts(categories: ["x", "y", "z", "zz"], reference: [9, 4, 0, 5], current: [2, 6, 0, 9]),
            settings: settings)
        #expect(e.pValue == f.pValue && e.interval == f.interval && e.noise95 == f.noise95)
        #expect(e.test == "chi_square_permutation" || e.test == "chi_square")
    }

    @Test("ten thousand rare categories are no false alarm, and one side's own categories are one")
    func wide() throws {
        var random = SeededRandom(seed: 1)
        let size = 10_000
        func draw(_ rows: Int, _ offset: Int) -> [Int] {
            var counts = [Int](repeating: 0, count: 2 * size)
            for _ in 0..<rows { counts[offset + Int(random.uniform() * Double(size))] += 1 }
            return counts
        }
        let names = (0..<2 * size).map { "k\($0)" }
        let still = try Evidence.categorical(
            CategoryCounts(categories: names, reference: draw(30_000, 0), current: draw(20_000, 0)), settings: settings)
        #expect(still.test == "chi_square_moments")
        #expect(still.pValue > 0.01)
        #expect(abs(still.estimate - still.noiseMean) < 0.03)
        #expect(still.corrected < 0.05)
        let moved = try Evidence.categorical(
            CategoryCounts(categories: names, reference: draw(30_000, 0), current: draw(20_000, 5000)),
            settings: settings)
        #expect(moved.pValue < 1e-30)
        #expect(Verdicts.decide([moved], settings: settings)[0].verdict == .drifted)
    }

    @Test("a change of the missing share is its own member of the family")
    func missing() throws {
        #expect(
            Evidence.missing(
                referenceMissing: 0, referenceRows: 10, currentMissing: 0, currentRows: 10, settings: settings) == nil)
        let e = try #require(
            Evidence.missing(
                referenceMissing: 10, referenceRows: 1000, currentMissing: 90, currentRows: 1000, settings: settings))
        #expect(abs(e.estimate - 0.08) < 1e-12 && e.effect == "missing_share")
        let verdict = Verdicts.decide([e], settings: settings)[0]
        #expect(verdict.verdict == .drifted)
        #expect(verdict.sentence == "missing values went from 1 % to 9 % of the rows")
    }

    @Test("an empty side is an error")
    func empty() {
        #expect(throws: Failure.self) {
            try Evidence.categorical(
                CategoryCounts(categories: ["a"], reference: [0], current: [4]), settings: settings)
        }
    }

    @Test("text: same source is quiet, longer rows and new words are noticed")
    func text() throws {
        var random = SeededRandom(seed: 2)
        func column(_ rows: Int, words: Int, from vocabulary: [String]) -> StringColumn {
            let texts = (0..<rows).map { _ in
                (0..<words + Int(random.uniform() * 4)).map { _ in
                    vocabulary[Int(random.uniform() * Double(vocabulary.count))]
                }.joined(separator: " ")
            }
            return StringColumn(indices: texts.indices.map(Int32.init), dictionary: texts)
        }
        let vocabulary = (0..<200).map { "word\($0)" }
        let reference = column(800, words: 5, from: vocabulary)
        let still = try Evidence.text(
            reference: reference, current: column(800, words: 5, from: vocabulary), settings: settings)
        #expect(still.pValue > 0.05)
        let longer = try Evidence.text(
            reference: reference, current: column(800, words: 9, from: vocabulary), settings: settings)
        #expect(longer.effect == "length" && longer.pValue < 1e-20)
        let other = try Evidence.text(
            reference: reference, current: column(800, words: 5, from: vocabulary.map { "term" + $0.dropFirst(4) }),
            settings: settings)
        #expect(other.effect == "new_words" && other.pValue < 1e-20)
    }
}
