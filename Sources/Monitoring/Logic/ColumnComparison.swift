import Core
import Statistics

/// Everything one column contributes: its report, what the verdict weighs, and the pair for data-set methods.
struct ColumnOutcome: Sendable {
    var report: ColumnReport
    /// Evidence on the values, then on the share of missing values; either may be absent.
    var values: ColumnEvidence?
    var missing: ColumnEvidence?
    var pair: ColumnPair?
}

/// Compares one column: statuses, summaries, the evidence for the verdict, and the chosen methods.
struct ColumnComparison: Sendable {
    let selection: MethodSelection
    let settings: DriftSettings
    /// Charts are only needed for reports, not for segments.
    var wantsShapes = true

    func compare(_ column: consuming AlignedColumn) -> ColumnOutcome {
        var report = ColumnReport(name: column.name, kind: column.kind, status: .ok)
        report.role = role(of: column.name)
        if let obstacle = column.obstacle {
            report.status = obstacle.status
            report.explanation = obstacle.explanation
        }
        var outcome = ColumnOutcome(report: report)
        guard let reference = column.reference, let current = column.current, report.status != .typeChanged else {
            outcome.report.reference = column.reference.map(ColumnSummaries.summarise)
            outcome.report.current = column.current.map(ColumnSummaries.summarise)
            return outcome
        }
        runMethods(reference, current, kind: column.kind, into: &outcome)
        column.reference = nil
        column.current = nil
        weigh(reference, current, kind: column.kind, into: &outcome)
        return outcome
    }

    private func role(of name: String) -> ColumnReport.Role {
        if name == settings.prediction { return .prediction }
        return name == settings.target ? .target : .feature
    }

    // MARK: methods

    private func runMethods(
        _ reference: SideColumn, _ current: SideColumn, kind: ColumnKind, into outcome: inout ColumnOutcome
    ) {
        guard !selection.columns.isEmpty || !selection.datasets.isEmpty else { return }
        let methods = selection.columns.filter { $0.kinds.contains(kind) }
        guard let pair = Self.pair(reference, current, name: outcome.report.name, kind: kind) else {
            outcome.report.results = methods.map { method in
                var result = MethodResult(method: method.name)
                result.error = "needs the rows; one side is a profile, which holds aggregates only"
                return result
            }
            return
        }
        let methodSettings = settings.methodSettings(for: outcome.report.name)
        outcome.report.results = methods.map { $0.evaluate(pair, methodSettings) }
        if !selection.datasets.isEmpty { outcome.pair = pair }
    }

    private static func pair(
        _ reference: SideColumn, _ current: SideColumn, name: String, kind: ColumnKind
    ) -> ColumnPair? {
        guard case .rows(let first) = reference, case .rows(let second) = current else { return nil }
        switch (first.values, second.values) {
        case (.numbers(let first), .numbers(let second)):
            return ColumnPair(
                name: name, kind: kind,
                values: .numeric(reference: NumericSample(column: first), current: NumericSample(column: second)))
        case (.strings(let first), .strings(let second)):
            return ColumnPair(
                name: name, kind: kind,
                values: .categorical(
                    CategoryCounts(counting: first, against: second), reference: first, current: second))
        // An all-missing column is read as numbers; beside strings it is an empty column of strings.
        case (.numbers(let first), .strings(let second)):
            let empty = StringColumn(indices: Array(repeating: -1, count: first.values.count), dictionary: [])
            return ColumnPair(
                name: name, kind: .cat,
                values: .categorical(
                    CategoryCounts(counting: empty, against: second), reference: empty, current: second))
        case (.strings(let first), .numbers(let second)):
            let empty = StringColumn(indices: Array(repeating: -1, count: second.values.count), dictionary: [])
            return ColumnPair(
                name: name, kind: .cat,
                values: .categorical(
                    CategoryCounts(counting: first, against: empty), reference: first, current: empty))
        }
    }

    // MARK: verdict

    private func weigh(
        _ reference: consuming SideColumn, _ current: consuming SideColumn, kind: ColumnKind,
        into outcome: inout ColumnOutcome
    ) {
        let sides = ComparableSides(consume reference, consume current, kind: kind)
        outcome.report.reference = sides.referenceSummary
        outcome.report.current = sides.currentSummary
        if wantsShapes, outcome.report.status == .ok { outcome.report.shape = sides.shape }
        guard selection.verdict else { return }
        let verdictSettings = settings.verdictSettings(for: outcome.report.name)
        if outcome.report.status == .ok, let constant = sides.commonConstant {
            outcome.report.status = .constant
            outcome.report.explanation = "Every row on both sides holds \(constant)."
        }
        do throws(Failure) {
            if outcome.report.status == .ok { outcome.values = try sides.evidence(verdictSettings) }
            outcome.missing = Evidence.missing(
                referenceMissing: sides.referenceSummary.missing, referenceRows: sides.referenceSummary.rows,
                currentMissing: sides.currentSummary.missing, currentRows: sides.currentSummary.rows,
                settings: verdictSettings)
        } catch {
            outcome.report.status = .error
            outcome.report.explanation = error.message
        }
    }
}

extension DriftSettings {
    func methodSettings(for column: String) -> MethodSettings {
        var settings = MethodSettings()
        settings.alpha = alpha == 0.05 ? nil : alpha
        settings.threshold = thresholds.columns[column] ?? thresholds.all
        settings.chunks = chunks
        return settings
    }

    func verdictSettings(for column: String) -> VerdictSettings {
        var settings = VerdictSettings()
        settings.alpha = alpha
        settings.strict = strict
        settings.correction =
            switch correction ?? .bh {
            case .bh: .bh
            case .bonferroni: .bonferroni
            case .none: .none
            }
        if let threshold = thresholds.all {
            settings.numericThreshold = threshold
            settings.categoricalThreshold = threshold
        }
        if let threshold = thresholds.numeric { settings.numericThreshold = threshold }
        if let threshold = thresholds.categorical { settings.categoricalThreshold = threshold }
        if let threshold = thresholds.columns[column] {
            settings.numericThreshold = threshold
            settings.categoricalThreshold = threshold
        }
        return settings
    }
}
