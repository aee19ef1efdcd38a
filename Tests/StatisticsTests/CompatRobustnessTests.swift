import Core
import Statistics
import Testing

/// Every method of the catalogue on columns that no method likes: a result or an error, never a crash.
struct CompatRobustnessTests {
    private static let sides: [[Double]] = [
        [], [.nan, .nan, .nan, .nan, .nan, .nan], [1], [7, 7, 7, 7, 7, 7], [1, 2, 3, 4, 5, 6, 7],
        [.infinity, -.infinity, .infinity, .infinity, -.infinity, .infinity], [1, .nan, .infinity, 2, 3, -4, 0.5],
        [-1.7e308, 1.7e308, 0, .leastNonzeroMagnitude, -0.0, 0, 3], [1e-300, 2e-300, 3e-300, 4e-300, 5e-300],
        [1e17, 1e17 + 16, 1e17 + 32, 1e17, 1e17, 1e17], (0..<40).map { Double($0) * 0.1 },
        (0..<25).map { 1 + Double($0) * 2.2e-16 },
    ]

    private static let strings: [[String]] = [
        [], ["", "", "", "", "", ""], ["a"], ["a", "a", "a", "a", "a", "a"], ["a", "b", "a", "b", "", "c"],
        ["é", "e\u{301}", "z", "é", "z", "z"], (0..<30).map { "v\($0)" },
    ]

    private static let pairs: [ColumnPair] = {
        var pairs: [ColumnPair] = []
        for (i, x) in sides.enumerated() {
            for (j, y) in sides.enumerated() {
                let isInteger = (x + y).allSatisfy { $0 == $0.rounded() && abs($0) < 1e15 }
                pairs.append(
                    ColumnPair(
                        name: "n\(i)_\(j)", kind: .num,
                        values: .numeric(
                            reference: NumericSample(rows: x, isInteger: isInteger),
                            current: NumericSample(rows: y, isInteger: isInteger))))
            }
        }
        for kind in [ColumnKind.cat, .bool, .text] {
            for (i, x) in strings.enumerated() {
                for (j, y) in strings.enumerated() {
                    pairs.append(CompatColumns.pair("\(kind)\(i)_\(j)", kind, x, y))
                }
            }
        }
        return pairs
    }()

    private static let methods = MethodCatalog.columns.filter { $0.namespace != "scipy" && $0.namespace != "steward" }

    @Test func everyMethodAnswersOnEveryColumn() {
        for pair in Self.pairs {
            for method in Self.methods {
                let result = method.evaluate(pair, MethodSettings())
                #expect(result.method == method.name)
                let answered = result.score != nil || result.statistic != nil || result.values != nil
                #expect((result.error == nil) == answered, "\(method.name) \(pair.name)")
            }
        }
    }

    @Test func emptySidesAreErrors() {
        for pair in Self.pairs where ["n0_4", "n4_0", "n1_4", "cat0_4", "cat1_4"].contains(pair.name) {
            for method in Self.methods {
                #expect(method.evaluate(pair, MethodSettings()).error != nil, "\(method.name)")
            }
        }
    }

    @Test func everyDatasetMethodAnswers() {
        for method in MethodCatalog.datasets {
            for count in [0, 1, 2, Self.pairs.count] {
                for pairs in [Array(Self.pairs.prefix(count)), Array(Self.pairs.suffix(count))] {
                    let result = method.evaluate(pairs, MethodSettings())
                    #expect(result.method == method.name)
                    #expect((result.error == nil) == (result.drifted != nil || result.values != nil), "\(method.name)")
                }
            }
            // Columns of one shape, as a table has them: every row count that the pairs above hold.
            for pair in Self.pairs {
                let result = method.evaluate([pair, pair], MethodSettings())
                #expect((result.error == nil) == (result.drifted != nil || result.values != nil), "\(pair.name)")
            }
        }
    }

    @Test func chunkCountsOutsideTheRangeAreErrors() {
        let pair = Self.pairs.first { $0.name == "n4_4" }
        for chunks in [0, -1, .min, .max, 1_000_000] {
            var settings = MethodSettings()
            settings.chunks = chunks
            for method in Self.methods where method.namespace == "nannyml" {
                if let pair { #expect(method.evaluate(pair, settings).error != nil) }
            }
        }
    }
}

struct CompatCatalogTests {
    @Test func namesAreUniqueAndDocumented() {
        let names = MethodCatalog.columns.map(\.name) + MethodCatalog.datasets.map(\.name)
        #expect(Set(names).count == names.count)
        for method in MethodCatalog.columns {
            #expect(!method.title.isEmpty && method.definition.count > 20 && !method.source.isEmpty, "\(method.name)")
            #expect(!method.kinds.isEmpty && MethodCatalog.method(named: method.name) != nil)
        }
        for method in MethodCatalog.datasets {
            #expect(!method.title.isEmpty && method.definition.count > 20 && !method.source.isEmpty, "\(method.name)")
        }
    }

    @Test func namespacesAreComplete() {
        #expect(MethodCatalog.methods(compatibility: "evidently").count == 19)
        #expect(MethodCatalog.datasetMethods(compatibility: "alibi").count == 12)
        #expect(MethodCatalog.methods(compatibility: "nannyml").count == 6)
        #expect(MethodCatalog.methods(compatibility: "counts").map(\.name) == ["counts.psi"])
        #expect(MethodCatalog.methods(compatibility: "unknown").isEmpty)
    }
}

struct CompatSymmetricEigenTests {
    @Test func decompositionsRebuildTheMatrix() throws {
        var random = SeededRandom(seed: 11)
        for order in 0...14 {
            var matrix = Array(repeating: 0.0, count: order * order)
            for i in 0..<order {
                for j in 0...i {
                    // Every third matrix has repeated and vanishing eigenvalues.
                    let value = order % 3 == 0 ? Double((i + j) % 2) : random.uniform() - 0.5
                    matrix[i * order + j] = value
                    matrix[j * order + i] = value
                }
            }
            let eigen = try #require(SymmetricEigen(matrix: matrix, order: order))
            #expect(zip(eigen.values, eigen.values.dropFirst()).allSatisfy { $0 >= $1 })
            for i in 0..<order {
                for j in 0..<order {
                    var (rebuilt, product) = (0.0, 0.0)
                    for k in 0..<order {
                        rebuilt += eigen.values[k] * eigen.vectors[k * order + i] * eigen.vectors[k * order + j]
                        product += eigen.vectors[i * order + k] * eigen.vectors[j * order + k]
                    }
                    #expect(abs(rebuilt - matrix[i * order + j]) < 1e-12)
                    #expect(abs(product - (i == j ? 1 : 0)) < 1e-12)
                }
            }
        }
    }

    @Test func notANumberHasNoDecomposition() {
        #expect(SymmetricEigen(matrix: [1, .nan, .nan, 1], order: 2) == nil)
        #expect(SymmetricEigen(matrix: [1, 0], order: 2) == nil)
    }
}
