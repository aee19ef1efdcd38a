import Platform

/// Pieces that several sections of a page use.
extension Markup {
    mutating func section(_ id: String, _ title: String, _ content: (inout Markup) -> Void) {
        element("section", ["id": id, "aria-labelledby": "h-" + id]) { html in
            html.element("h2", ["id": "h-" + id], text: title)
            content(&html)
        }
    }

    /// A table with a header row; `numbers` are the columns aligned to the right.
    mutating func table(
        _ style: String, _ header: [String], numbers: Set<Int> = [], _ rows: (inout Markup) -> Void
    ) {
        element("div", ["class": "scroll"]) { html in
            html.element("table", ["class": style]) { html in
                html.element("thead") { html in
                    html.element("tr") { html in
                        for (index, name) in header.enumerated() {
                            let style = numbers.contains(index) ? "n" : "w"
                            if name.isEmpty {
                                html.element("td", text: "")
                            } else {
                                html.element("th", ["scope": "col", "class": style], text: name)
                            }
                        }
                    }
                }
                html.element("tbody") { rows(&$0) }
            }
        }
    }

    /// The first few names of a list, after a word that says what they share.
    mutating func names(_ names: [String], _ word: String, limit: Int = 6) {
        guard !names.isEmpty else { return }
        element("div") { html in
            html.element("span", ["class": "quiet"], text: word + " ")
            for (index, name) in names.prefix(limit).enumerated() {
                if index > 0 { html.text(", ") }
                html.name(name, width: 32)
            }
            if names.count > limit { html.text(" and \(Format.count(names.count - limit)) more") }
        }
    }

    /// Icon and word in the finding's colour.
    mutating func badge(_ finding: Finding, _ word: String, filters: Bool = false) {
        let style = "badge t-\(finding)"
        element("span", ["class": style, "data-finding": filters ? "\(finding)" : nil]) { html in
            html.element("svg", ["viewBox": "0 0 12 12", "aria-hidden": "true"]) { html in
                html.empty("use", ["href": "#i-\(finding)"])
            }
            html.text(word)
        }
    }

    /// A right-aligned cell with the exact figure on hover.
    mutating func number(_ text: String, exact: Double?, label: String? = nil) {
        let title = exact.map(Format.exact) ?? ""
        element(
            "td", ["class": "n", "data-label": label, "title": title.isEmpty || title == text ? nil : title],
            text: text)
    }
}

extension HTMLPage {
    /// The icons, drawn once.
    func symbols(_ html: inout Markup) {
        // A shape is drawn with a pen, or filled.
        let shapes: [(finding: Finding, path: String, isFilled: Bool)] = [
            (.drifted, "M6 .8 11.2 6 6 11.2.8 6Z", true),
            (.smallShift, "M6 1.8 10.2 6 6 10.2 1.8 6Z", false),
            (.undecided, "M3.8 4A2.3 2.3 0 1 1 6 6.4V7.4M6 10.1V10.2", false),
            (.stable, "M2 6.4 4.8 9.2 10.2 3.2", false),
            (.notComparable, "M2.5 6H9.5", false),
            (.schemaChange, "M6 1.8V7M6 10.1V10.2", false),
            (.failed, "M2.8 2.8 9.2 9.2M9.2 2.8 2.8 9.2", false),
        ]
        let pen: Markup.Attributes = [
            "fill": "none", "stroke": "currentColor", "stroke-width": "1.6", "stroke-linecap": "round",
            "stroke-linejoin": "round",
        ]
        html.element("svg", ["width": "0", "height": "0", "aria-hidden": "true", "hidden": ""]) { html in
            for shape in shapes {
                html.element("symbol", ["id": "i-\(shape.finding)", "viewBox": "0 0 12 12"]) { html in
                    html.empty("path", ["d": shape.path] + (shape.isFilled ? ["fill": "currentColor"] : pen))
                }
            }
        }
    }
}
