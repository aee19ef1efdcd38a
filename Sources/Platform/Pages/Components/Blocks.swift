/// The larger pieces pages are made of.
extension Markup {
    package mutating func section(_ title: String, id: String? = nil, _ content: (inout Markup) throws -> Void) rethrows
    {
        try element("section", ["id": id]) { html in
            html.element("h2", text: title)
            try content(&html)
        }
    }

    /// Terms and what they are, as pairs.
    package mutating func facts(_ content: (inout Markup) throws -> Void) rethrows {
        try element("dl", ["class": "facts"], content)
    }

    package mutating func fact(_ term: String, _ content: (inout Markup) throws -> Void) rethrows {
        try element("div") { html in
            html.element("dt", text: term)
            try html.element("dd", [:], content)
        }
    }

    package mutating func fact(_ term: String, _ value: String) { fact(term) { $0.outside(value, limit: 400) } }

    /// Views of one thing.
    package mutating func tabs(_ label: String, _ tabs: [(title: String, address: Address, isCurrent: Bool)]) {
        element("nav", ["class": "tabs", "aria-label": label]) { html in
            for tab in tabs {
                html.element(
                    "a", ["href": tab.address.text, "aria-current": tab.isCurrent ? "page" : nil], text: tab.title)
            }
        }
    }

    /// What stands where there is nothing yet: what would be here, and how to get it.
    package mutating func emptyState(_ title: String, _ text: String, code: String? = nil) {
        element("div", ["class": "empty"]) { html in
            html.element("h2", text: title)
            html.element("p", text: text)
            if let code { html.code(code) }
        }
    }

    /// What happened, newest first; each entry is a `li`.
    package mutating func timeline(_ entries: (inout Markup) throws -> Void) rethrows {
        try element("ul", ["class": "timeline"], entries)
    }

    /// A part that is folded until it is asked for.
    package mutating func folded(
        _ summary: String, isOpen: Bool = false, _ content: (inout Markup) throws -> Void
    ) rethrows {
        try element("details", ["open": isOpen ? "" : nil]) { html in
            html.element("summary", text: summary)
            try content(&html)
        }
    }

    /// A link that looks like a button: something one does, by going to a page.
    package mutating func action(_ title: String, _ address: Address, isPrimary: Bool = false) {
        element("a", ["class": isPrimary ? "button primary" : "button", "href": address.text], text: title)
    }

    /// A link to a file.
    package mutating func download(_ title: String, _ address: Address) {
        element("a", ["href": address.text, "download": ""], text: title)
    }
}
