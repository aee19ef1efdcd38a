package import Core

/// Who still needs what is about to be removed for good: what the domain that keeps runs and logged models asks of the
/// registry, inside its own transaction, so that both see the same state.
package protocol ArtifactUses: Sendable {
    /// What is made of a run or logged model, or has its files among its artifacts, as people name it: `fraud/3`.
    /// - Parameter limit: at most so many.
    func uses(of source: ArtifactSource, limit: Int, _ sql: any SQLConnection) throws -> [String]

    /// Whether a path in this server's store is among the files of something that may be read: who may read a version
    /// may read its files, whichever experiment they are in.
    /// - Parameter parts: the names of the path.
    func mayRead(_ parts: [String], _ rights: Rights, _ sql: any SQLConnection) throws -> Bool
}

/// A run or a logged model, with the place of its artifacts.
package struct ArtifactSource: Sendable {
    package enum Kind: Sendable {
        case run(String)
        case loggedModel(String)
    }

    package let kind: Kind
    package let artifactURI: String

    package init(_ kind: Kind, artifactURI: String) {
        self.kind = kind
        self.artifactURI = artifactURI
    }
}

/// Where no other domain uses artifacts.
package struct NoArtifactUses: ArtifactUses {
    package init() {}
    package func uses(of source: ArtifactSource, limit: Int, _ sql: any SQLConnection) -> [String] { [] }
    package func mayRead(_ parts: [String], _ rights: Rights, _ sql: any SQLConnection) -> Bool { false }
}
