/// A table for terminals that never exceeds its width: optional columns go first, then long first cells are shortened.
package struct TextTable: Sendable {
    package struct Column: Sendable {
        let title: String
        let alignsRight: Bool
        let dispensable: Int
        let minimum: Int?

        /// - Parameters:
        ///   - dispensable: columns with the highest number go first when there is no room; 0 stays.
        ///   - minimum: the column may be shortened down to this many cells.
        package init(title: String, alignsRight: Bool = false, dispensable: Int = 0, minimum: Int? = nil) {
            self.title = title
            self.alignsRight = alignsRight
            self.dispensable = dispensable
            self.minimum = minimum
        }
    }

    package struct Cell: Sendable {
        let text: String
        let style: TerminalStyle?

        package init(_ text: String, _ style: TerminalStyle? = nil) {
            self.text = text
            self.style = style
        }
    }

    package let columns: [Column]
    /// A cell for each column.
    package var rows: [[Cell]]

    private static let gap = 2

    package init(columns: [Column], rows: [[Cell]] = []) {
        self.columns = columns
        self.rows = rows
    }

    /// Writes to standard output, fitted to the terminal; what goes into a file or a pipe is left whole.
    package func write() {
        let width = Terminal.outputIsTerminal ? Terminal.width : Int.max
        Terminal.write(lines(width: width, colour: Terminal.usesColour).map { $0 + "\n" }.joined())
    }

    package func lines(width: Int, colour: Bool) -> [String] {
        var widths = columns.indices.map { index in
            rows.map { DisplayText.width($0[index].text) }.max().map { max($0, columns[index].title.count) }
                ?? columns[index].title.count
        }
        let shown = fit(&widths, into: width)
        let header = shown.map { Cell(columns[$0].title, .faint) }
        return [line(header, shown, widths, width, colour)]
            + rows.map { row in line(shown.map { row[$0] }, shown, widths, width, colour) }
    }

    private func fit(_ widths: inout [Int], into width: Int) -> [Int] {
        var shown = Array(columns.indices)
        func total() -> Int { shown.reduce(0) { $0 + widths[$1] } + Self.gap * max(0, shown.count - 1) }
        func slack() -> Int {
            shown.reduce(0) { sum, index in sum + max(0, widths[index] - (columns[index].minimum ?? widths[index])) }
        }
        // Long names give way first, but not below their minimum; then whole columns go.
        while total() - slack() > width,
            let victim = shown.filter({ columns[$0].dispensable > 0 }).max(by: {
                columns[$0].dispensable < columns[$1].dispensable
            })
        {
            shown.removeAll { $0 == victim }
        }
        var excess = total() - width
        // The longest gives first, a cell at a time; tables are short and narrow.
        func spare(_ index: Int) -> Int { widths[index] - (columns[index].minimum ?? widths[index]) }
        while excess > 0, let index = shown.filter({ spare($0) > 0 }).max(by: { widths[$0] < widths[$1] }) {
            widths[index] -= 1
            excess -= 1
        }
        // Narrower than everything: the widest column gives what is missing.
        while excess > 0, let widest = shown.max(by: { widths[$0] < widths[$1] }), widths[widest] > 1 {
            widths[widest] -= 1
            excess -= 1
        }
        return shown
    }

    private func line(_ cells: [Cell], _ shown: [Int], _ widths: [Int], _ width: Int, _ colour: Bool) -> String {
        var line = ""
        var pending = 0
        for (cell, index) in zip(cells, shown) {
            let text = DisplayText.shorten(cell.text, to: widths[index])
            let padding = widths[index] - DisplayText.width(text)
            let before = columns[index].alignsRight ? padding : 0
            if !text.isEmpty {
                line += String(repeating: " ", count: pending + before) + (cell.style?.apply(text, colour) ?? text)
                pending = padding - before
            } else {
                pending += padding
            }
            pending += Self.gap
        }
        return line
    }
}

/// What colour means on a terminal; words and icons say the same.
package enum TerminalStyle: String, Sendable {
    case bad = "31;1"
    case warning = "33"
    case good = "32"
    case unknown = "36"
    case faint = "2"
    case strong = "1"

    package func apply(_ text: String, _ colour: Bool) -> String {
        colour ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
    }
}
