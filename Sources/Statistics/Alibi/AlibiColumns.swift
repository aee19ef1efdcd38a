import Core

/// The columns alibi-detect can take, in the order they are handed to a detector: no missing and no infinite value on
/// either side, ascending by name.
struct AlibiColumns {
    private(set) var numeric: [(name: String, reference: NumericSample, current: NumericSample)] = []
    private(set) var categorical: [(name: String, counts: CategoryCounts)] = []

    init(_ pairs: [ColumnPair]) {
        for pair in pairs.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            switch (pair.kind, pair.values) {
            case (.num, .numeric(let reference, let current))
            where reference.count == reference.rowCount && current.count == current.rowCount
                && reference.count > 0 && current.count > 0:
                numeric.append((pair.name, reference, current))
            case (.cat, .categorical(let counts, let reference, let current))
            where !reference.indices.contains(where: { $0 < 0 }) && !current.indices.contains(where: { $0 < 0 })
                && counts.referenceTotal > 0 && counts.currentTotal > 0:
                categorical.append((pair.name, counts))
            default: continue
            }
        }
    }

    /// Categorical columns with exactly two categories on both sides together.
    var binary: [(name: String, counts: CategoryCounts)] {
        categorical.filter { column in
            column.counts.categories.indices.count {
                column.counts.reference[$0] + column.counts.current[$0] > 0
            } == 2
        }
    }
}
