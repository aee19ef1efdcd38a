/// What a permanent deletion removes, or would remove.
package struct PurgeReport: Sendable, Equatable {
    /// A run or logged model that stays because versions of registered models are made of it.
    package struct Kept: Sendable, Equatable {
        package enum Kind: String, Sendable {
            case run
            case loggedModel = "logged model"
        }

        package let kind: Kind
        package let id: String
        /// Such as `fraud/3`; the first twenty.
        package let versions: [String]

        package init(kind: Kind, id: String, versions: [String]) {
            self.kind = kind
            self.id = id
            self.versions = versions
        }
    }

    package var runs = 0
    /// Those that were deleted, and those of the experiments that go.
    package var loggedModels = 0
    /// Of the experiments that go.
    package var traces = 0
    package var experiments = 0
    package private(set) var kept: [Kept] = []
    /// How many more are kept than are named.
    package private(set) var furtherKept = 0
    /// Places of artifacts that this server does not keep: their owner has to remove them.
    package private(set) var foreignLocations: [String] = []
    /// How many more there are than are named.
    package private(set) var furtherForeignLocations = 0

    package init() {}

    private static let named = 1000

    mutating func add(_ kept: Kept) {
        if self.kept.count < Self.named { self.kept.append(kept) } else { furtherKept += 1 }
    }

    /// Notes a place of artifacts, if it is a foreign one.
    mutating func add(location: String) {
        if ArtifactRemovals.isOwn(location) { return }
        if foreignLocations.count < Self.named {
            foreignLocations.append(location)
        } else {
            furtherForeignLocations += 1
        }
    }
}
