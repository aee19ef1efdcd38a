import Core

/// Which version of a model a `models:/name...` URI means.
struct VersionReference: Sendable, Equatable {
    enum Selector: Sendable, Equatable {
        case number(Int64)
        case stage(String)
        case alias(String)
        case latest
    }

    let name: String
    let selector: Selector
}

/// What a `models:` URI means: `models:/m-...`, `models:/name/3`, `models:/name/Production`, `models:/name/latest`,
/// `models:/name@champion`.
enum ModelReference: Sendable, Equatable {
    case loggedModel(id: String)
    case version(VersionReference)

    init?(_ uri: SourceURI) {
        guard uri.scheme == "models", uri.isAbsolute, uri.authority == nil else { return nil }
        switch uri.parts.count {
        case 1:
            let part = uri.parts[0]
            guard let at = part.lastIndex(of: "@") else {
                self = .loggedModel(id: part)
                return
            }
            let (name, alias) = (String(part[..<at]), String(part[part.index(after: at)...]))
            guard !name.isEmpty, !alias.isEmpty else { return nil }
            self = .version(VersionReference(name: name, selector: .alias(alias)))
        case 2:
            let (name, word) = (uri.parts[0], uri.parts[1])
            let selector: VersionReference.Selector
            if word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
                selector = .number(Int64(word) ?? .max)
            } else {
                selector = word.lowercased() == "latest" ? .latest : .stage(word)
            }
            self = .version(VersionReference(name: name, selector: selector))
        default: return nil
        }
    }
}
