/// Answers with artifacts, for domains that know where one is but do not keep artifacts themselves: the registry's
/// downloads of a version's files.
package protocol ArtifactDownloads: Sendable {
    /// The file at `relative` below the folder an artifact URI means, as a download.
    /// - Throws: `invalid` for a path that leads out, for a folder, and for artifacts this server does not keep;
    ///   `notFound`.
    func answer(_ relative: String, below uri: String, to request: Request) async throws -> Response
}
