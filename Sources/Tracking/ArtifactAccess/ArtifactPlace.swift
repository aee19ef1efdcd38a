import Core
import Platform

/// Where artifacts of runs, models and traces stand: as URIs that clients are given, and as paths in the store behind
/// them.
enum ArtifactPlace {
    static func loggedModel(_ modelID: String, in location: String) -> String {
        appending("models/\(modelID)/artifacts", to: location)
    }

    static func trace(_ traceID: String, in location: String) -> String {
        appending("traces/\(traceID)/artifacts", to: location)
    }

    static func appending(_ path: String, to location: String) -> String {
        location.utf8.last == UInt8(ascii: "/") ? location + path : "\(location)/\(path)"
    }

    private static let scheme = "mlflow-artifacts:"

    /// The folder in this server's store that a URI means.
    /// - Throws: `invalid` when the artifacts are elsewhere: clients reach them without this server.
    static func folder(of uri: String) throws(Failure) -> ArtifactPath {
        guard uri.utf8.starts(with: scheme.utf8) else {
            throw Failure(
                .invalid, "The artifacts are not kept by this server but at \(uri.prefix(300))",
                hint: "Read them from there.")
        }
        let path = uri.utf8.dropFirst(scheme.utf8.count).drop { $0 == UInt8(ascii: "/") }
        return try ArtifactPath(parsing: String(Substring(path)), allowsRoot: true)
    }

    /// What a client may ask for below a folder; an empty text means the folder itself.
    /// - Throws: `invalid` for what would lead out of it.
    static func path(_ relative: String, in folder: ArtifactPath) throws(Failure) -> ArtifactPath {
        let checked = try ArtifactPath(parsing: relative, allowsRoot: true)
        return checked.isRoot ? folder : try folder.appending(checked.text)
    }
}
