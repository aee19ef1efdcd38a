package import Core
package import Statistics

/// One side of a comparison as it was read: rows, or a profile where only aggregates are known.
package struct LoadedData: Sendable {
    package enum Content: Sendable {
        case rows(Table)
        case profile(TableProfile)
    }

    /// The file as the user named it.
    package var label: String
    package var content: Content
    package var notes: [String]

    package init(label: String, content: Content, notes: [String] = []) {
        self.label = label
        self.content = content
        self.notes = notes
    }

    package var rowCount: Int {
        switch content {
        case .rows(let table): table.rowCount
        case .profile(let profile): profile.rows
        }
    }

    package var isProfile: Bool { if case .profile = content { true } else { false } }

    package var columnNames: [String] {
        switch content {
        case .rows(let table): table.columns.map(\.name)
        case .profile(let profile): profile.columns.map(\.name)
        }
    }
}

/// One column of one side.
enum SideColumn: Sendable {
    case rows(Column)
    case profile(ColumnProfile)

    var name: String {
        switch self {
        case .rows(let column): column.name
        case .profile(let profile): profile.name
        }
    }

    var kind: ColumnKind {
        switch self {
        case .rows(let column): column.kind
        case .profile(let profile): profile.kind
        }
    }

    /// No row holds a value: such a column has no type of its own.
    var isEmpty: Bool {
        switch self {
        case .rows(let column):
            switch column.values {
            case .numbers(let numbers): numbers.values.allSatisfy(\.isNaN)
            case .strings(let strings): strings.indices.allSatisfy { $0 < 0 }
            }
        case .profile(let profile): profile.missing == profile.rows
        }
    }
}
