import Core
import Foundation
import Statistics
import Testing

private func numeric(_ name: String, _ x: [Double], _ y: [Double]) -> ColumnPair {
    ColumnPair(
        name: name, kind: .num,
        values: .numeric(
            reference: NumericSample(rows: x, isInteger: false), current: NumericSample(rows: y, isInteger: false)))
}

private func numeric(_ x: [Double], _ y: [Double]) -> ColumnPair { numeric("x", x, y) }

private func evaluate(_ method: String, _ pair: ColumnPair, _ settings: MethodSettings = .init()) throws -> MethodResult
{
    try #require(MethodCatalog.method(named: method)).evaluate(pair, settings)
}

private func dataset(_ method: String, _ pairs: [ColumnPair]) throws -> DatasetResult {
    try #require(MethodCatalog.datasetMethod(named: method)).evaluate(pairs, MethodSettings())
}

private func normal(_ count: Int, seed: UInt64, shift: Double = 0) -> [Double] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in
        let radius = (-2 * log(1 - random.uniform())).squareRoot()
        return radius * cos(2 * .pi * random.uniform()) + shift
    }
}

struct EvidentlyDefinitionTests {
    @Test func psiOfTwoCategoriesByHand() throws {
        let pair = CompatColumns.pair(
            "c", .cat, Array(repeating: "a", count: 60) + Array(repeating: "b", count: 40),
            Array(repeating: "a", count: 30) + Array(repeating: "b", count: 70))
        let expected = (0.6 - 0.3) * log(0.6 / 0.3) + (0.4 - 0.7) * log(0.4 / 0.7)
        let result = try evaluate("evidently.psi", pair)
        #expect(abs(try #require(result.score) - expected) < 1e-14)
        #expect(result.drifted == true)
    }

    @Test func jensenShannonOfDisjointSidesIsTheRootOfLogTwo() throws {
        let pair = CompatColumns.pair("c", .cat, ["a", "b"], ["c", "d"])
        #expect(abs(try #require(evaluate("evidently.jensenshannon", pair).score) - log(2.0).squareRoot()) < 1e-15)
    }

    @Test func emptyBinsGetAMillionthOfTheSmallestShareOrATenThousandth() throws {
        let large = CompatColumns.pair("c", .cat, Array(repeating: "a", count: 9) + ["b"], ["a", "a"])
        let expected = (0.9 - 1) * log(0.9) + (0.1 - 0.0001) * log(0.1 / 0.0001)
        #expect(abs(try #require(evaluate("evidently.psi", large).score) - expected) < 1e-12)
    }

    @Test func mannWhitneyLooksDownwardsOnly() throws {
        let (x, y) = (normal(200, seed: 1), normal(200, seed: 2, shift: -2))
        #expect(try evaluate("evidently.mannw", numeric(x, y)).drifted == false)
        #expect(try evaluate("evidently.mannw", numeric(y, x)).drifted == true)
    }

    @Test func wassersteinIsInStandardDeviationsOfTheReference() throws {
        let x = normal(500, seed: 3)
        let shifted = x.map { $0 + 1 }
        let deviation = NumPy.variance(x).squareRoot()
        let score = try #require(evaluate("evidently.wasserstein", numeric(x, shifted)).score)
        #expect(abs(score - 1 / deviation) < 1e-12)
    }

    /// numpy 2.4 refuses the exact branch where lcm^2 (n+m) is at least C(n+m, n), and not where it is smaller.
    @Test func cramerVonMisesFailsWhereNumpyDoes() throws {
        func refusal(_ n: Int, _ m: Int) throws -> String? {
            try evaluate("evidently.cramer_von_mises", numeric(normal(n, seed: 4), normal(m, seed: 5))).error
        }
        #expect(try refusal(3, 4)?.contains("uint16") == true)
        #expect(try refusal(8, 7)?.contains("uint16") == true)
        #expect(try refusal(20, 20) == nil)
        #expect(try refusal(5, 5) == nil)
        #expect(try refusal(4, 4) != nil)
        #expect(try refusal(21, 4) == nil)
    }

    @Test func theExactTablesInFloat32StayNearTheTruth() throws {
        let (x, y) = (normal(20, seed: 6), normal(20, seed: 7, shift: 0.5))
        let truth = try CramerVonMises.test(SortedSample(sorting: x), SortedSample(sorting: y), calculation: .exact)
        let p = try #require(evaluate("evidently.cramer_von_mises", numeric(x, y)).score)
        #expect(abs(p - truth.pValue) < 1e-6 * truth.pValue)
        #expect(p == Double(Float(p)))
    }

    @Test func permutationTestsAreSeeded() throws {
        let pair = CompatColumns.pair("c", .cat, ["a", "a", "b", "c", "a"], ["b", "b", "c", "a"])
        var settings = MethodSettings()
        settings.seed = 7
        #expect(try evaluate("evidently.TVD", pair, settings) == evaluate("evidently.TVD", pair, settings))
        let same = CompatColumns.pair("c", .cat, ["a", "b"], ["a", "b"])
        #expect(try evaluate("evidently.TVD", same).score == 1)
    }

    /// numpy bins integers at least 1 wide, and evidently's sets keep the reference's type.
    @Test func integerBinsDecideHellinger() throws {
        func distance(_ x: Bool, _ y: Bool) throws -> Double? {
            let sides = ([0.0, 0, 0, 1], [1.0, 1, 0, 1])
            let pair = ColumnPair(
                name: "x", kind: .num,
                values: .numeric(
                    reference: NumericSample(rows: sides.0, isInteger: x),
                    current: NumericSample(rows: sides.1, isInteger: y)))
            return try evaluate("evidently.hellinger", pair).score
        }
        #expect(try distance(true, true) == 0)
        #expect(try distance(true, false) == 0)
        #expect(try #require(try distance(false, true)) > 0.1)
    }

    /// 905 x (1000 / 905) is not 1000: a single category then has a statistic above 0 on no degrees of freedom.
    @Test func oneCategoryIsDecidedByRounding() throws {
        func chiSquare(_ n: Int, _ m: Int) throws -> Double? {
            let (x, y) = (Array(repeating: "a", count: n), Array(repeating: "a", count: m))
            return try evaluate("evidently.chisquare", CompatColumns.pair("c", .cat, x, y)).score
        }
        #expect(try chiSquare(800, 800)?.isNaN == true)
        #expect(try chiSquare(905, 1000) == 0)
    }

    @Test func settingsReplaceThresholds() throws {
        var settings = MethodSettings()
        settings.threshold = 5
        settings.alpha = 0.9
        let pair = numeric(normal(100, seed: 8), normal(100, seed: 9))
        #expect(try evaluate("evidently.psi", pair, settings).threshold == 5)
        #expect(try evaluate("evidently.ks", pair, settings).threshold == 0.9)
    }
}

struct AlibiDefinitionTests {
    @Test func columnsAreOrderedAndThoseWithGapsLeftOut() throws {
        let pairs = [
            numeric("b", [1, 2, 3], [2, 3, 4]), numeric("a", [1, 2, 3], [1, 2, 3]),
            numeric("gap", [1, .nan], [1, 2]), numeric("wide", [1, 2], [1, .infinity]),
            CompatColumns.pair("k", .cat, ["x", "y"], ["x", "x"]), CompatColumns.pair("g", .cat, ["x", ""], ["x"]),
        ]
        #expect(try dataset("alibi.KSDrift_feature", pairs).columns == ["a", "b"])
        #expect(try dataset("alibi.TabularDrift_fdr", pairs).columns == ["a", "b", "k"])
        #expect(try dataset("alibi.FETDrift_less", pairs).columns == ["k"])
        #expect(try dataset("alibi.KSDrift_feature", pairs).drifted == .columns([false, false]))
    }

    @Test func figuresAreFloat32() throws {
        let result = try dataset("alibi.KSDrift_fdr", [numeric(normal(50, seed: 1), normal(40, seed: 2))])
        let p = try #require(result.pValues?.first)
        #expect(p == Double(Float(p)))
    }
}

struct NannyMLDefinitionTests {
    @Test func theRemainderMakesMoreChunks() throws {
        let pair = numeric(normal(100, seed: 1), normal(103, seed: 2))
        #expect(try evaluate("nannyml.wasserstein", pair).values?.count == 6)
        let odd = numeric(normal(100, seed: 1), normal(13, seed: 2))
        #expect(try evaluate("nannyml.wasserstein", odd).values?.count == 7)
        #expect(try evaluate("nannyml.wasserstein", numeric([1, 2, 3, 4, 5], [1, 2])).error != nil)
    }

    @Test func aChunkWithoutValuesIsNotANumberAndNoAlert() throws {
        let gap = Array(repeating: Double.nan, count: 20)
        let result = try evaluate("nannyml.jensen_shannon", numeric(normal(100, seed: 1), normal(80, seed: 2) + gap))
        #expect(result.values?.last?.isNaN == true)
        #expect(result.alerts?.last == false)
    }

    @Test func estimatedDistancesStayNearTheExactOnes() throws {
        let (x, y) = (normal(12_000, seed: 3), normal(10_000, seed: 4, shift: 0.3))
        let exact = numeric(Array(x.prefix(9_999)), y)
        for (method, tolerance) in [("nannyml.kolmogorov_smirnov", 0.02), ("nannyml.wasserstein", 0.05)] {
            let a = try #require(evaluate(method, numeric(x, y)).values?.first)
            let b = try #require(evaluate(method, exact).values?.first)
            #expect(abs(a - b) < tolerance)
        }
    }

    @Test func reconstructionNeedsColumnsOfEqualLength() throws {
        let ragged = [numeric("a", normal(20, seed: 1), normal(20, seed: 2)), numeric("b", [1, 2], [1, 2])]
        #expect(try dataset("nannyml.pca_reconstruction_5_chunks", ragged).error != nil)
    }

    @Test func reconstructionAlertsWhenTheCorrelationBreaks() throws {
        let (a, b, c) = (normal(1000, seed: 5), normal(1000, seed: 6), normal(1000, seed: 7))
        let tied = zip(a, b).map { $0 + 0.1 * $1 }
        let pairs = [numeric("a", a, a), numeric("b", tied, c)]
        let result = try dataset("nannyml.pca_reconstruction_5_chunks", pairs)
        #expect(result.alerts == [true, true, true, true, true])
        let calm = [numeric("a", a, Array(a.prefix(500))), numeric("b", tied, Array(tied.prefix(500)))]
        #expect(try #require(dataset("nannyml.pca_reconstruction_5_chunks", calm).values).allSatisfy { $0 < 0.3 })
    }
}

struct CountsDefinitionTests {
    /// The tutorial formula grows with the size of the data although nothing changes.
    @Test func theValueScalesWithTheRows() throws {
        let x = normal(300, seed: 1)
        let y = normal(300, seed: 2)
        let small = try #require(evaluate("counts.psi", numeric(x, y)).statistic)
        let large = try #require(evaluate("counts.psi", numeric(x + x + x + x, y + y + y + y)).statistic)
        #expect(large > 3 * small)
    }
}
