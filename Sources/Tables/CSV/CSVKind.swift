import Core

extension CSVColumnState {
    /// The kind of the column after everything was read.
    /// - Parameter distinct: how many distinct strings it has, if it was read as text.
    /// - Throws: `.invalid` if it is a column of numbers and one of them does not fit into a double.
    func kind(_ evidence: StringEvidence, distinct: Int, _ path: String) throws(Failure) -> ColumnKind {
        if let range, mode == .number {
            throw CSVProblem.outOfRange(range.text).failure(path, line: range.line, column: name)
        }
        if let forced { return forced }
        switch mode {
        case .number, .skip: return .num
        case .time: return .datetime
        case .string:
            return evidence.kind(distinct: distinct, values: values)
        }
    }

    /// Written as integers throughout, none missing.
    var isInteger: Bool { mode == .number && integers && values > 0 && missing == 0 && nans == 0 }

    /// What a user should know about a column that is text only because of a few words.
    func note(_ evidence: StringEvidence, _ path: String) -> String? {
        guard forced == nil && mode == .string, let words = evidence.spellingsInTheWay else { return nil }
        let column = excerpt(Array(name.utf8))
        let list = words.map { excerpt(Array($0.utf8)) }.joined(separator: ", ")
        let flags = words.map { "--missing \($0)" }.joined(separator: " ")
        return "\(path): column \(column) is read as text because of \(list); with \(flags) it is a column of numbers."
    }
}

extension CSVColumns {
    /// The columns for a second pass over the columns whose text is needed after all; `nil` if there are none.
    func deferred(_ header: CSVHeader) -> CSVColumns? {
        var modes = [CSVMode](repeating: .skip, count: states.count)
        for (field, state) in states.enumerated() {
            // Nothing but nan: pandas, too, keeps that as text.
            let isOnlyNaN = state.mode == .number && state.values == 0 && state.nans > 0 && state.forced == nil
            if state.isDeferred || isOnlyNaN { modes[field] = .string }
        }
        guard modes.contains(.string) else { return nil }
        return CSVColumns(self, header, modes: modes)
    }

    /// Takes over what the second pass found.
    func adopt(_ second: CSVColumns) {
        for (field, state) in second.states.enumerated() where state.mode != .skip { states[field] = state }
    }
}
