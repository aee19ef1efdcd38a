/// What rights are about: an experiment with all its runs, logged models and traces, or a registered model with its
/// versions.
package struct Subject: Sendable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case experiment
        case registeredModel = "registered_model"
    }

    package let kind: Kind
    /// Nil for a registered model, which is known by its name, and for what is about to be created.
    package let id: Int64?
    package let name: String

    package init(_ kind: Kind, id: Int64?, name: String) {
        self.kind = kind
        self.id = id
        self.name = name
    }

    package static func experiment(_ id: Int64, _ name: String) -> Subject {
        Subject(.experiment, id: id, name: name)
    }

    package static func registeredModel(_ name: String) -> Subject { Subject(.registeredModel, id: nil, name: name) }
}
