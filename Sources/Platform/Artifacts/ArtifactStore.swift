/// Where artifacts are kept: a folder of this machine today, an object store later.
package protocol ArtifactStore: Sendable {}
