/// A column of a table.
package struct TableColumn: Sendable {
    package enum Order: String, Sendable {
        case ascending, descending
        /// It can be sorted by, but is not.
        case none
    }

    package enum Kind: String, Sendable {
        case text = ""
        /// Aligned to the right.
        case number = "n"
        /// What names the row.
        case id
        /// Boxes to tick.
        case pick
    }

    let title: String
    let kind: Kind
    /// On hover.
    let explanation: String?
    /// Where the header leads: the same page, sorted by it.
    let sorting: Address?
    /// Whether the table is sorted by it now.
    let order: Order?

    package init(
        _ title: String, _ kind: Kind = .text, explanation: String? = nil, sorting: Address? = nil,
        order: Order? = nil
    ) {
        self.title = title
        self.kind = kind
        self.explanation = explanation
        self.sorting = sorting
        self.order = order ?? (sorting == nil ? nil : Order.none)
    }

    package static func number(
        _ title: String, explanation: String? = nil, sorting: Address? = nil, order: Order? = nil
    ) -> TableColumn {
        TableColumn(title, .number, explanation: explanation, sorting: sorting, order: order)
    }
}

package enum TableStyle: String, Sendable {
    case plain = "data"
    /// The first column stays while the others scroll.
    case pinned = "data pinned"
    /// Rows become cards on a telephone; cells then need the names of their columns.
    case cards = "data cards"
    /// Rows that are alike everywhere are quiet.
    case compare = "data compare pinned"
}

extension Markup {
    /// A table with a header row. It scrolls sideways by itself when the page is too narrow for it.
    /// - Parameters:
    ///   - label: what a reader hears who cannot see it.
    ///   - rows: writes the `tr` elements.
    package mutating func table(
        _ label: String, _ columns: [TableColumn], style: TableStyle = .plain,
        _ rows: (inout Markup) throws -> Void
    ) rethrows {
        try element("div", ["class": "scroll", "role": "region", "aria-label": label, "tabindex": "0"]) { html in
            try html.element("table", ["class": style.rawValue]) { html in
                html.element("thead") { html in
                    html.element("tr") { html in for column in columns { html.header(column) } }
                }
                try html.element("tbody") { try rows(&$0) }
            }
        }
    }

    private mutating func header(_ column: TableColumn) {
        let style = column.kind == .text ? nil : column.kind.rawValue
        guard !column.title.isEmpty else { return element("td", ["class": style]) { _ in } }
        let attributes: Attributes = [
            "scope": "col", "class": style, "aria-sort": column.order?.rawValue, "title": column.explanation,
        ]
        element("th", attributes) { html in
            guard let sorting = column.sorting else { return html.name(column.title, width: 32) }
            html.element("a", ["href": sorting.text]) { $0.name(column.title, width: 32) }
        }
    }

    package mutating func row(_ attributes: Attributes = [:], _ cells: (inout Markup) throws -> Void) rethrows {
        try element("tr", attributes, cells)
    }

    /// - Parameter label: the name of the column, for tables that become cards.
    package mutating func cell(
        _ kind: TableColumn.Kind = .text, label: String? = nil, _ content: (inout Markup) throws -> Void
    ) rethrows {
        try element("td", ["class": kind == .text ? nil : kind.rawValue, "data-label": label], content)
    }

    package mutating func cell(_ text: String, label: String? = nil) {
        cell(label: label) { html in
            if text.isEmpty { html.void() } else { html.name(text, width: 60) }
        }
    }

    /// The cell that names the row.
    package mutating func rowHeader(_ content: (inout Markup) throws -> Void) rethrows {
        try element("th", ["class": "id", "scope": "row"], content)
    }

    /// A figure, aligned to the right; the exact one on hover. Nil is no figure.
    package mutating func numberCell(_ text: String?, exact: String? = nil, label: String? = nil) {
        element("td", ["class": "n", "title": exact == text ? nil : exact, "data-label": label]) { html in
            if let text { html.text(text) } else { html.void() }
        }
    }

    /// Where a value is missing.
    package mutating func void(_ word: String = "\u{2013}") { element("span", ["class": "void"], text: word) }

    /// The way to the next page, by key set: what was there stays where it was while rows are added.
    /// - Parameters:
    ///   - first: nil on the first page.
    ///   - next: nil on the last page.
    package mutating func pages(first: Address?, next: Address?, _ summary: String = "") {
        guard first != nil || next != nil || !summary.isEmpty else { return }
        element("nav", ["class": "pages", "aria-label": "Pages"]) { html in
            html.element("span", text: summary)
            if let first { html.element("a", ["class": "button", "href": first.text], text: "First") }
            if let next { html.element("a", ["class": "button", "href": next.text, "rel": "next"], text: "Next") }
        }
    }
}
