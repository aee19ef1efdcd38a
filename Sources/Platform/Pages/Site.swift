package import Core

/// What all pages have around them: navigation, styles and scripts, who is visiting.
package struct Site: Sendable {
    /// In the order shown.
    package let navigation: [NavigationItem]
    /// Whether users are told apart, so that there is something to sign in to and out of.
    package let hasSignIn: Bool
    /// Pages of what events are about.
    package let subjects: [SubjectPage]
    /// What is asked for by the endpoints there are.
    package let permissions: [PermissionUse]
    /// How domains tell of their events.
    package let eventWords: [EventWords]
    /// Of the program; shown below the navigation.
    package let version: String
    /// For relative times.
    package let now: @Sendable () -> Timestamp

    package init(
        navigation: [NavigationItem] = [], subjects: [SubjectPage] = [], eventWords: [EventWords] = [],
        hasSignIn: Bool = false, permissions: [PermissionUse] = [], version: String = "",
        now: @escaping @Sendable () -> Timestamp = { Timestamp(milliseconds: 0) }
    ) {
        self.navigation = navigation.sorted { $0.order < $1.order }
        self.subjects = subjects
        self.eventWords = eventWords
        self.hasSignIn = hasSignIn
        self.permissions = permissions
        self.version = version
        self.now = now
    }

    /// The page of what an event is about; nil when it has none.
    package func page(of event: Event) -> SubjectPage.Link? {
        for page in subjects { if let link = page.link(event) { return link } }
        return nil
    }
}

/// Where the subjects of events have their pages: `run/{}` at `/runs/{id}`. Domains declare theirs.
package struct SubjectPage: Sendable {
    package struct Link: Sendable {
        /// As readers call it: "run 0c3f", "fraud version 3".
        package let name: String
        package let address: Address

        package init(_ name: String, _ address: Address) {
            self.name = name
            self.address = address
        }
    }

    private let parts: [Substring]
    private let make: @Sendable ([String], Event) -> Link?

    /// - Parameters:
    ///   - subject: as in events, with `{}` for the parts that name it: `model/{}/version/{}`.
    ///   - link: from those parts and the event; nil when it has no page.
    package init(_ subject: StaticString, _ link: @escaping @Sendable (_ parts: [String], Event) -> Link?) {
        parts = subject.description.split(separator: "/")
        make = link
    }

    func link(_ event: Event) -> Link? {
        let given = event.subject.split(separator: "/", omittingEmptySubsequences: false)
        guard given.count == parts.count else { return nil }
        var names: [String] = []
        for (part, text) in zip(parts, given) {
            if part == "{}" {
                guard let name = PercentEncoding.decode(text) else { return nil }
                names.append(name)
            } else if part != text {
                return nil
            }
        }
        return make(names, event)
    }
}
