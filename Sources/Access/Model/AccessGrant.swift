import Core

/// A grant as it is kept: to whom, over what, how much.
struct AccessGrant: Sendable {
    enum Holder: Sendable, Hashable {
        case user(Int64)
        case group(Int64)
    }

    let id: Int64
    let holder: Holder
    let target: GrantTarget
    /// Nil refuses everything.
    let level: Permission.Level?
    let created: Timestamp

    /// As the rights of its holder count it.
    var grant: Grant { Grant(target.kind, target.value, level) }
}

/// What a grant or the scope of a token is about.
struct GrantTarget: Sendable {
    let kind: Subject.Kind
    let value: Grant.Target

    /// The word that says how `text` is meant: `id`, `name` or `pattern`.
    var form: String {
        switch value {
        case .id: "id"
        case .name: "name"
        case .pattern: "pattern"
        }
    }

    var text: String {
        switch value {
        case .id(let id): String(id)
        case .name(let name): name
        case .pattern(let pattern): pattern.text
        }
    }

    init(_ kind: Subject.Kind, _ value: Grant.Target) {
        self.kind = kind
        self.value = value
    }

    /// - Parameter form: `id`, `name` or `pattern`.
    /// - Throws: `invalid` for a text that is too long or empty, an identifier of an experiment that is no number, an
    ///   identifier of a model: those are known by their names.
    init(_ kind: Subject.Kind, _ form: String, _ text: String) throws(Failure) {
        guard !text.isEmpty, text.utf8.count <= Self.textLimit else {
            throw Failure(.invalid, "\(form): it must have 1 to \(Self.textLimit) bytes")
        }
        switch form {
        case "id":
            guard kind == .experiment else {
                throw Failure(.invalid, "id: registered models are known by their names", hint: "Give a name.")
            }
            // Other spellings of a number would make another row for the same experiment.
            guard let id = Int64(text), String(id) == text, id >= 0 else {
                throw Failure(.invalid, "id: '\(text.prefix(50))' is no identifier of an experiment")
            }
            self.init(kind, .id(id))
        case "name": self.init(kind, .name(text))
        case "pattern": self.init(kind, .pattern(NamePattern(text)))
        default: throw Failure(.invalid, "'\(form.prefix(50))' is none of id, name, pattern")
        }
    }

    private static let textLimit = 500
}
