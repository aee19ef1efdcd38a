/// A right over some subjects of a kind, or the refusal of any.
package struct Grant: Sendable {
    package enum Target: Sendable {
        /// The experiment with this identifier, whatever its name.
        case id(Int64)
        /// The subject with this name, to the byte.
        case name(String)
        /// All subjects whose names match, also those to come.
        case pattern(NamePattern)
    }

    package let kind: Subject.Kind
    package let target: Target
    /// At most `manage`. Nil refuses everything (MLflow's NO_PERMISSIONS): it wins over grants and roles, but not over
    /// those who administer the server.
    package let level: Permission.Level?

    package init(_ kind: Subject.Kind, _ target: Target, _ level: Permission.Level?) {
        self.kind = kind
        self.target = target
        self.level = level.map { min($0, .manage) }
    }

    package func applies(to subject: Subject) -> Bool {
        guard kind == subject.kind else { return false }
        return switch target {
        case .id(let id): id == subject.id
        case .name(let name): name.utf8.elementsEqual(subject.name.utf8)
        case .pattern(let pattern): pattern.matches(subject.name)
        }
    }
}

/// A pattern for names: `*` stands for any text, also for none; everything else stands for itself.
package struct NamePattern: Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    /// Byte by byte. When what follows a star does not fit, only the last star takes in one byte more: the steps are at
    /// most as many as the product of both lengths.
    package func matches(_ name: String) -> Bool {
        let star = UInt8(ascii: "*")
        let (pattern, name) = (text.utf8, name.utf8)
        var (place, position) = (pattern.startIndex, name.startIndex)
        var retry: (place: String.Index, position: String.Index)?
        while position != name.endIndex {
            if place != pattern.endIndex, pattern[place] == star {
                place = pattern.index(after: place)
                retry = (place, position)
            } else if place != pattern.endIndex, pattern[place] == name[position] {
                place = pattern.index(after: place)
                position = name.index(after: position)
            } else if let last = retry {
                (place, position) = (last.place, name.index(after: last.position))
                retry?.position = position
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == star }
    }
}
