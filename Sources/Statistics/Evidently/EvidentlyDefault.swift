import Core

extension EvidentlyMethods {
    /// The test evidently picks by kind, reference size and number of distinct values.
    static let automatic = Method(
        name: "evidently.default", title: "The test evidently picks",
        definition: """
            n = reference rows with a value, u = distinct values of both sides. n <= 1000: numeric u <= 2 z, u <= 5 \
            chisquare, else ks; categorical u <= 2 z, else chisquare. n > 1000: numeric u <= 5 jensenshannon, else \
            wasserstein; categorical jensenshannon. Thresholds are those of the chosen test, which the figures name. \
            Text gets a learned model in evidently, which is not reproduced.
            """,
        source: Evidently.source, kinds: [.num, .cat, .bool]
    ) { pair, settings in
        evaluateDefault(pair, settings)
    }

    static func evaluateDefault(_ pair: ColumnPair, _ settings: MethodSettings) -> MethodResult {
        let name = "evidently.default"
        guard let key = Evidently.defaultMethod(for: pair), let test = tests.first(where: { $0.key == key }) else {
            var result = MethodResult(method: name)
            result.error =
                pair.kind == .text
                ? "text: evidently trains a classifier for it, which is not reproduced"
                : "evidently has no test for columns of kind \(pair.kind.rawValue)"
            return result
        }
        var result = test.evaluate(pair, settings, as: name)
        result.figures.append(.init("is_" + key, 1))
        return result
    }

    /// evidently's verdict on a data set.
    static let datasetDrift = DatasetMethod(
        name: "evidently.dataset_drift", title: "Share of drifted columns",
        definition: """
            Every column gets the test evidently picks (evidently.default); the data set drifted when at least half of \
            the columns did. No correction for the number of columns. Columns without an answer (text, dates, nothing \
            left after cleaning) are left out here and counted in the figures; evidently aborts the report on the last.
            """,
        source: Evidently.source
    ) { pairs, settings in
        var result = DatasetResult(method: "evidently.dataset_drift")
        result.threshold = Evidently.driftShare
        var drifted = 0
        for pair in pairs {
            let answer = evaluateDefault(pair, settings)
            guard answer.error == nil else { continue }
            result.columns.append(pair.name)
            if answer.drifted == true { drifted += 1 }
        }
        guard !result.columns.isEmpty else {
            result.error = "no column that evidently's default tests can compare"
            return result
        }
        let share = Double(drifted) / Double(result.columns.count)
        result.drifted = .dataset(share >= Evidently.driftShare)
        result.figures = [
            .init("drifted_columns", Double(drifted)), .init("share", share),
            .init("columns_without_answer", Double(pairs.count - result.columns.count)),
        ]
        return result
    }
}
