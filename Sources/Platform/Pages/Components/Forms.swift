/// Forms and their fields. They work without scripts.
extension Markup {
    /// A form that changes something.
    package mutating func form(
        _ action: Address, label: String? = nil, style: String = "fields",
        _ content: (inout Markup) throws -> Void
    ) rethrows {
        try element("form", ["class": style, "method": "post", "action": action.text, "aria-label": label], content)
    }

    /// A form that changes what a page shows; the address holds what is chosen.
    /// - Parameter keeping: what of the address shall stay as it is.
    package mutating func filters(
        _ action: Address, label: String = "Filter", keeping: [(name: String, value: String)] = [],
        _ content: (inout Markup) throws -> Void
    ) rethrows {
        try element("form", ["class": "filters", "method": "get", "action": action.text, "aria-label": label]) { html in
            for (name, value) in keeping { html.hidden(name, value) }
            try content(&html)
        }
    }

    package mutating func hidden(_ name: String, _ value: String) {
        empty("input", ["type": "hidden", "name": name, "value": value])
    }

    /// - Parameters:
    ///   - error: what is wrong with the value, said below it.
    ///   - problem: the id of what says elsewhere what is wrong with it; nil when nothing is.
    package mutating func field(
        _ field: FormField, _ value: String = "", error: String? = nil, problem: StaticString? = nil
    ) {
        element("div", ["class": field.grows ? "field grow" : "field"]) { html in
            html.element("label", ["for": field.id], text: field.label)
            let shared: Attributes = [
                "id": field.id, "name": field.name, "required": field.isRequired ? "" : nil,
                "aria-describedby": field.descriptions(hasError: error != nil, problem),
                "aria-invalid": error != nil || problem != nil ? "true" : nil,
            ]
            switch field.kind {
            case .lines(let rows):
                // A line end after the tag is not part of the value.
                html.element("textarea", shared + ["rows": String(rows), "dir": "auto"]) {
                    $0.value("\n" + value)
                }
            case .choice(let options):
                html.element("select", shared + ["data-submits": field.submits ? "" : nil]) { html in
                    for option in options {
                        html.element(
                            "option", ["value": option.value, "selected": option.value == value ? "" : nil],
                            text: DisplayText.shorten(DisplayText.clean(option.title), to: 80))
                    }
                }
            case .input(let type):
                html.empty(
                    "input",
                    shared + [
                        "type": type, "value": value, "placeholder": field.placeholder, "list": field.list,
                        "autocomplete": field.autocomplete, "data-complete": field.completion?.text,
                        "data-shortcut": field.shortcut, "maxlength": field.longest.map { String($0) },
                        "dir": type == "text" || type == "search" ? "auto" : nil,
                    ])
            }
            if let hint = field.hint { html.element("p", ["class": "hint", "id": field.id + "-hint"], text: hint) }
            if let error {
                html.element("p", ["class": "error", "id": field.id + "-error"]) { $0.outside(error) }
            }
        }
    }

    /// A box to tick.
    package mutating func box(_ name: String, _ label: String, value: String = "on", isTicked: Bool = false) {
        element("label", ["class": "check"]) { html in
            html.empty(
                "input", ["type": "checkbox", "name": name, "value": value, "checked": isTicked ? "" : nil])
            html.text(" ")
            html.name(label, width: 80)
        }
    }

    /// What a form can do, at its end.
    package mutating func buttons(_ content: (inout Markup) throws -> Void) rethrows {
        try element("div", ["class": "actions"], content)
    }

    /// A field into which a name must be typed before what bears it is destroyed.
    package mutating func confirmation(_ name: String, place: String = "") {
        let id = "f-\(place)-confirm"
        element("div", ["class": "field"]) { html in
            html.element("label", ["for": id]) { html in
                html.text("Type ")
                html.element("b") { $0.outside(name) }
                html.text(" to confirm")
            }
            html.empty(
                "input",
                ["id": id, "name": "confirm", "data-must-equal": name, "autocomplete": "off", "required": ""])
        }
    }

    /// Why something is done; destructive forms ask for it.
    package mutating func reasonField(_ value: String = "", isRequired: Bool = true, place: String = "") {
        field(
            FormField(
                "reason", "Reason", .lines(2), isRequired: isRequired, hint: "Kept in the audit log.", place: place),
            value)
    }

    package enum ButtonStyle: String {
        case primary, danger, quiet
        /// Does what a `danger` button has asked for.
        case dangerPrimary = "danger primary"
    }

    package mutating func submit(
        _ title: String, _ style: ButtonStyle? = .primary, name: StaticString? = nil, value: String? = nil
    ) {
        element(
            "button",
            ["type": "submit", "class": style?.rawValue, "name": name?.description, "value": value], text: title)
    }

    /// Names that a field can be completed with.
    package mutating func completions(_ id: String, _ values: [String]) {
        element("datalist", ["id": id]) { html in
            for value in values { html.element("option", ["value": value]) { _ in } }
        }
    }
}

/// A field of a form.
package struct FormField: Sendable {
    package enum Kind: Sendable {
        /// One line: `text`, `password`, `number`, `search`, `email`, `url`, `date`.
        case input(String)
        /// Several lines, of which so many are shown.
        case lines(Int)
        case choice([(value: String, title: String)])
    }

    let name: String
    let label: String
    let kind: Kind
    let isRequired: Bool
    let hint: String?
    let placeholder: String?
    /// The id of the `datalist` that completes it.
    let list: String?
    let autocomplete: String?
    /// Where names of the search grammar come from, for the page's script.
    package var completion: Address?
    /// The key that leads to it.
    package var shortcut: String?
    /// Whether it takes the room that is left in a line of fields.
    package var grows = false
    /// Whether a choice applies at once.
    package var submits = false
    /// Characters.
    package var longest: Int?
    /// Tells fields of one name apart where a page has several forms.
    private let place: String

    package init(
        _ name: StaticString, _ label: String, _ kind: Kind = .input("text"), isRequired: Bool = false,
        hint: String? = nil, placeholder: String? = nil, list: String? = nil, autocomplete: String? = "off",
        place: String = ""
    ) {
        self.name = name.description
        self.label = label
        self.kind = kind
        self.isRequired = isRequired
        self.hint = hint
        self.placeholder = placeholder
        self.list = list
        self.autocomplete = autocomplete
        self.place = place
    }

    var id: String { place.isEmpty ? "f-\(name)" : "f-\(place)-\(name)" }

    func descriptions(hasError: Bool, _ problem: StaticString?) -> String? {
        let ids =
            (hint == nil ? [] : [id + "-hint"]) + (hasError ? [id + "-error"] : [])
            + (problem.map { [$0.description] } ?? [])
        return ids.isEmpty ? nil : ids.joined(separator: " ")
    }
}
