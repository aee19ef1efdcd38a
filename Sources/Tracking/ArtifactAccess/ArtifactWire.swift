import Core
import Platform

/// Lists of artifacts as MLflow's protocol writes them.
enum ArtifactWire {
    /// Of the proxy: names only; an empty file has no size, as proto3 leaves out zeros.
    static func proxyList(_ entries: [ArtifactEntry]) -> JSON {
        if entries.isEmpty { return .object([]) }
        return .record(["files": .array(entries.map { file($0.name, $0, keepsZero: false) })])
    }

    /// Of a run or model: paths from its root.
    static func list(_ entries: [ArtifactEntry], in folder: String, root uri: String) -> JSON {
        var members = [JSON.Member("root_uri", .string(uri))]
        let prefix = folder.isEmpty ? "" : folder + "/"
        if !entries.isEmpty {
            members.append(.init("files", .array(entries.map { file(prefix + $0.name, $0, keepsZero: true) })))
        }
        return .object(members)
    }

    private static func file(_ path: String, _ entry: ArtifactEntry, keepsZero: Bool) -> JSON {
        var members: [JSON.Member] = [.init("path", .string(path)), .init("is_dir", .bool(entry.isFolder))]
        if !entry.isFolder, keepsZero || entry.size > 0 { members.append(.init("file_size", .integer(entry.size))) }
        return .object(members)
    }
}
