import Statistics

/// The order in which people should see columns.
enum Ranking {
    /// Schema changes first, then by how grave the verdict is, then by how far the column moved beyond its threshold.
    static func mostImportantFirst(_ columns: [ColumnReport]) -> [ColumnReport] {
        columns.enumerated().sorted { first, second in
            let a = key(first.element)
            let b = key(second.element)
            if a.group != b.group { return a.group < b.group }
            if a.weight != b.weight { return a.weight > b.weight }
            return first.offset < second.offset
        }.map(\.element)
    }

    private static func key(_ column: ColumnReport) -> (group: Int, weight: Double) {
        switch column.status {
        case .typeChanged, .missing: return (0, 0)
        case .new: return (1, 0)
        case .ok, .empty, .constant, .error: break
        }
        let weight = [column.verdict, column.missingness].compactMap { $0 }.map(weight).max() ?? 0
        if column.isDrifted { return (2, weight) }
        switch column.status {
        case .error, .empty: return (3, 0)
        case .constant: return (7, 0)
        case .ok, .typeChanged, .missing, .new: break
        }
        switch column.verdict?.verdict {
        case .drifted, .undecided: return (4, weight)
        case .smallShift: return (5, weight)
        case .stable, .notComparable, nil: return (6, weight)
        }
    }

    /// How far the estimate lies beyond its own threshold; comparable between columns of different units.
    private static func weight(_ verdict: ColumnVerdict) -> Double {
        verdict.threshold > 0 ? verdict.corrected / verdict.threshold : verdict.corrected
    }
}
