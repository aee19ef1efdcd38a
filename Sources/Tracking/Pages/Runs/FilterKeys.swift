import Core
import MLflow
import Platform

/// What a filter of an experiment's runs can be completed with, for the script of the page.
struct FilterKeys: Sendable {
    let services: PageServices

    var endpoints: [Endpoint] {
        [
            Endpoint(
                "GET", "/experiments/{experiment}/filter-keys", .may(.readExperiments), .reads,
                "Names and values that a filter can be completed with."
            ) { try await keys($0) }.forPeople().aboutExperiment(services.subjects)
        ]
    }

    /// Values of a key that are offered.
    private static let values = 20
    /// Keys of which values are looked up.
    private static let valuedKeys = 60

    private func keys(_ request: Request) async throws -> Response {
        let experiment = try await services.experiment(request)
        let keys = services.keys
        // A key that begins so, or has it after its kind: `metrics.lo`, `lo`.
        let prefix = (request.query["prefix"] ?? "").lowercased()
        let json = try await services.database.read { sql -> JSON in
            let found = try RunKeys(of: experiment.id, limit: prefix.isEmpty ? RunKeys.limit : 5000, keys, sql)
            var list: [JSON] = Self.attributes
            var valued = 0
            func add(_ field: SearchField, _ table: String?) throws {
                guard let text = field.text else { return }
                guard prefix.isEmpty || text.lowercased().contains(prefix) else { return }
                guard list.count < RunKeys.limit else { return }
                var values: [String] = []
                if let table, valued < Self.valuedKeys {
                    valued += 1
                    values = try RunKeys.values(
                        of: field.key, in: table, experiment.id, limit: Self.values, keys, sql)
                }
                list.append(Self.key(text, table == nil ? "number" : "text", values))
            }
            for name in found.metrics { try add(SearchField(.metric, name), nil) }
            for name in found.parameters { try add(SearchField(.parameter, name), "tracking_parameter") }
            for name in found.tags { try add(SearchField(.tag, name), "tracking_tag") }
            return .record(["keys": .array(list), "more": .bool(found.hasMore)])
        }
        return .json(json)
    }

    private static let attributes = [
        key("status", "text", RunStatus.allCases.map(\.rawValue)), key("run_name", "text", []),
        key("user_id", "text", []), key("start_time", "number", []), key("end_time", "number", []),
        key("run_id", "text", []), key("dataset.name", "text", []), key("dataset.digest", "text", []),
        key("dataset.context", "text", ["train", "eval"]),
    ]

    private static func key(_ name: String, _ kind: String, _ values: [String]) -> JSON {
        .record([
            "name": .string(name), "kind": .string(kind), "values": .array(values.map { .string($0) }),
        ])
    }
}
