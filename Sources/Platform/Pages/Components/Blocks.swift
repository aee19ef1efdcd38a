package import Core

/// The larger pieces pages are made of.
extension Markup {
    /// - Parameters:
    ///   - id: a literal of the source, so that it is unique on its page.
    ///   - tools: beside the heading.
    package mutating func section(
        _ title: String, id: StaticString, tools: ((inout Markup) -> Void)? = nil,
        _ content: (inout Markup) throws -> Void
    ) rethrows {
        try element("section", ["aria-labelledby": "h-\(id)"]) { html in
            if let tools {
                html.element("div", ["class": "head"]) { html in
                    html.element("h2", ["id": "h-\(id)"], text: title)
                    tools(&html)
                }
            } else {
                html.element("h2", ["id": "h-\(id)"], text: title)
            }
            try content(&html)
        }
    }

    /// A part that is fetched again every few seconds while `isLive`, and replaced where it changed.
    package mutating func live(
        _ id: StaticString, isLive: Bool, seconds: Int = 3, _ content: (inout Markup) throws -> Void
    ) rethrows {
        try element(
            "div", ["class": "live", "id": id.description, "data-live": isLive ? String(seconds) : nil], content)
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

    /// What is said quietly after something.
    package mutating func sub(_ text: String) {
        self.text(" ")
        element("span", ["class": "sub"]) { $0.outside(text, limit: 200) }
    }

    /// Views of one thing.
    package mutating func tabs(
        _ label: String, _ tabs: [(title: String, count: Int?, address: Address, isCurrent: Bool)]
    ) {
        element("nav", ["class": "tabs", "aria-label": label]) { html in
            for tab in tabs {
                html.element("a", ["href": tab.address.text, "aria-current": tab.isCurrent ? "page" : nil]) { html in
                    html.text(tab.title)
                    if let count = tab.count { html.element("span", ["class": "count"], text: String(count)) }
                }
            }
        }
    }

    package mutating func tags(_ tags: [(key: String, value: String)]) {
        element("ul", ["class": "tags"]) { html in
            for tag in tags { html.element("li") { $0.tag(tag.key, tag.value) } }
        }
    }

    /// What stands where there is nothing yet: what would be here, and how to get it.
    package mutating func emptyState(
        _ title: String, _ text: String, code: String? = nil, _ more: (inout Markup) -> Void = { _ in }
    ) {
        element("div", ["class": "empty"]) { html in
            html.element("h2", text: title)
            html.element("p", text: text)
            if let code { html.code(code, id: "example") }
            more(&html)
        }
    }

    /// What happened, newest first; `event` writes the entries.
    package mutating func timeline(_ entries: (inout Markup) throws -> Void) rethrows {
        try element("ul", ["class": "timeline"], entries)
    }

    /// An entry of a timeline.
    /// - Parameter reason: as somebody gave it.
    package mutating func event(
        _ tone: Tone, at time: Timestamp, now: Timestamp, reason: String? = nil,
        _ sentence: (inout Markup) throws -> Void
    ) rethrows {
        try element("li", ["class": tone == .neutral ? nil : tone.rawValue]) { html in
            html.icon(tone)
            try html.element("p", [:], sentence)
            if let reason, !reason.isEmpty { html.element("blockquote") { $0.outside(reason) } }
            html.time(time, now: now)
        }
    }

    /// Lines that say something each, with a badge before and a time after.
    package mutating func rowsList(_ rows: (inout Markup) throws -> Void) rethrows {
        try element("ul", ["class": "rows-list"], rows)
    }

    package mutating func rowsListItem(
        _ badge: Badge?, _ time: Timestamp?, now: Timestamp, _ sentence: (inout Markup) throws -> Void
    ) rethrows {
        try element("li") { html in
            if let badge { html.badge(badge) }
            try html.element("p", ["class": "say"], sentence)
            if let time { html.time(time, now: now) }
        }
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

    /// A button that opens a form in its place: what it will do is said there.
    package mutating func act(
        _ title: String, _ style: ButtonStyle? = nil, isOpen: Bool = false,
        _ content: (inout Markup) throws -> Void
    ) rethrows {
        try element("details", ["class": "act", "open": isOpen ? "" : nil]) { html in
            html.element("summary", ["class": "button\(style.map { " " + $0.rawValue } ?? "")"], text: title)
            try content(&html)
        }
    }

    /// A button that lets something float over the page: choices.
    package mutating func drop(
        _ title: String, _ attributes: Attributes = [:], _ content: (inout Markup) throws -> Void
    ) rethrows {
        try element("details", ["class": "drop"] + attributes) { html in
            html.element("summary", ["class": "button"], text: title)
            // One thing floats, whatever it holds.
            try html.element("div", [:], content)
        }
    }

    /// A link that looks like a button: something one does, by going to a page.
    package mutating func action(_ title: String, _ address: Address, isPrimary: Bool = false) {
        element("a", ["class": isPrimary ? "button primary" : "button", "href": address.text], text: title)
    }

    /// A link to a file.
    package mutating func download(_ title: String, _ address: Address) {
        element("a", ["class": "button", "href": address.text, "download": ""]) { html in
            html.icon(.download)
            html.text(title)
        }
    }
}
