import Core
import Platform

/// Which versions need a run or a logged model: those made of it, and those whose files are among its artifacts.
struct VersionUses: ArtifactUses {
    func uses(of source: ArtifactSource, limit: Int, _ sql: any SQLConnection) throws -> [String] {
        let (column, id) =
            switch source.kind {
            case .run(let id): ("run_id", id)
            case .loggedModel(let id): ("logged_model_id", id)
            }
        var found = try versions("v.\(column) = ?2", [.text(id)], limit, sql)
        if found.count < limit, let folder = Self.folder(of: source.artifactURI) {
            // "0" follows "/" in ASCII: the range holds exactly what begins with the folder and a slash.
            found += try versions(
                "(v.folder = ?2 OR (v.folder > ?3 AND v.folder < ?4))",
                [.text(folder), .text(folder + "/"), .text(folder + "0")], limit, sql)
        }
        var seen: Set<String> = []
        return Array(found.filter { seen.insert($0).inserted }.prefix(limit))
    }

    func mayRead(_ parts: [String], _ rights: Rights, _ sql: any SQLConnection) throws -> Bool {
        // A version's folder is the path itself or one around it.
        let folders = parts.indices.map { SQLValue.text(parts[...$0].joined(separator: "/")) }
        var isFound = false
        try sql.forEach(in: folders) { list, arguments in
            var parameters = SQLParameters()
            _ = parameters.add(all: arguments)
            let readable = RightsCondition(.registeredModel, name: "m.name", sql.dialect)
            let test = readable.sql(rights, bind: { parameters.add($0) }).map { " AND \($0)" } ?? ""
            let found = try sql.first(
                """
                SELECT 1 FROM registry_version v JOIN registry_model m ON m.id = v.model_id
                WHERE v.deleted_at IS NULL AND v.folder IN (\(list))\(test) LIMIT 1
                """, parameters.values
            ) { _ in true }
            isFound = isFound || found == true
        }
        return isFound
    }

    private func versions(
        _ condition: String, _ arguments: [SQLValue], _ limit: Int, _ sql: any SQLConnection
    ) throws -> [String] {
        try sql.rows(
            """
            SELECT m.name, v.number FROM registry_version v JOIN registry_model m ON m.id = v.model_id
            WHERE v.deleted_at IS NULL AND \(condition) ORDER BY v.model_id, v.number LIMIT ?1
            """, [.int(limit)] + arguments
        ) { "\($0.text(0))/\($0.integer(1))" }
    }

    /// The folder in this server's store that a URI means, decoded: `0/3f2a/artifacts/model`. A version is found by it
    /// however its source was spelled.
    /// - Returns: nil for what is kept elsewhere.
    static func folder(of uri: String) -> String? { (try? SourceURI(uri)).flatMap(folder) }

    /// The same. A place that names a host is elsewhere, whatever host it is.
    static func folder(of uri: SourceURI) -> String? {
        guard uri.scheme == "mlflow-artifacts", (uri.authority ?? "").isEmpty, !uri.parts.isEmpty else { return nil }
        return uri.parts.joined(separator: "/")
    }

    /// The same for a version: `runs:/id/path` is that path below the run's artifacts.
    static func folder(
        ofVersionAt location: String, _ sources: any ModelSources, _ sql: any SQLConnection
    ) throws -> String? {
        guard let uri = try? SourceURI(location) else { return nil }
        guard uri.scheme == "runs", let runID = uri.parts.first else { return folder(of: location) }
        guard let run = try sources.run(runID, sql), let root = folder(of: run.artifactURI) else { return nil }
        return ([root] + uri.parts.dropFirst()).joined(separator: "/")
    }
}
