import Core

/// A model by name: what its versions, aliases and tags belong to.
struct RegisteredModel: Sendable {
    /// Stays the same when the model is renamed; a model created later under a freed name has another.
    let id: Int64
    let name: String
    /// nil and empty differ on the wire.
    let description: String?
    let created: Timestamp
    let updated: Timestamp
    /// The highest version number ever given out; 0 before the first.
    let lastVersion: Int64
}

/// A registered model with everything a client is shown about it.
struct ModelOverview: Sendable {
    let model: RegisteredModel
    var tags: [Tag]
    var aliases: [Alias]
    /// The newest version of each stage that has one.
    var latest: [ModelVersion]
}

/// A key and its value, set by users on models and versions.
struct Tag: Sendable, Equatable {
    let key: String
    let value: String

    /// One tag per key, the last one given, in the order of the keys' bytes.
    static func unique(_ tags: [Tag]) -> [Tag] {
        var sorted = tags.enumerated().sorted { left, right in
            if left.element.key.utf8.elementsEqual(right.element.key.utf8) { return left.offset < right.offset }
            return left.element.key.utf8.lexicographicallyPrecedes(right.element.key.utf8)
        }.map(\.element)
        for index in sorted.indices.dropLast().reversed()
        where sorted[index].key.utf8.elementsEqual(sorted[index + 1].key.utf8) { sorted.remove(at: index) }
        return sorted
    }
}

/// A movable name of one version: `champion`.
struct Alias: Sendable, Equatable {
    let name: String
    let version: Int64
}
