package import Core
package import Statistics

/// Everything a comparison of two data sets found: aggregates only, never a row.
package struct DriftReport: Sendable {
    package var reference: Side
    package var current: Side
    package var settings: Settings
    /// Most important first: schema changes, drifted, undecided, small shift, stable.
    package var columns: [ColumnReport]
    package var dataset: DatasetReport
    package var segments: [SegmentReport] = []
    /// Things the reader should know: sampling, profiles, rank errors, columns that look numeric but are not, ...
    package var notes: [String] = []

    /// One of the two data sets.
    package struct Side: Sendable {
        /// The file as the user named it.
        package var label: String
        package var rows: Int
        package var columns: Int
        /// The figures come from a stored profile or a streamed sketch, not from the rows.
        package var isProfile: Bool
    }

    package struct Settings: Sendable {
        package var alpha: Double
        package var correction: Correction
        package var compatibility: String
        /// Threshold for numeric effects (robust reference spreads) and categorical effects (share of rows); see docs.
        package var numericThreshold: Double
        package var categoricalThreshold: Double
    }

    package enum Correction: String, Sendable, CaseIterable { case bh, bonferroni, none }
}

package struct ColumnReport: Sendable {
    package enum Status: String, Sendable {
        case ok, empty, constant, typeChanged = "type_changed", new, missing, error
    }

    package enum Role: String, Sendable { case feature, prediction, target }

    package var name: String
    package var kind: ColumnKind
    package var status: Status
    package var role: Role = .feature
    /// Why the status is not `ok`, as a sentence.
    package var explanation: String?
    package var reference: ColumnSummary?
    package var current: ColumnSummary?
    /// On the values.
    package var verdict: ColumnVerdict?
    /// On the share of missing values, when there are any.
    package var missingness: ColumnVerdict?
    package var results: [MethodResult] = []
    package var shape: DistributionShape?
    /// What the deciding methods of a compatibility mode say; nil when Steward's own verdict decides.
    package var driftedByMethod: Bool?

    package var isDrifted: Bool {
        driftedByMethod ?? (verdict?.verdict == .drifted || missingness?.verdict == .drifted)
    }
}

/// What one side of a column holds.
package struct ColumnSummary: Sendable {
    package var rows: Int
    package var missing: Int
    package var infinite: Int
    /// Distinct values; an estimate when it comes from a sketch.
    package var distinct: Int
    package var numeric: Numeric?

    package struct Numeric: Sendable {
        package var mean: Double
        /// Sample standard deviation (n - 1).
        package var standardDeviation: Double
        package var minimum: Double
        package var maximum: Double
    }
}

/// What a chart of the column needs.
package enum DistributionShape: Sendable {
    /// Shares per bin, `edges.count == shares + 1`; the outer bins are closed over all values of both sides.
    /// Quantiles at `probabilities` for both sides.
    case numeric(
        edges: [Double], reference: [Double], current: [Double],
        probabilities: [Double], referenceQuantiles: [Double], currentQuantiles: [Double])
    /// Shares per category, largest change first; the last one may be "(N others)".
    case categorical(categories: [String], reference: [Double], current: [Double])
}

package struct DatasetReport: Sendable {
    package var drifted: Bool
    package var driftedColumns: Int
    /// Columns that could be compared.
    package var comparedColumns: Int
    /// The share of drifted columns weighted by importance, when importances are given; in [0, 1].
    package var weightedShare: Double?
    package var results: [DatasetResult] = []
    package var multivariate: Multivariate?

    /// Can a classifier tell the two data sets apart? (classifier two-sample test)
    package struct Multivariate: Sendable {
        package var auc: Double
        package var interval: ClosedRange<Double>
        package var pValue: Double
        package var rows: Int
        /// Columns the classifier used, largest contribution first; contributions sum to 1.
        package var contributions: [(column: String, share: Double)]
    }
}

package struct SegmentReport: Sendable {
    package var name: String
    package var referenceRows: Int
    package var currentRows: Int
    package var drifted: Bool
    /// The columns that drifted inside this segment.
    package var driftedColumns: [String]
    package var undecidedColumns: [String]
}
