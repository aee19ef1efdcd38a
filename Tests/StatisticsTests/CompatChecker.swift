import Core
import Statistics

/// The comparison rules of `../shared/tools/check_drift_golden.py` for results that are still values, in brief.
struct CompatChecker {
    private(set) var matched = 0
    private(set) var misses: [String] = []
    var compared: Int { matched + misses.count }

    enum Kind {
        case statistic, probability, cramerProbability, statistic32, probability32, cramerProbability32

        func allowed(_ expected: Double) -> Double {
            let size = abs(expected)
            let relative = size >= 1e-12 ? 1e-9 : 1e-6
            return switch self {
            case .statistic: 1e-9 * size
            case .statistic32: max(6e-8 * size, 1.5e-45)
            case .cramerProbability: 1e-7
            case .cramerProbability32: 1e-7 + 6e-8 * size
            case .probability: relative * size
            case .probability32: max(max(relative, 6e-8) * size, 1.5e-45)
            }
        }

        var isProbability: Bool { self != .statistic && self != .statistic32 }
    }

    mutating func number(_ place: String, _ expected: JSON?, _ got: Double?, _ kind: Kind, error: String?) {
        guard let expected, expected != .null else { return }
        guard error == nil else { return miss("\(place): unexpected error \(error ?? "")") }
        guard let e = expected.double, let g = got else { return miss("\(place): no number") }
        if e.isNaN || g.isNaN { return note(e.isNaN && g.isNaN, "\(place): expected \(e), got \(g)") }
        if e.isInfinite || g.isInfinite { return note(e == g, "\(place): expected \(e), got \(g)") }
        let bothTiny = kind.isProbability && e >= 0 && e < 1e-300 && g >= 0 && g < 1e-300
        note(bothTiny || abs(e - g) <= kind.allowed(e), "\(place): expected \(e), got \(g)")
    }

    mutating func flag(_ place: String, _ expected: JSON?, _ got: Bool?, error: String?) {
        guard let expected, expected != .null else { return }
        guard error == nil else { return miss("\(place): unexpected error \(error ?? "")") }
        let wanted = expected.flag ?? (expected.int.map { $0 != 0 })
        note(wanted != nil && wanted == got, "\(place): expected \(expected), got \(String(describing: got))")
    }

    /// One comparison per element; a missing list misses them all.
    mutating func numbers(
        _ place: String, _ expected: JSON?, _ got: [Double]?, _ kinds: [Kind], error: String?
    ) {
        for (index, element) in (expected?.elements ?? []).enumerated() {
            let fits = got?.count == expected?.elements?.count
            let kind = kinds[min(index, kinds.count - 1)]
            number("\(place)[\(index)]", element, fits ? got?[index] : nil, kind, error: error)
        }
    }

    mutating func flags(_ place: String, _ expected: JSON?, _ got: [Bool]?, error: String?) {
        for (index, element) in (expected?.elements ?? []).enumerated() {
            let fits = got?.count == expected?.elements?.count
            flag("\(place)[\(index)]", element, fits ? got?[index] : nil, error: error)
        }
    }

    mutating func error(_ place: String, _ got: String?) { note(got != nil, "\(place): no error reported") }

    mutating func note(_ good: Bool, _ text: @autoclosure () -> String) {
        if good { matched += 1 } else { miss(text()) }
    }

    private mutating func miss(_ text: String) { misses.append(text) }
}

/// The checker's namespaces over one case.
struct CompatCase {
    let name: String
    let expected: JSON
    let pairs: [ColumnPair]
    /// The reference side of every column.
    let references: [Column]

    /// Every recorded drift case.
    static func all() throws -> [CompatCase] {
        try Golden.caseNames().map { name in
            let example = try Golden.load(name)
            return CompatCase(
                name: name, expected: example.expected,
                pairs: example.columns.map { Golden.pair($0.reference, $0.current) },
                references: example.columns.map(\.reference))
        }
    }

    private func pair(_ name: String) -> ColumnPair? {
        pairs.first { $0.name.utf8.elementsEqual(name.utf8) }
    }

    private var blocks: [JSON.Member] { expected["scipy_evidently"]?["columns"]?.members ?? [] }

    private func isExact(_ block: JSON?) -> Bool {
        max(block?["n_ref"]?.int ?? 0, block?["n_cur"]?.int ?? 0) <= 20
    }

    private func evaluate(_ method: String, _ column: String) -> MethodResult {
        guard let method = MethodCatalog.method(named: method), let pair = pair(column) else {
            var result = MethodResult(method: method)
            result.error = "no such method or column"
            return result
        }
        return method.evaluate(pair, MethodSettings())
    }

    func checkEvidently(_ checker: inout CompatChecker) {
        for block in blocks {
            for test in block.value["evidently"]?.members ?? []
            where !["default_test", "TVD", "empirical_mmd"].contains(test.name) {
                let place = "\(name)/\(block.name) evidently.\(test.name)"
                let result = evaluate("evidently." + test.name, block.name)
                if test.value["error"] != nil {
                    checker.error(place, result.error)
                } else if test.value["score"] != nil {
                    let distances: Set = ["wasserstein", "ed", "jensenshannon", "kl_div", "psi", "hellinger"]
                    let isLoose = test.name == "cramer_von_mises" && !isExact(block.value)
                    let kind: CompatChecker.Kind =
                        distances.contains(test.name) ? .statistic : isLoose ? .cramerProbability : .probability
                    checker.number(place, test.value["score"], result.score, kind, error: result.error)
                    checker.flag(place, test.value["drifted"], result.drifted, error: result.error)
                    // Not in the contract, but recorded.
                    if test.value["threshold"]?.double != result.threshold { checker.error(place + " threshold", nil) }
                }
            }
        }
    }

    func checkCounts(_ checker: inout CompatChecker) {
        for block in blocks {
            guard let recorded = block.value["seed_article_psi"] else { continue }
            let result = evaluate("counts.psi", block.name)
            let place = "\(name)/\(block.name) counts.psi"
            if recorded["error"] != nil {
                checker.error(place, result.error)
            } else {
                checker.number(place, recorded["psi"], result.statistic, .statistic, error: result.error)
            }
        }
    }

    func checkAlibi(_ checker: inout CompatChecker) {
        let block = expected["alibi_detect"]
        let lists = [
            "KSDrift": "num_columns", "CVMDrift": "num_columns", "ChiSquareDrift": "cat_columns",
            "FETDrift": "fet_columns", "TabularDrift": "tabular_columns",
        ]
        for member in block?.members ?? [] {
            let family = String(member.name.prefix { $0 != "_" })
            guard let list = lists[family] else { continue }
            let place = "\(name) alibi.\(member.name)"
            let result =
                MethodCatalog.datasetMethod(named: "alibi." + member.name)?.evaluate(pairs, MethodSettings())
                ?? DatasetResult(method: member.name)
            if member.value["error"] != nil {
                checker.error(place, result.error)
                continue
            }
            let names = (block?[list]?.elements ?? []).compactMap(\.text)
            checker.note(names == result.columns, "\(place): columns \(result.columns), expected \(names)")
            let kinds = names.map { column -> CompatChecker.Kind in
                let exact = isExact(blocks.first { $0.name == column }?.value)
                return family == "CVMDrift" && !exact ? .cramerProbability32 : .probability32
            }
            checker.numbers(place + " p", member.value["p_val"], result.pValues, kinds, error: result.error)
            checker.numbers(
                place + " distance", member.value["distance"], result.distances, [.statistic32], error: result.error)
            switch result.drifted {
            case .columns(let flags):
                checker.flags(place, member.value["is_drift"], flags, error: result.error)
            case .dataset(let flag): checker.flag(place, member.value["is_drift"], flag, error: result.error)
            case nil: checker.flag(place, member.value["is_drift"], nil, error: result.error)
            }
        }
    }

    func checkNannyML(_ checker: inout CompatChecker) {
        let block = expected["nannyml"]
        for column in block?["univariate_5_chunks"]?.members ?? [] {
            for method in column.value.members ?? [] where method.name != "error" {
                let place = "\(name)/\(column.name) nannyml.\(method.name)"
                let result = evaluate("nannyml." + method.name, column.name)
                check(method.value, place, result.values, result.alerts, result.error, &checker)
            }
        }
        let key = "pca_reconstruction_5_chunks"
        if let recorded = block?[key] {
            let result =
                MethodCatalog.datasetMethod(named: "nannyml." + key)?.evaluate(pairs, MethodSettings())
                ?? DatasetResult(method: key)
            check(recorded, "\(name) nannyml.\(key)", result.values, result.alerts, result.error, &checker)
        }
    }

    private func check(
        _ recorded: JSON, _ place: String, _ values: [Double]?, _ alerts: [Bool]?, _ error: String?,
        _ checker: inout CompatChecker
    ) {
        if recorded["error"] != nil { return checker.error(place, error) }
        checker.numbers(place + " value", recorded["value"], values, [.statistic], error: error)
        checker.flags(place + " alert", recorded["alert"], alerts, error: error)
    }
}
