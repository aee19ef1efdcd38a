package import Core

/// A name with a value: a tag or a parameter.
package struct KeyValue: Sendable, Equatable {
    package let key: String
    package let value: String

    package init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }
}

/// A set of runs that answer one question.
package struct Experiment: Sendable {
    package let id: Int64
    package let name: String
    /// Where the artifacts of its runs are kept: a URI, recorded and never opened by this domain.
    package let location: String
    package let createdAt: Timestamp
    /// When the name, a tag or the state last changed.
    package let updatedAt: Timestamp
    package let isDeleted: Bool
    package var tags: [KeyValue] = []
}

/// Which of the active and the deleted are meant.
package enum LifecycleFilter: Sendable {
    case active, deleted, all
}
