/// Answers with artifacts, for domains that know where one is but do not keep artifacts themselves: the registry's
/// downloads of a version's files.
package protocol ArtifactDownloads: Sendable {
    /// The file at `relative` below the folder an artifact URI means, as a download.
    /// - Throws: `invalid` for a path that leads out, for a folder, and for artifacts this server does not keep;
    ///   `notFound`.
    func answer(_ relative: String, below uri: String, to request: Request) async throws -> Response

    /// The files below the folder an artifact URI means, those of the folders in it, too.
    /// - Parameter limit: at most so many files, from at most so many folders.
    /// - Returns: nil for artifacts this server does not keep.
    func files(below uri: String, limit: Int) async throws -> ArtifactFiles?

    /// The bytes of a small file; nil when there is none, when it is larger than `limit`, and for artifacts this server
    /// does not keep.
    func contents(of relative: String, below uri: String, limit: Int) async throws -> [UInt8]?
}
