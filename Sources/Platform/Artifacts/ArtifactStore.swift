package import Core

/// Where artifacts are kept: a folder of this machine today, an object store later.
package protocol ArtifactStore: Sendable {}

/// A folder of this machine.
package struct LocalArtifactStore: ArtifactStore {
    let root: String

    package init(root: String) throws(Failure) { self.root = root }
}
