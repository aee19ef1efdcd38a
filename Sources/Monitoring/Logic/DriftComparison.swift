package import Core
import Dispatch
import Statistics
import Synchronization

/// Compares two data sets: the engine behind `steward drift`.
package enum DriftComparison {
    /// - Parameters:
    ///   - reference: what the model was trained on, or its profile; given up so that columns can be freed as they are
    ///     done.
    ///   - current: what it sees now, or its profile.
    ///   - progress: told the share of columns done, in (0, 1].
    package static func run(
        _ reference: consuming LoadedData, _ current: consuming LoadedData, settings: DriftSettings,
        progress: (@Sendable (Double) -> Void)? = nil
    ) throws(Failure) -> DriftReport {
        var aligned = ColumnAlignment.align(reference, current)
        let selection = try MethodSelection.resolve(
            settings, kinds: Set(aligned.lazy.filter { $0.obstacle == nil }.map(\.kind)))
        var report = DriftReport(
            reference: side(reference), current: side(current), settings: described(settings), columns: [],
            dataset: DatasetReport(drifted: false, driftedColumns: 0, comparedColumns: 0))
        report.notes = notes(reference, current)
        try checkNames(settings, reference, current)
        if selection.verdict, let column = settings.segmentBy {
            report.segments = try Segmentation(column: column, settings: settings).compare(reference, current)
        }
        if selection.verdict {
            report.dataset.multivariate = MultivariateCheck.run(aligned)
        }
        reference.content = .rows(Table(columns: [], rowCount: 0))
        current.content = .rows(Table(columns: [], rowCount: 0))
        var outcomes = compareAll(
            &aligned, ColumnComparison(selection: selection, settings: settings), progress: progress)
        decideVerdicts(&outcomes, settings)
        report.columns = outcomes.map(\.report)
        DatasetDecision(selection: selection, settings: settings).decide(&report, pairs: outcomes.compactMap(\.pair))
        report.columns = Ranking.mostImportantFirst(report.columns)
        return report
    }

    /// All columns, on all cores; they are taken out of the array, and the data of each are freed when it is done.
    static func compareAll(
        _ aligned: inout [AlignedColumn], _ comparison: ColumnComparison,
        progress: (@Sendable (Double) -> Void)? = nil
    ) -> [ColumnOutcome] {
        let count = aligned.count
        // Strings first: they need no room to sort in, and what they free is there for the numbers.
        let order = aligned.indices.sorted { (aligned[$0].isNumeric ? 1 : 0, $0) < (aligned[$1].isNumeric ? 1 : 0, $1) }
        let waiting = Mutex<[AlignedColumn?]>(aligned.map { $0 })
        aligned = []
        let finished = Mutex<(outcomes: [ColumnOutcome?], done: Int)>((Array(repeating: nil, count: count), 0))
        DispatchQueue.concurrentPerform(iterations: count) { turn in
            let index = order[turn]
            let column = waiting.withLock { slots in
                let column = slots[index]
                slots[index] = nil
                return column
            }
            guard let column = consume column else { return }
            let outcome = comparison.compare(consume column)
            let done = finished.withLock { state in
                state.outcomes[index] = outcome
                state.done += 1
                return state.done
            }
            progress?(Double(done) / Double(count))
        }
        return finished.withLock { $0.outcomes.compactMap { $0 } }
    }

    /// One family for the multiple-testing correction: the values and the missing share of every column.
    static func decideVerdicts(_ outcomes: inout [ColumnOutcome], _ settings: DriftSettings) {
        var family: [ColumnEvidence] = []
        var places: [(outcome: Int, isMissing: Bool)] = []
        for (index, outcome) in outcomes.enumerated() {
            if let values = outcome.values {
                family.append(values)
                places.append((index, false))
            }
            if let missing = outcome.missing {
                family.append(missing)
                places.append((index, true))
            }
        }
        let verdicts = Verdicts.decide(family, settings: settings.verdictSettings(for: ""))
        for (place, verdict) in zip(places, verdicts) {
            if place.isMissing {
                outcomes[place.outcome].report.missingness = verdict
            } else {
                outcomes[place.outcome].report.verdict = verdict
            }
        }
    }

    private static func side(_ data: borrowing LoadedData) -> DriftReport.Side {
        DriftReport.Side(
            label: data.label, rows: data.rowCount, columns: data.columnNames.count, isProfile: data.isProfile)
    }

    private static func described(_ settings: DriftSettings) -> DriftReport.Settings {
        let verdict = settings.verdictSettings(for: "")
        return DriftReport.Settings(
            alpha: settings.alpha, correction: settings.correction ?? .bh,
            compatibility: settings.compatibility.rawValue, numericThreshold: verdict.numericThreshold,
            categoricalThreshold: verdict.categoricalThreshold)
    }

    private static func notes(_ reference: borrowing LoadedData, _ current: borrowing LoadedData) -> [String] {
        reference.notes.map { "Reference: \($0)" } + current.notes.map { "Current: \($0)" }
    }

    /// Columns the user names must exist somewhere; a mistyped name must not silently change the answer.
    private static func checkNames(
        _ settings: DriftSettings, _ reference: borrowing LoadedData, _ current: borrowing LoadedData
    ) throws(Failure) {
        let known = Set(reference.columnNames + current.columnNames)
        let named =
            (settings.columns ?? []).map { ("--columns", $0) }
            + [
                ("--prediction", settings.prediction), ("--target", settings.target),
                ("--segment-by", settings.segmentBy),
            ].compactMap { option, name in name.map { (option, $0) } }
        let weighted =
            (settings.thresholds.columns.keys.sorted()).map { ("--threshold", $0) }
            + settings.importances.keys.sorted().map { ("importances", $0) }
        for (option, name) in named + weighted where !known.contains(name) {
            throw Failure(
                .invalid, "\(option): neither file has a column \"\(name)\"",
                hint: NearestName.find(name, among: known.sorted()).map { "Did you mean \"\($0)\"?" })
        }
    }
}
