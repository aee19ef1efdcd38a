/// A page before it has its frame: what is said, without navigation, head and headers.
package struct Page: Sendable {
    /// A step of the way from home to this page.
    package struct Crumb: Sendable {
        package let title: String
        package let address: Address

        package init(_ title: String, _ address: Address) {
            self.title = title
            self.address = address
        }
    }

    /// Heading and, with the crumbs, the title of the window.
    package var title: String
    /// The path of the navigation item it belongs to; empty for none.
    package var section: String
    package var crumbs: [Crumb]
    package var status = 200
    /// Beside the title.
    package var badge: Badge?
    /// The one sentence that says it all.
    package var lead = Markup()
    /// The one or two main things to do here.
    package var actions = Markup()
    package var body = Markup()
    /// Secondary facts, beside the body where there is room.
    package var rail = Markup()
    /// Whether the key `/` leads to a field of its own instead of the search that all pages have.
    package var hasShortcut = false
    /// Whether the content may take the whole width: pages that are one table.
    package var isWide = false
    /// Whether it stands without navigation: before anybody has signed in.
    package var isAlone = false

    /// - Parameter section: the path of the navigation item it belongs to.
    package init(_ title: String, section: StaticString = "", crumbs: [Crumb] = []) {
        self.title = title
        self.section = section.description
        self.crumbs = crumbs
    }

    package mutating func lead(_ write: (inout Markup) throws -> Void) rethrows { try write(&lead) }
    package mutating func lead(_ text: String) { lead.text(text) }
    package mutating func actions(_ write: (inout Markup) throws -> Void) rethrows { try write(&actions) }
    package mutating func body(_ write: (inout Markup) throws -> Void) rethrows { try write(&body) }
    package mutating func rail(_ write: (inout Markup) throws -> Void) rethrows { try write(&rail) }
}
