/// A column of a table.
package struct TableColumn: Sendable {
    package enum Order: String, Sendable {
        case ascending, descending
    }

    let title: String
    let isNumber: Bool
    /// On hover.
    let explanation: String?
    /// Where the header leads: the same page, sorted by it.
    let sorting: Address?
    /// Whether the table is sorted by it now.
    let order: Order?

    package init(
        _ title: String, isNumber: Bool = false, explanation: String? = nil, sorting: Address? = nil,
        order: Order? = nil
    ) {
        self.title = title
        self.isNumber = isNumber
        self.explanation = explanation
        self.sorting = sorting
        self.order = order
    }

    package static func number(
        _ title: String, explanation: String? = nil, sorting: Address? = nil, order: Order? = nil
    ) -> TableColumn {
        TableColumn(title, isNumber: true, explanation: explanation, sorting: sorting, order: order)
    }
}

extension Markup {
    /// A table with a header row. It scrolls sideways by itself when the page is too narrow for it.
    /// - Parameters:
    ///   - label: what a reader hears who cannot see it.
    ///   - rows: writes the `tr` elements.
    package mutating func table(
        _ label: String, _ columns: [TableColumn], _ rows: (inout Markup) throws -> Void
    ) rethrows {
        try element("div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": label]) { html in
            try html.element("table", ["class": "data"]) { html in
                html.element("thead") { html in
                    html.element("tr") { html in for column in columns { html.header(column) } }
                }
                try html.element("tbody") { try rows(&$0) }
            }
        }
    }

    private mutating func header(_ column: TableColumn) {
        guard !column.title.isEmpty else { return element("td") { _ in } }
        let attributes: Attributes = [
            "scope": "col", "class": column.isNumber ? "n" : nil, "aria-sort": column.order?.rawValue,
            "title": column.explanation,
        ]
        element("th", attributes) { html in
            guard let sorting = column.sorting else { return html.name(column.title, width: 32) }
            html.element("a", ["href": sorting.text]) { $0.name(column.title, width: 32) }
        }
    }

    package mutating func row(_ attributes: Attributes = [:], _ cells: (inout Markup) throws -> Void) rethrows {
        try element("tr", attributes, cells)
    }

    package mutating func cell(_ attributes: Attributes = [:], _ content: (inout Markup) throws -> Void) rethrows {
        try element("td", attributes, content)
    }

    package mutating func cell(_ text: String) { element("td") { $0.outside(text, limit: 200) } }

    /// The cell that names the row.
    package mutating func rowHeader(_ content: (inout Markup) throws -> Void) rethrows {
        try element("th", ["scope": "row"], content)
    }

    /// A figure, aligned to the right; the exact one on hover.
    package mutating func numberCell(_ text: String, exact: String? = nil) {
        element("td", ["class": "n", "title": exact == text ? nil : exact], text: text)
    }

    package mutating func timeCell(_ content: (inout Markup) throws -> Void) rethrows {
        try element("td", ["class": "w"], content)
    }

    /// An identifier.
    package mutating func idCell(_ content: (inout Markup) throws -> Void) rethrows {
        try element("td", ["class": "id"], content)
    }

    /// The way to the next page, by key set: what was there stays where it was while rows are added.
    /// - Parameters:
    ///   - first: nil on the first page.
    ///   - next: nil on the last page.
    package mutating func pages(first: Address?, next: Address?, _ summary: String = "") {
        guard first != nil || next != nil || !summary.isEmpty else { return }
        element("nav", ["class": "pages", "aria-label": "Pages"]) { html in
            if !summary.isEmpty { html.element("span", text: summary) }
            if let first { html.element("a", ["href": first.text], text: "First page") }
            if let next { html.element("a", ["href": next.text, "rel": "next"], text: "Next page") }
        }
    }
}
