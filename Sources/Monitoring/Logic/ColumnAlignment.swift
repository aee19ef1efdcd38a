import Core
import Statistics

/// The same column on both sides, or the one side that has it.
struct AlignedColumn: Sendable {
    var name: String
    var kind: ColumnKind
    var reference: SideColumn?
    var current: SideColumn?
    /// What stands in the way of a comparison, if anything does.
    var obstacle: Obstacle?

    var isNumeric: Bool { kind == .num || kind == .datetime }

    struct Obstacle: Sendable {
        var status: ColumnReport.Status
        var explanation: String
    }
}

enum ColumnAlignment {
    /// Columns in the reference's order, then those only the current data have.
    static func align(_ reference: LoadedData, _ current: LoadedData) -> [AlignedColumn] {
        let referenceColumns = columns(of: reference)
        let currentColumns = columns(of: current)
        // Names from outside are compared as UTF-8 bytes; String equality would merge canonical equivalents.
        let currentByName = Dictionary(currentColumns.map { (Array($0.name.utf8), $0) }) { first, _ in first }
        let referenceNames = Set(referenceColumns.map { Array($0.name.utf8) })
        return referenceColumns.map { pair($0, currentByName[Array($0.name.utf8)]) }
            + currentColumns.filter { !referenceNames.contains(Array($0.name.utf8)) }.map(newColumn)
    }

    private static func columns(of data: LoadedData) -> [SideColumn] {
        switch data.content {
        case .rows(let table): table.columns.map(SideColumn.rows)
        case .profile(let profile): profile.columns.map(SideColumn.profile)
        }
    }

    private static func newColumn(_ column: SideColumn) -> AlignedColumn {
        AlignedColumn(
            name: column.name, kind: column.kind, reference: nil, current: column,
            obstacle: .init(status: .new, explanation: "Only the current data have this column."))
    }

    private static func pair(_ reference: SideColumn, _ current: SideColumn?) -> AlignedColumn {
        var aligned = AlignedColumn(name: reference.name, kind: reference.kind, reference: reference, current: current)
        guard let current else {
            aligned.obstacle = .init(status: .missing, explanation: "The current data lack this column.")
            return aligned
        }
        switch (reference.isEmpty, current.isEmpty) {
        case (true, true): aligned.obstacle = .init(status: .empty, explanation: "No row on either side has a value.")
        case (true, false):
            aligned.obstacle = .init(status: .empty, explanation: "No row of the reference has a value.")
        case (false, true):
            aligned.obstacle = .init(status: .empty, explanation: "No row of the current data has a value.")
        case (false, false):
            if let kind = commonKind(reference.kind, current.kind) {
                aligned.kind = kind
            } else {
                aligned.obstacle = .init(
                    status: .typeChanged,
                    explanation:
                        "The reference holds \(words(reference.kind)), the current data \(words(current.kind)).")
            }
        }
        return aligned
    }

    /// How two kinds are compared, nil when they cannot be. Text, categories and flags are all strings, told apart only
    /// by how many distinct ones a file happens to hold, so a difference among them is no change of type.
    static func commonKind(_ reference: ColumnKind, _ current: ColumnKind) -> ColumnKind? {
        if reference == current { return reference }
        let strings: Set<ColumnKind> = [.cat, .text, .bool]
        guard strings.contains(reference), strings.contains(current) else { return nil }
        return reference == .text || current == .text ? (reference == .text ? .text : .cat) : .cat
    }

    private static func words(_ kind: ColumnKind) -> String {
        switch kind {
        case .num: "numbers"
        case .cat: "categories"
        case .text: "text"
        case .bool: "flags (true or false)"
        case .datetime: "dates or times"
        }
    }
}
