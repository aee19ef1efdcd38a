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

    /// A name from outside: kept apart from the writing direction around it, shortened in the middle, whole on hover.
    mutating func name(_ name: String, width: Int, element: String = "bdi") {
        let label = DisplayText.label(name)
        let shown = DisplayText.shorten(label, to: width)
        let isShortened = shown.utf8.count != label.utf8.count
        let title = DisplayText.shorten(label, to: 400)
        if element == "bdi" {
            self.element("bdi", isShortened ? ["title": title] : [:]) { $0.breakable(shown) }
        } else {
            self.element(element, isShortened ? ["title": title] : [:]) { $0.element("bdi", text: shown) }
        }
    }

    /// A long identifier may break after its separators, before it breaks anywhere else.
    private mutating func breakable(_ name: String) {
        guard name.utf8.count > 20 else { return text(name) }
        var part = ""
        for character in name {
            part.append(character)
            guard character == "_" || character == "/" else { continue }
            text(part)
            empty("wbr")
            part = ""
        }
        text(part)
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
        element("span", filters ? ["class": style, "data-finding": "\(finding)"] : ["class": style]) { html in
            html.element("svg", ["viewBox": "0 0 12 12", "aria-hidden": "true"]) { html in
                html.empty("use", ["href": "#i-\(finding)"])
            }
            html.text(word)
        }
    }

    /// A right-aligned cell with the exact figure on hover.
    mutating func number(_ text: String, exact: Double?, label: String? = nil) {
        let title = exact.map(Format.exact) ?? ""
        switch (title.isEmpty || title == text, label) {
        case (true, nil): element("td", ["class": "n"], text: text)
        case (false, nil): element("td", ["class": "n", "title": title], text: text)
        case (true, let label?): element("td", ["class": "n", "data-label": label], text: text)
        case (false, let label?): element("td", ["class": "n", "data-label": label, "title": title], text: text)
        }
    }
}

extension HTMLPage {
    /// The icons, drawn once.
    func symbols(_ html: inout Markup) {
        let line =
            #"fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round""#
        let shapes: [(Finding, String)] = [
            (.drifted, "<path d=\"M6 .8 11.2 6 6 11.2.8 6Z\" fill=\"currentColor\"/>"),
            (.smallShift, "<path d=\"M6 1.8 10.2 6 6 10.2 1.8 6Z\" \(line)/>"),
            (.undecided, "<path d=\"M3.8 4A2.3 2.3 0 1 1 6 6.4V7.4M6 10.1V10.2\" \(line)/>"),
            (.stable, "<path d=\"M2 6.4 4.8 9.2 10.2 3.2\" \(line)/>"),
            (.notComparable, "<path d=\"M2.5 6H9.5\" \(line)/>"),
            (.schemaChange, "<path d=\"M6 1.8V7M6 10.1V10.2\" \(line)/>"),
            (.failed, "<path d=\"M2.8 2.8 9.2 9.2M9.2 2.8 2.8 9.2\" \(line)/>"),
        ]
        html.element("svg", ["width": "0", "height": "0", "aria-hidden": "true", "hidden": ""]) { html in
            for (finding, shape) in shapes {
                html.element("symbol", ["id": "i-\(finding)", "viewBox": "0 0 12 12"]) { $0.raw(shape) }
            }
        }
    }
}
