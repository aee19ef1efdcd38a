import Core
import Statistics
import Testing

/// The compatibility namespaces against what the tools themselves answered.
@Suite(.enabled(if: Golden.isPresent, "../shared is absent: golden comparisons skipped"))
struct CompatGoldenTests {
    /// - Parameter needed: share of the comparisons that must match.
    private func run(_ namespace: String, _ check: (CompatCase, inout CompatChecker) -> Void) throws {
        var checker = CompatChecker()
        for example in try CompatCase.all() { check(example, &checker) }
        let share = Double(checker.matched) / Double(max(checker.compared, 1))
        print("golden \(namespace): \(checker.matched)/\(checker.compared)")
        for miss in checker.misses.prefix(40) { print("  miss \(miss)") }
        #expect(checker.compared > 0)
        #expect(share >= 0.999, "\(checker.misses.prefix(10).joined(separator: "\n"))")
    }

    @Test func evidently() throws { try run("evidently") { $0.checkEvidently(&$1) } }
    @Test func alibi() throws { try run("alibi") { $0.checkAlibi(&$1) } }
    @Test func nannyml() throws { try run("nannyml") { $0.checkNannyML(&$1) } }
    @Test func counts() throws { try run("counts") { $0.checkCounts(&$1) } }
}

/// Recorded facts that the checker does not compare.
@Suite(.enabled(if: Golden.isPresent, "../shared is absent: golden comparisons skipped"))
struct EvidentlyGoldenTests {
    @Test func defaultTestsAndInferredKinds() throws {
        var (tests, kinds) = (0, 0)
        for example in try CompatCase.all() {
            for block in example.expected["scipy_evidently"]?["columns"]?.members ?? [] {
                guard let pair = example.pairs.first(where: { $0.name == block.name }) else { continue }
                if let recorded = block.value["evidently"]?["default_test"]?.text {
                    #expect(Evidently.defaultMethod(for: pair) == recorded, "\(example.name)/\(block.name)")
                    tests += 1
                }
                if let recorded = block.value["evidently_inferred_type_reference"]?.text, pair.kind != .datetime {
                    guard let column = example.references.first(where: { $0.name == block.name }) else { continue }
                    #expect(Evidently.inferredKind(column).rawValue == recorded, "\(example.name)/\(block.name)")
                    kinds += 1
                }
            }
        }
        #expect(tests > 200 && kinds > 200)
    }

    /// Permutation p-values agree within the noise of 1000 and 100 permutations.
    @Test func permutationPValues() throws {
        var compared = 0
        for example in try CompatCase.all() {
            for block in example.expected["scipy_evidently"]?["columns"]?.members ?? [] {
                guard let pair = example.pairs.first(where: { $0.name == block.name }) else { continue }
                for (key, tolerance) in [("TVD", 0.05), ("empirical_mmd", 0.2)] {
                    guard let recorded = block.value["evidently"]?[key]?["score"]?.double else { continue }
                    let method = try #require(MethodCatalog.method(named: "evidently." + key))
                    let score = try #require(method.evaluate(pair, MethodSettings()).score)
                    #expect(
                        abs(score - recorded) <= tolerance, "\(example.name)/\(block.name) \(key): \(score) \(recorded)"
                    )
                    compared += 1
                }
            }
        }
        #expect(compared > 0)
    }

    @Test func datasetRule() throws {
        let method = try #require(MethodCatalog.datasetMethod(named: "evidently.dataset_drift"))
        var compared = 0
        for example in try CompatCase.all() {
            let preset = example.expected["scipy_evidently"]?["evidently_DataDriftPreset"]?.elements ?? []
            guard let recorded = preset.first(where: { $0["value"]?["count"] != nil })?["value"] else { continue }
            let result = method.evaluate(example.pairs, MethodSettings())
            #expect(result.figures.first?.value == recorded["count"]?.double, "\(example.name)")
            #expect(result.drifted == .dataset((recorded["share"]?.double ?? 0) >= 0.5), "\(example.name)")
            compared += 1
        }
        #expect(compared > 5)
    }
}
