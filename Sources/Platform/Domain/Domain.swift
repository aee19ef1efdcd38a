package import Core

/// What a domain plugs into the server. Everything about it is on the screen that conforms to this.
package protocol Domain: Sendable {
    /// Also the beginning of the names of its tables and events: `tracking`.
    static var name: String { get }
    /// In the order they are applied.
    static var migrations: [Migration] { get }
    var endpoints: [Endpoint] { get }
    /// Second addresses of endpoints, also of other domains.
    var aliases: [RouteAlias] { get }
    var routines: [Routine] { get }
    var reactors: [Reactor] { get }
    /// Its entries in the navigation of the pages.
    static var navigation: [NavigationItem] { get }
    /// Where its events' subjects have their pages.
    static var subjectPages: [SubjectPage] { get }
    /// How its events are told to people; without it they are told by their kinds and details.
    static var eventWords: EventWords? { get }
    var homeParts: [HomePart] { get }
    var quickSearches: [QuickSearch] { get }
    /// Finds out who requests are from; nil for domains that do not know. One domain at most has one.
    var authorizer: (any Authorizer)? { get }
    /// What whoever has started the server should know or do, a paragraph each.
    /// - Parameter address: where clients find the server.
    func notes(at address: String) async throws -> [String]
}

extension Domain {
    package static var navigation: [NavigationItem] { [] }
    package static var subjectPages: [SubjectPage] { [] }
    package static var eventWords: EventWords? { nil }
    package var homeParts: [HomePart] { [] }
    package var quickSearches: [QuickSearch] { [] }
    package var aliases: [RouteAlias] { [] }
    package var routines: [Routine] { [] }
    package var reactors: [Reactor] { [] }
    package var authorizer: (any Authorizer)? { nil }
    package func notes(at address: String) async throws -> [String] { [] }
}

/// What every domain is built from.
package struct Services: Sendable {
    package let database: Database
    package let world: World
    package let artifacts: any ArtifactStore
    package let pageTokens: PageTokens
    package var grants: any SubjectGrants = NoSubjectGrants()

    package init(database: Database, world: World, artifacts: any ArtifactStore, pageTokens: PageTokens) {
        self.database = database
        self.world = world
        self.artifacts = artifacts
        self.pageTokens = pageTokens
    }
}

/// Work that is done again and again and may be done twice without harm: it looks at what is and makes it what it
/// should be.
package struct Routine: Sendable {
    package let name: String
    package let every: Duration
    package let run: @Sendable () async throws -> Void

    package init(_ name: String, every: Duration, _ run: @escaping @Sendable () async throws -> Void) {
        self.name = name
        self.every = every
        self.run = run
    }
}

/// Reads the event log from where it stopped last time and acts on what it finds, at least once. What it writes to the
/// database is written exactly once: its position moves in the same transaction. An event it fails at again and again
/// is left out after two minutes and kept as a dead letter; `unavailable` says that nothing is wrong with the event,
/// and is waited out.
package struct Reactor: Sendable {
    /// Names the stored position; never reuse a name for something else.
    package let name: String
    /// The kinds of events it wants; at least one.
    package let kinds: Set<String>
    package let react: @Sendable (RecordedEvent, Transaction) throws -> Void

    package init(
        _ name: String, kinds: Set<String>, _ react: @escaping @Sendable (RecordedEvent, Transaction) throws -> Void
    ) {
        self.name = name
        precondition(!kinds.isEmpty, "a reactor that wants nothing")
        self.kinds = kinds
        self.react = react
    }
}
