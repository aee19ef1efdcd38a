package import Core

/// What a domain shows on the home page.
package struct HomePart: Sendable {
    package let title: String
    /// Parts stand in this order: 0 what needs somebody, 10 and on what is new, then the afterthoughts.
    package let order: Int
    /// Who may not, is not shown it.
    package let permission: Permission
    /// - Returns: nil when there is nothing to show.
    package let write: @Sendable (Request, Site) async throws -> Markup?
    /// From this order on parts say what happened; that something did is not yet something to show.
    package static let afterthoughts = 40
    /// What the home page begins with while no part has anything, afterthoughts aside: how to begin.
    package let beginning: (@Sendable (Request) -> Markup)?
    /// Says it in a few words for the first line of the page: "2 runs failed since yesterday". Nil when there is
    /// nothing to say.
    package let sentence: (@Sendable (Request, Site) async throws -> String?)?

    package init(
        _ title: String, order: Int, _ permission: Permission, beginning: (@Sendable (Request) -> Markup)? = nil,
        sentence: (@Sendable (Request, Site) async throws -> String?)? = nil,
        _ write: @escaping @Sendable (Request, Site) async throws -> Markup?
    ) {
        self.title = title
        self.order = order
        self.permission = permission
        self.beginning = beginning
        self.sentence = sentence
        self.write = write
    }
}

/// How a domain finds what is typed into the search box that all pages have.
package struct QuickSearch: Sendable {
    package struct Hit: Sendable {
        package let name: String
        package let address: Address
        /// What tells it from others of that name.
        package let detail: String

        package init(_ name: String, _ address: Address, detail: String = "") {
            self.name = name
            self.address = address
            self.detail = detail
        }
    }

    /// "Experiments"
    package let title: String
    package let order: Int
    package let permission: Permission
    /// At most `QuickSearch.limit` hits, the best first.
    package let find: @Sendable (String, Request) async throws -> [Hit]

    package static let limit = 20

    package init(
        _ title: String, order: Int, _ permission: Permission,
        _ find: @escaping @Sendable (String, Request) async throws -> [Hit]
    ) {
        self.title = title
        self.order = order
        self.permission = permission
        self.find = find
    }
}
