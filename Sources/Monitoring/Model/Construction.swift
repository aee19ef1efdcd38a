package import Core

// Memberwise initialisers do not leave their module; these let tests and other targets build a report.

extension DriftReport {
    package init(_ reference: Side, _ current: Side, settings: Settings, columns: [ColumnReport]) {
        self.init(
            reference: reference, current: current, settings: settings, columns: columns,
            dataset: DatasetReport(drifted: false, driftedColumns: 0, comparedColumns: 0))
    }
}

extension DriftReport.Side {
    package init(_ label: String, rows: Int, columns: Int, isProfile: Bool = false) {
        self.init(label: label, rows: rows, columns: columns, isProfile: isProfile)
    }
}

extension DriftReport.Settings {
    package init(compatibility: String) {
        self.init(
            alpha: 0.05, correction: .bh, compatibility: compatibility, numericThreshold: 0.1,
            categoricalThreshold: 0.05)
    }
}

extension ColumnReport {
    package init(_ name: String, _ kind: ColumnKind, _ status: Status = .ok) {
        self.init(name: name, kind: kind, status: status)
    }
}

extension ColumnSummary {
    package init(_ rows: Int, missing: Int, distinct: Int, numeric: Numeric? = nil) {
        self.init(rows: rows, missing: missing, infinite: 0, distinct: distinct, numeric: numeric)
    }
}

extension ColumnSummary.Numeric {
    package init(_ mean: Double, _ standardDeviation: Double, _ range: ClosedRange<Double>) {
        self.init(
            mean: mean, standardDeviation: standardDeviation, minimum: range.lowerBound, maximum: range.upperBound)
    }
}

extension DatasetReport.Multivariate {
    package init(
        _ auc: Double, _ interval: ClosedRange<Double>, pValue: Double, rows: Int,
        contributions: [(column: String, share: Double)]
    ) {
        self.init(auc: auc, interval: interval, pValue: pValue, rows: rows, contributions: contributions)
    }
}

extension SegmentReport {
    package init(_ name: String, rows: (reference: Int, current: Int), drifted: [String], undecided: [String]) {
        self.init(
            name: name, referenceRows: rows.reference, currentRows: rows.current, drifted: !drifted.isEmpty,
            driftedColumns: drifted, undecidedColumns: undecided)
    }
}
