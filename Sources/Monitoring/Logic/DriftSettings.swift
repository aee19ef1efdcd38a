import Core
import Statistics

/// What a user may ask of a comparison; the defaults are those of `steward drift REFERENCE CURRENT`.
package struct DriftSettings: Sendable {
    package var compatibility: Compatibility = .steward
    /// Full method names, or `all` for every method of the compatibility namespace; empty for its default methods.
    package var methods: [String] = []
    /// Significance level, in (0, 1).
    package var alpha = 0.05
    /// nil: Benjamini-Hochberg for the verdict, and what the other tool does by itself in its compatibility mode.
    package var correction: DriftReport.Correction?
    /// Drift needs the whole interval above the threshold, not only the estimate.
    package var strict = false
    package var thresholds = Thresholds()
    /// The only columns that were read, when the user named some.
    package var columns: [String]?
    package var prediction: String?
    package var target: String?
    package var segmentBy: String?
    /// How much each column matters, relative to the others; for the weighted share of drifted columns.
    package var importances: [String: Double] = [:]
    /// Chunks that `nannyml.*` cuts each side into.
    package var chunks = 5

    package enum Compatibility: String, Sendable, CaseIterable {
        case steward, evidently, alibi, nannyml, counts, scipy
    }

    /// Effects above which a significant change matters; nil means the default of the verdict or method.
    package struct Thresholds: Sendable {
        package var all: Double?
        package var numeric: Double?
        package var categorical: Double?
        package var columns: [String: Double] = [:]

        package init() {}
    }

    package init() {}
}
