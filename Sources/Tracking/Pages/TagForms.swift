import Core
import Platform

/// Tags with a way to remove each, and a form that sets one.
struct TagForms {
    let action: Address
    let tags: [(key: String, value: String)]

    func write(_ html: inout Markup) {
        if !tags.isEmpty {
            html.element("ul", ["class": "tags"]) { html in
                for tag in tags {
                    html.element("li") { html in
                        html.form(action, style: "inline") { html in
                            html.hidden("remove", tag.key)
                            html.element("span", ["class": "tag"]) { html in
                                html.name(tag.key, width: 60, element: "b")
                                html.text(" ")
                                html.name(tag.value, width: 60)
                                html.text(" ")
                                html.element(
                                    "button",
                                    [
                                        "class": "remove", "type": "submit",
                                        "aria-label": "Remove tag "
                                            + DisplayText.shorten(DisplayText.label(tag.key), to: 60),
                                    ], text: "\u{D7}")
                            }
                        }
                    }
                }
            }
        }
        html.form(action, label: "Set a tag") { html in
            html.field(FormField("key", "Key", isRequired: true))
            html.field(FormField("value", "Value", hint: "A tag of that key is replaced."))
            html.buttons { $0.submit("Set tag") }
        }
    }
}

/// What such a form asks for.
enum TagChange: Sendable {
    case set(key: String, value: String)
    case remove(key: String)

    /// - Throws: `invalid` without a key.
    init(_ form: FormFields) throws(Failure) {
        if let key = form["remove"] {
            self = .remove(key: key)
        } else {
            self = .set(key: try form.required("key", "Key"), value: form.text("value"))
        }
    }
}
