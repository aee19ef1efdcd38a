/// How p-values of one comparison's columns are corrected for looking many times.
package enum MultipleTesting: String, Sendable, CaseIterable {
    /// Benjamini and Hochberg (1995): of the columns called significant, at most `alpha` are so by chance, on average.
    case bh
    case bonferroni, none
}

/// What counts as drift. The defaults are argued for in docs/concepts/statistics.md.
package struct VerdictSettings: Sendable, Equatable {
    /// Largest corrected p-value that counts as significant, in (0, 1).
    package var alpha = 0.05
    /// Coverage of the effect's interval, in (0, 1).
    package var confidence = 0.95
    /// In robust reference spreads (standard deviations of a normal column).
    package var numericThreshold = 0.1
    /// Share of rows that would have to change category.
    package var categoricalThreshold = 0.05
    /// Change of the missing share, in rows.
    package var missingThreshold = 0.02
    package var correction = MultipleTesting.bh
    /// Call a column drifted only when the whole interval lies above the threshold.
    package var strict = false
    /// Changes the random stream; the data's own digest is always mixed in.
    package var seed: UInt64 = 0

    package init() {}
}
