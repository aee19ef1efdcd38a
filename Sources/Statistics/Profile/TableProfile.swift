package import Core

/// A mergeable summary of a table: aggregates of every column, never a row.
///
/// Profiles form an algebra: `zero`, `update` with rows, `merge` with another profile, `serialised`. Merging the
/// profiles of two parts equals profiling the whole: exactly for counts, ranges, HyperLogLog registers, histograms, and
/// quantiles and categories within their exact capacities; to rounding for means and deviations; within the stated
/// errors otherwise.
package struct TableProfile: Sendable, Equatable {
    package internal(set) var rows: Int
    /// In the order of the first table.
    package internal(set) var columns: [ColumnProfile]
    private var edges: [String: FixedHistogram] = [:]

    /// More rows than this are refused: counts and weights must stay exact.
    package static let maximumRows = 1 << 52

    package static let zero = TableProfile()

    package init() {
        rows = 0
        columns = []
    }

    /// An empty profile that will count the named numeric columns in the given histograms.
    package init(histograms: [String: FixedHistogram]) {
        self.init()
        edges = histograms
    }

    package init(rows: Int, columns: [ColumnProfile]) {
        self.rows = rows
        self.columns = columns
    }

    package func column(named name: String) -> ColumnProfile? { index(of: name).map { columns[$0] } }

    private func index(of name: String) -> Int? { columns.firstIndex { $0.name.utf8.elementsEqual(name.utf8) } }

    /// Adds the rows of a table. The first table sets the columns.
    /// - Throws: `conflict` when a later table has other columns, or a column of another kind; the profile is then
    ///   unchanged.
    package mutating func update(_ table: Table) throws(Failure) {
        if columns.isEmpty, rows == 0 {
            columns = table.columns.map { ColumnProfile(name: $0.name, kind: $0.kind, histogram: edges[$0.name]) }
        }
        let places = try match(table.columns.map(\.name))
        try checkRows(adding: table.rowCount)
        // Checked for all columns before one of them changes.
        for (column, place) in zip(table.columns, places) { try columns[place].check(column) }
        for (column, place) in zip(table.columns, places) { try columns[place].update(column) }
        rows += table.rowCount
    }

    /// Adds the rows of another profile.
    /// - Throws: `conflict` when the columns differ, or a column has another kind or other histogram edges; `exhausted`
    ///   above 2^52 rows. The profile is then unchanged.
    package mutating func merge(_ other: TableProfile) throws(Failure) {
        if other.columns.isEmpty, other.rows == 0 { return }
        if columns.isEmpty, rows == 0 {
            self = other
            return
        }
        let places = try match(other.columns.map(\.name))
        try checkRows(adding: other.rows)
        var merged = columns
        for (column, place) in zip(other.columns, places) { try merged[place].merge(column) }
        columns = merged
        rows += other.rows
    }

    /// Works partial blocks in; reading figures repeatedly is then cheap.
    package mutating func finish() {
        for index in columns.indices { columns[index].finish() }
    }

    /// The place of each name among the columns: both sides must have the same names, in any order.
    private func match(_ names: [String]) throws(Failure) -> [Int] {
        let new = names.filter { index(of: $0) == nil }
        let lost = columns.map(\.name).filter { name in !names.contains { $0.utf8.elementsEqual(name.utf8) } }
        guard new.isEmpty, lost.isEmpty, names.count == columns.count else {
            var parts: [String] = []
            if !lost.isEmpty { parts.append("missing: " + Self.list(lost)) }
            if !new.isEmpty { parts.append("new: " + Self.list(new)) }
            if parts.isEmpty { parts.append("a name occurs twice") }
            throw Failure(
                .conflict, "the two have different columns (\(parts.joined(separator: "; ")))",
                hint: "Profiles can be merged when they describe the same columns; select them with --columns.")
        }
        return names.compactMap { index(of: $0) }
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(5).map { "\"\($0)\"" }.joined(separator: ", ")
        return names.count > 5 ? shown + " and \(names.count - 5) more" : shown
    }

    private func checkRows(adding count: Int) throws(Failure) {
        guard count <= Self.maximumRows - rows else {
            throw Failure(.exhausted, "a profile counts at most 2^52 rows")
        }
    }

    package static func == (left: TableProfile, right: TableProfile) -> Bool {
        left.rows == right.rows && left.columns == right.columns
    }
}
