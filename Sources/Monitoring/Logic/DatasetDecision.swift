import Core
import Statistics

/// From columns to the data set.
struct DatasetDecision {
    let selection: MethodSelection
    let settings: DriftSettings

    func decide(_ report: inout DriftReport, pairs: [ColumnPair]) {
        runDatasetMethods(&report, pairs)
        if !selection.deciding.contains(MethodSelection.verdictName) { decideByMethods(&report) }
        let compared = report.columns.filter(isCompared)
        let drifted = report.columns.filter(\.isDrifted)
        report.dataset.comparedColumns = compared.count
        report.dataset.driftedColumns = drifted.count
        report.dataset.drifted = isDrifted(report, drifted: drifted.count, compared: compared.count)
        report.dataset.weightedShare = weightedShare(compared)
    }

    private func isCompared(_ column: ColumnReport) -> Bool {
        column.verdict != nil || column.driftedByMethod != nil
    }

    private func runDatasetMethods(_ report: inout DriftReport, _ pairs: [ColumnPair]) {
        guard !selection.datasets.isEmpty else { return }
        let hasRows = !report.reference.isProfile && !report.current.isProfile
        report.dataset.results = selection.datasets.map { method in
            guard hasRows else {
                var result = DatasetResult(method: method.name)
                result.error = "needs the rows; one side is a profile, which holds aggregates only"
                return result
            }
            return method.evaluate(pairs, settings.methodSettings(for: ""))
        }
    }

    /// Marks the columns that the deciding methods of a compatibility mode call drifted.
    private func decideByMethods(_ report: inout DriftReport) {
        correctTests(&report)
        for index in report.columns.indices {
            let answers = report.columns[index].results.filter { selection.deciding.contains($0.method) }
                .compactMap { result in result.drifted ?? result.alerts.map { $0.contains(true) } }
            if !answers.isEmpty { report.columns[index].driftedByMethod = answers.contains(true) }
        }
        for result in report.dataset.results where selection.deciding.contains(result.method) {
            guard let flags = flags(result) else { continue }
            for index in report.columns.indices {
                guard let place = result.columns.firstIndex(of: report.columns[index].name) else { continue }
                report.columns[index].driftedByMethod = (report.columns[index].driftedByMethod ?? false) || flags[place]
            }
        }
    }

    /// Per-column flags of a data-set method: its own, or the p-values below its threshold.
    private func flags(_ result: DatasetResult) -> [Bool]? {
        if case .columns(let flags) = result.drifted { return flags }
        guard let pValues = result.pValues, let threshold = result.threshold else { return nil }
        return pValues.map { $0 < threshold }
    }

    /// Tests that only give a p-value (`scipy.*`) get their answer here, corrected over the columns.
    private func correctTests(_ report: inout DriftReport) {
        var places: [(column: Int, result: Int)] = []
        var pValues: [Double] = []
        for (column, columnReport) in report.columns.enumerated() {
            for (index, result) in columnReport.results.enumerated()
            where selection.deciding.contains(result.method) && result.drifted == nil {
                guard let pValue = result.pValue, !pValue.isNaN else { continue }
                places.append((column, index))
                pValues.append(pValue)
            }
        }
        let adjusted = Verdicts.qValues(pValues, settings.verdictSettings(for: "").correction)
        for (place, q) in zip(places, adjusted) {
            report.columns[place.column].results[place.result].drifted = q <= settings.alpha
        }
    }

    private func isDrifted(_ report: DriftReport, drifted: Int, compared: Int) -> Bool {
        guard !selection.deciding.contains(MethodSelection.verdictName) else { return drifted > 0 }
        let answers = report.dataset.results.filter { selection.deciding.contains($0.method) }.compactMap(\.drifted)
        if !answers.isEmpty {
            return answers.contains { answer in
                switch answer {
                case .dataset(let flag): flag
                case .columns(let flags): flags.contains(true)
                }
            }
        }
        // Evidently's rule: half of the columns or more.
        if settings.compatibility == .evidently { return compared > 0 && 2 * drifted >= compared }
        return drifted > 0
    }

    private func weightedShare(_ compared: [ColumnReport]) -> Double? {
        guard !settings.importances.isEmpty else { return nil }
        let total = compared.reduce(0) { $0 + (settings.importances[$1.name] ?? 0) }
        guard total > 0 else { return nil }
        return compared.filter(\.isDrifted).reduce(0) { $0 + (settings.importances[$1.name] ?? 0) } / total
    }
}
