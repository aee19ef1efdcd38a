/// What a state means for whoever looks: the only colours of the pages.
package enum Tone: String, Sendable, CaseIterable {
    case good, warning, bad, unknown, neutral
    /// Something is going on.
    case active

    /// In a square of 12.
    fileprivate var shape: StaticString {
        switch self {
        case .good: #"<path d="M2 6.4 4.8 9.2 10.2 3.2"/>"#
        case .warning: #"<path d="M6 1.8 10.2 6 6 10.2 1.8 6Z"/>"#
        case .bad: #"<path d="M6 .8 11.2 6 6 11.2.8 6Z" fill="currentColor" stroke="none"/>"#
        case .unknown: #"<path d="M3.8 4A2.3 2.3 0 1 1 6 6.4V7.4M6 10.1V10.2"/>"#
        case .neutral: #"<path d="M2.5 6H9.5"/>"#
        case .active: #"<circle class="pulse" cx="6" cy="6" r="3.4" fill="currentColor" stroke="none"/>"#
        }
    }
}

/// A state as icon and word; the colour says nothing that these do not.
package struct Badge: Sendable {
    package let tone: Tone
    package let word: String

    package init(_ tone: Tone, _ word: String) {
        self.tone = tone
        self.word = word
    }
}

extension Markup {
    /// - Parameter isPlain: without a ground: in tables, where most rows are fine.
    package mutating func badge(_ badge: Badge, isPlain: Bool = false) {
        self.badge(badge.tone, badge.word, isPlain: isPlain)
    }

    package mutating func badge(_ tone: Tone, _ word: String, isPlain: Bool = false) {
        element("span", ["class": "badge \(tone.rawValue)\(isPlain ? " plain" : "")"]) { html in
            html.icon(tone)
            html.text(DisplayText.shorten(DisplayText.clean(word), to: 60))
        }
    }

    package mutating func icon(_ tone: Tone) {
        element("svg", ["viewBox": "0 0 12 12", "aria-hidden": "true"]) { $0.raw(tone.shape) }
    }

    /// What a page wants to say before its content. A bad one is read out at once.
    /// - Parameter id: names it, for a field that it is about.
    package mutating func notice(_ tone: Tone, id: StaticString? = nil, _ write: (inout Markup) -> Void) {
        let style = tone == .neutral ? "notice" : "notice \(tone.rawValue)"
        let role = tone == .bad ? "alert" : tone == .good ? "status" : nil
        element("div", ["class": style, "id": id?.description, "role": role]) { html in
            html.icon(tone)
            html.element("div") { write(&$0) }
        }
    }

    /// A failure in words, at the place that it is about.
    package mutating func notice(_ failure: FailureText, id: StaticString? = nil) {
        notice(.bad, id: id) { html in
            html.element("p") { $0.element("b") { $0.outside(failure.message) } }
            if let hint = failure.hint { html.element("p") { $0.outside(hint) } }
        }
    }
}
