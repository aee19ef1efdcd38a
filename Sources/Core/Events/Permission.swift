/// The right to do one kind of thing: `experiment.read`, `model.write`. Domains declare theirs; roles are sets of them.
package struct Permission: Hashable, Sendable {
    package let name: String

    package init(_ name: String) { self.name = name }
}
