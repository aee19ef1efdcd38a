package import Core

/// The values of a statement that is put together from parts: each gets the next parameter.
package struct SQLParameters: Sendable {
    package private(set) var values: [SQLValue] = []

    package init() {}

    /// - Returns: the parameter, to be written into the statement: `?3`.
    package mutating func add(_ value: SQLValue) -> String {
        values.append(value)
        return "?\(values.count)"
    }

    /// - Returns: the parameters with commas between them.
    package mutating func add(all values: some Sequence<SQLValue>) -> String {
        var parameters: [String] = []
        for value in values { parameters.append(add(value)) }
        return parameters.joined(separator: ", ")
    }
}

/// An order of rows by several columns, and how to go on after a given row: what key-set pages need.
package struct KeySetOrder: Sendable {
    package struct Column: Sendable {
        package enum Kind: Sendable {
            case integer, real, text
        }

        /// A number that comes first, ascending whatever the direction: 0 for rows that have a value and more for those
        /// that have none, which all count as equal. Nil where every row has a value.
        package var rank: String?
        package var value: String
        package var kind: Kind
        package var isAscending: Bool
        /// No row has a value, yet: it sorts nothing and keeps its place in positions, so that a page's end is
        /// understood when some row has one.
        package private(set) var isAbsent = false

        package static func absent(_ kind: Kind, ascending: Bool) -> Column {
            var column = Column("NULL", kind, ascending: ascending, rank: "2")
            column.isAbsent = true
            return column
        }

        package init(_ value: String, _ kind: Kind, ascending: Bool, rank: String? = nil) {
            self.value = value
            self.kind = kind
            isAscending = ascending
            self.rank = rank
        }
    }

    /// Where a row stands in the order: for each column its rank and its value.
    package struct Position: Sendable, Equatable {
        package var ranks: [Int64]
        package var values: [SQLValue]

        package init(ranks: [Int64], values: [SQLValue]) {
            self.ranks = ranks
            self.values = values
        }
    }

    package let columns: [Column]

    /// - Parameter columns: the last of them tells all rows apart.
    package init(_ columns: [Column]) { self.columns = columns }

    /// What follows ORDER BY.
    package var clause: String {
        columns.filter { !$0.isAbsent }.map { column in
            let value = column.value + (column.isAscending ? "" : " DESC")
            return column.rank.map { "\($0), \(value)" } ?? value
        }.joined(separator: ", ")
    }

    /// What a statement must select for `position`, in this order.
    package var selection: String { columns.map { "\($0.rank ?? "0"), \($0.value)" }.joined(separator: ", ") }

    /// Reads what `selection` selected.
    /// - Parameter first: the number of its first column in the row.
    package func position(_ row: any SQLRow, from first: Int) -> Position {
        var position = Position(ranks: [], values: [])
        for (index, column) in columns.enumerated() {
            let place = first + 2 * index
            position.ranks.append(row.integer(place))
            if row.isNull(place + 1) {
                position.values.append(.null)
            } else {
                switch column.kind {
                case .integer: position.values.append(.integer(row.integer(place + 1)))
                case .real: position.values.append(.real(row.real(place + 1)))
                case .text: position.values.append(.text(row.text(place + 1)))
                }
            }
        }
        return position
    }

    /// A condition for the rows that come after a position.
    package func after(_ position: Position, _ parameters: inout SQLParameters) -> String {
        after(position, from: 0, &parameters)
    }

    private func after(_ position: Position, from index: Int, _ parameters: inout SQLParameters) -> String {
        let column = columns[index]
        if column.isAbsent { return after(position, from: index + 1, &parameters) }
        let isLast = index == columns.count - 1
        var cases: [String] = []
        var same: [String] = []
        if let rank = column.rank {
            let number = parameters.add(.integer(position.ranks[index]))
            cases.append("\(rank) > \(number)")
            same.append("\(rank) = \(number)")
        }
        if position.ranks[index] == 0 {
            let value = parameters.add(position.values[index])
            let beyond = "\(column.value) \(column.isAscending ? ">" : "<") \(value)"
            cases.append((same + [beyond]).joined(separator: " AND "))
            same.append("\(column.value) = \(value)")
        }
        if !isLast {
            same.append(after(position, from: index + 1, &parameters))
            cases.append(same.joined(separator: " AND "))
        }
        return "(" + cases.map { "(\($0))" }.joined(separator: " OR ") + ")"
    }

    /// Whether the row at `left` comes before the one at `right`: the order of the statement, for rows of several
    /// statements. Texts are compared by bytes.
    package func precedes(_ left: Position, _ right: Position) -> Bool {
        for (index, column) in columns.enumerated() {
            if left.ranks[index] != right.ranks[index] { return left.ranks[index] < right.ranks[index] }
            if left.ranks[index] != 0 { continue }
            let comparison = Self.compare(left.values[index], right.values[index])
            if comparison != 0 { return (comparison < 0) == column.isAscending }
        }
        return false
    }

    private static func compare(_ left: SQLValue, _ right: SQLValue) -> Int {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left < right ? -1 : left == right ? 0 : 1
        case (.real(let left), .real(let right)): left < right ? -1 : left == right ? 0 : 1
        case (.text(let left), .text(let right)):
            left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : left.utf8.elementsEqual(right.utf8) ? 0 : 1
        default: 0
        }
    }
}

// MARK: - Page tokens

extension KeySetOrder {
    /// The position as JSON, for `PageTokens`.
    package func json(_ position: Position) -> JSON {
        .array(
            zip(position.ranks, position.values).map { rank, value in
                switch value {
                case _ where rank != 0: .array([.integer(rank)])
                case .integer(let number): .array([.integer(rank), .integer(number)])
                case .real(let number): .array([.integer(rank), .number(number)])
                case .text(let text): .array([.integer(rank), .string(text)])
                case .null, .blob: .array([.integer(rank)])
                }
            })
    }

    /// - Throws: `invalid` when it is no position of this order.
    package func position(_ json: JSON) throws(Failure) -> Position {
        guard let entries = json.elements, entries.count == columns.count else { throw Self.invalid }
        var position = Position(ranks: [], values: [])
        for (entry, column) in zip(entries, columns) {
            guard let parts = entry.elements, let rank = parts.first?.int else { throw Self.invalid }
            position.ranks.append(Int64(rank))
            guard rank == 0 else {
                position.values.append(.null)
                continue
            }
            guard parts.count == 2 else { throw Self.invalid }
            switch (column.kind, parts[1]) {
            case (.integer, .integer(let number)): position.values.append(.integer(number))
            case (.real, let number):
                guard let number = number.double else { throw Self.invalid }
                position.values.append(.real(number))
            case (.text, .string(let text)): position.values.append(.text(text))
            default: throw Self.invalid
            }
        }
        return position
    }

    private static let invalid = Failure(
        .invalid, "Invalid page token: it belongs to another query", hint: "Begin again without a page token.")
}
