/// What a state means for whoever looks: the only colours of the pages.
package enum Tone: String, Sendable, CaseIterable {
    case good, warning, bad, unknown, neutral
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
    package mutating func badge(_ badge: Badge) { self.badge(badge.tone, badge.word) }

    package mutating func badge(_ tone: Tone, _ word: String) {
        element("span", ["class": "badge \(tone.rawValue)"]) { html in
            html.icon(tone)
            html.text(DisplayText.shorten(DisplayText.clean(word), to: 60))
        }
    }

    package mutating func icon(_ tone: Tone) {
        let path =
            switch tone {
            case .good: "M2 6.4 4.8 9.2 10.2 3.2"
            case .warning: "M6 1.8V7M6 10.1V10.2"
            case .bad: "M2.8 2.8 9.2 9.2M9.2 2.8 2.8 9.2"
            case .unknown: "M3.8 4A2.3 2.3 0 1 1 6 6.4V7.4M6 10.1V10.2"
            case .neutral: "M2.5 6H9.5"
            }
        element(
            "svg",
            [
                "viewBox": "0 0 12 12", "width": "12", "height": "12", "aria-hidden": "true", "fill": "none",
                "stroke": "currentColor", "stroke-width": "1.6", "stroke-linecap": "round", "stroke-linejoin": "round",
            ]
        ) { $0.empty("path", ["d": path]) }
    }

    /// What a page wants to say before its content.
    package mutating func notice(_ tone: Tone, _ write: (inout Markup) -> Void) {
        element("div", ["class": "notice \(tone.rawValue)", "role": tone == .bad ? "alert" : "status"]) { html in
            html.icon(tone)
            html.element("div") { write(&$0) }
        }
    }

    /// A failure in words, at the place that it is about.
    package mutating func notice(_ failure: FailureText) {
        notice(.bad) { html in
            html.element("p") { $0.outside(failure.message) }
            if let hint = failure.hint { html.element("p") { $0.outside(hint) } }
        }
    }
}
