import Core
import Statistics

/// Compares the two data sets again inside each value of one column.
struct Segmentation {
    let column: String
    let settings: DriftSettings

    /// Values compared at most, the most frequent first; each needs this many rows on both sides.
    static let maximumSegments = 20
    static let minimumRows = 30

    func compare(_ reference: borrowing LoadedData, _ current: borrowing LoadedData) throws(Failure) -> [SegmentReport]
    {
        guard case .rows(let referenceTable) = reference.content, case .rows(let currentTable) = current.content else {
            throw Failure(
                .invalid, "--segment-by \(column) needs the rows of both sides; one side is a profile",
                hint: "Compare the data files themselves, or leave out --segment-by.")
        }
        let referenceRows = try rowsBySegment(referenceTable, side: reference.label)
        let currentRows = try rowsBySegment(currentTable, side: current.label)
        let selected = referenceRows.keys.filter {
            referenceRows[$0]!.count >= Self.minimumRows && (currentRows[$0]?.count ?? 0) >= Self.minimumRows
        }.sorted { first, second in
            let a = referenceRows[first]!.count + currentRows[first]!.count
            let b = referenceRows[second]!.count + currentRows[second]!.count
            return a != b ? a > b : first.lexicographicallyPrecedes(second)
        }.prefix(Self.maximumSegments)
        return report(
            selected.map { segment in
                let outcomes = compare(
                    select(referenceTable, referenceRows[segment]!), select(currentTable, currentRows[segment]!))
                return (
                    String(decoding: segment, as: UTF8.self), referenceRows[segment]!.count,
                    currentRows[segment]!.count, outcomes
                )
            })
    }

    /// All segments and columns are one family: looking at twenty segments must not find drift in one by chance.
    private func report(_ segments: [(name: String, reference: Int, current: Int, outcomes: [ColumnOutcome])])
        -> [SegmentReport]
    {
        var all = segments.flatMap(\.outcomes)
        DriftComparison.decideVerdicts(&all, settings)
        var start = 0
        return segments.map { segment in
            let columns = all[start..<start + segment.outcomes.count].map(\.report)
            start += segment.outcomes.count
            let drifted = columns.filter(\.isDrifted).map(\.name)
            return SegmentReport(
                name: segment.name, referenceRows: segment.reference, currentRows: segment.current,
                drifted: !drifted.isEmpty, driftedColumns: drifted,
                undecidedColumns: columns.filter { $0.verdict?.verdict == .undecided }.map(\.name))
        }
    }

    private func compare(_ reference: Table, _ current: Table) -> [ColumnOutcome] {
        var aligned = ColumnAlignment.align(
            LoadedData(label: "", content: .rows(reference)), LoadedData(label: "", content: .rows(current))
        ).filter { $0.name != column && $0.obstacle == nil }
        let selection = MethodSelection(verdict: true, columns: [], datasets: [], deciding: [])
        let comparison = ColumnComparison(selection: selection, settings: settings, wantsShapes: false)
        return DriftComparison.compareAll(&aligned, comparison)
    }

    private func rowsBySegment(_ table: Table, side: String) throws(Failure) -> [[UInt8]: [Int]] {
        guard let values = table.column(named: column)?.values else {
            throw Failure(.invalid, "\(side): --segment-by: there is no column \"\(column)\"")
        }
        // Bytes, because String equality would merge values that are canonically equal.
        var rows: [[UInt8]: [Int]] = [:]
        switch values {
        case .strings(let strings):
            guard strings.dictionary.count <= 10_000 else { throw tooMany(strings.dictionary.count) }
            let names = strings.dictionary.map { Array($0.utf8) }
            for (row, index) in strings.indices.enumerated() where index >= 0 {
                rows[names[Int(index)], default: []].append(row)
            }
        case .numbers(let numbers):
            for (row, value) in numbers.values.enumerated() where !value.isNaN {
                let isWhole = value == value.rounded() && value.magnitude < 1e15
                rows[Array((isWhole ? String(Int64(value)) : String(value)).utf8), default: []].append(row)
                guard rows.count <= 10_000 else { throw tooMany(rows.count) }
            }
        }
        return rows
    }

    private func tooMany(_ count: Int) -> Failure {
        Failure(
            .invalid, "--segment-by \(column): the column has \(count) or more distinct values",
            hint: "Choose a column with few values, such as a region or a product.")
    }

    private func select(_ table: Table, _ rows: [Int]) -> Table {
        let columns = table.columns.map { column in
            var selected = column
            switch column.values {
            case .numbers(let numbers):
                selected.values = .numbers(
                    NumberColumn(values: rows.map { numbers.values[$0] }, isInteger: numbers.isInteger))
            case .strings(let strings):
                selected.values = .strings(
                    StringColumn(indices: rows.map { strings.indices[$0] }, dictionary: strings.dictionary))
            }
            return selected
        }
        return Table(columns: columns, rowCount: rows.count)
    }
}
