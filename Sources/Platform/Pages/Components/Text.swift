package import Core

/// Texts from outside, times, identifiers.
extension Markup {
    /// A name from outside: kept apart from the writing direction around it, shortened in the middle, whole on hover.
    /// - Parameter width: cells, as on a terminal.
    package mutating func name(_ name: String, width: Int, element: StaticString = "bdi") {
        let label = DisplayText.label(name)
        let shown = DisplayText.shorten(label, to: width)
        let isShortened = shown.utf8.count != label.utf8.count
        let title = isShortened ? DisplayText.shorten(label, to: 400) : nil
        if element.utf8CodeUnitCount == 3 {
            self.element("bdi", ["title": title]) { $0.breakable(shown) }
        } else {
            self.element(element, ["title": title]) { $0.element("bdi", text: shown) }
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

    /// A link whose text is a name from outside.
    package mutating func link(_ name: String, to address: Address, width: Int = 60) {
        element("a", ["href": address.text]) { $0.name(name, width: width) }
    }

    /// A sentence or a value from outside, on one line.
    package mutating func outside(_ text: String, limit: Int = 2000) {
        element("bdi", text: DisplayText.shorten(DisplayText.clean(text), to: limit))
    }

    /// A text from outside as it was written: its lines stay.
    package mutating func prose(_ text: String) {
        element("div", ["class": "prose", "dir": "auto"]) { html in
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            for paragraph in lines.split(whereSeparator: { $0.allSatisfy(\.isWhitespace) }) {
                html.element("p") { html in
                    for (index, line) in paragraph.enumerated() {
                        if index > 0 { html.empty("br") }
                        html.text(DisplayText.clean(line))
                    }
                }
            }
        }
    }

    /// How long ago, with the moment beside it on hover.
    package mutating func time(_ time: Timestamp, now: Timestamp) {
        element(
            "time", ["datetime": time.rfc3339, "title": DisplayValue.moment(time)],
            text: DisplayValue.age(time, now: now))
    }

    /// The moment itself, for where it matters more than how long ago it was.
    package mutating func moment(_ time: Timestamp) {
        element("time", ["datetime": time.rfc3339, "data-absolute": ""], text: DisplayValue.moment(time))
    }

    /// An identifier, with a button that copies it.
    package mutating func identifier(_ text: String, shown: String? = nil) {
        element("code", ["title": shown == nil ? nil : text], text: DisplayText.clean(shown ?? text))
        copyButton(text)
    }

    /// Copies `text` (by the page's script; it is hidden without one).
    package mutating func copyButton(_ text: String) {
        element(
            "button",
            [
                "class": "copy", "type": "button", "data-copy": text,
                "aria-label": "Copy " + DisplayText.shorten(DisplayText.clean(text), to: 60),
            ]
        ) { $0.icon(.copy) }
    }

    /// A program or a command to be copied.
    /// - Parameter id: names it on its page.
    package mutating func code(_ text: String, id: StaticString) {
        element("div", ["class": "with-copy"]) { html in
            html.element("pre", ["class": "code", "id": id.description, "tabindex": "0"], text: text)
            html.element(
                "button",
                ["class": "copy", "type": "button", "data-copy-from": id.description, "aria-label": "Copy the example"]
            ) { $0.icon(.copy) }
        }
    }

    /// A tag: key and value.
    package mutating func tag(_ key: String, _ value: String, width: Int = 60) {
        element("span", ["class": "tag"]) { html in
            html.name(key, width: width, element: "b")
            guard !value.isEmpty else { return }
            html.text(" ")
            html.name(value, width: width)
        }
    }
}
