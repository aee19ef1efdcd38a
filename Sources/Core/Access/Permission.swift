/// The right to do one kind of thing: `experiment.read`, `model.promote`. Domains declare theirs, each with the level
/// it asks for and the kind of subject it is about. Nobody holds a permission by its name: people hold levels, over
/// everything or over some subjects (`Rights`), and a level includes those below it.
package struct Permission: Hashable, Sendable {
    package enum Level: Int, Sendable, Comparable, CaseIterable {
        case read
        case edit
        /// To put live what others have made: stages and aliases of models.
        case approve
        /// To delete, to restore, and to give others rights over it.
        case manage
        /// Everything, also what is about no subject but the server. No grant gives it and none takes it away.
        case administer

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    package let name: String
    package let level: Level
    /// What it is about; nil for the server as a whole.
    package let kind: Subject.Kind?

    package init(_ name: String, _ level: Level, of kind: Subject.Kind? = nil) {
        self.name = name
        self.level = level
        self.kind = kind
    }
}
