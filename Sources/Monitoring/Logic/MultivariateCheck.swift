import Core
import Statistics

/// Can a classifier tell the two data sets apart?
enum MultivariateCheck {
    /// Looks at the columns that both sides hold as numbers or categories. Times are left out, for windows follow each
    /// other and a clock tells any two apart; so is free text.
    /// - Returns: nil when a side is a profile, fewer than two columns qualify, or there are too few rows.
    static func run(_ aligned: [AlignedColumn]) -> DatasetReport.Multivariate? {
        var reference: [Column] = []
        var current: [Column] = []
        for column in aligned where column.obstacle == nil && column.kind != .datetime && column.kind != .text {
            guard case .rows(let first) = column.reference, case .rows(let second) = column.current else { return nil }
            reference.append(first)
            current.append(second)
        }
        guard reference.count > 1,
            let result = try? ClassifierTwoSampleTest.run(reference: reference, current: current)
        else { return nil }
        return .init(
            auc: result.auc, interval: result.interval, pValue: result.pValue, rows: result.rows,
            contributions: result.contributions)
    }
}
