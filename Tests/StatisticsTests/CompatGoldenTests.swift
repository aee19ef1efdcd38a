import Core
import Statistics
import Testing

/// The compatibility namespaces against what the tools themselves answered.
@Suite(.enabled(if: CompatGolden.isPresent, "../shared is absent: golden comparisons skipped"))
struct CompatGoldenTests {
    /// - Parameter needed: share of the comparisons that must match.
    private func run(_ namespace: String, _ check: (CompatCase, inout CompatChecker) -> Void) throws {
        var checker = CompatChecker()
        for example in try CompatGolden.cases() { check(example, &checker) }
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
