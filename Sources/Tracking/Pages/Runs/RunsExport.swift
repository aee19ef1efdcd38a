import Core
import MLflow
import Platform

/// The runs of a view as a file: all of them, not only those of a page.
struct RunsExport: Sendable {
    let services: PageServices

    var endpoints: [Endpoint] {
        [
            Endpoint(
                "GET", "/experiments/{experiment}/runs.csv", .may(.readExperiments), .reads,
                "The runs of a view as CSV."
            ) { try await csv($0) }.forPeople().aboutExperiment(services.subjects),
            Endpoint(
                "GET", "/experiments/{experiment}/runs.json", .may(.readExperiments), .reads,
                "The runs of a view as JSON."
            ) { try await json($0) }.forPeople().aboutExperiment(services.subjects),
        ]
    }

    private static let batch = 1000
    /// Columns of what was logged, where a view has chosen none.
    private static let columnLimit = 2000

    private func csv(_ request: Request) async throws -> Response {
        let experiment = try await services.experiment(request)
        let view = RunsView(experiment.id, request.query)
        let query = try view.query(limit: Self.batch, rights: request.principal.rights, services.bounds)
        let keys = services.keys
        let logged =
            view.columns.isEmpty
            ? try await services.database.read { sql in
                let found = try RunKeys(of: experiment.id, limit: Self.columnLimit, keys, sql)
                let own = found.tags.filter { !$0.utf8.starts(with: "mlflow.".utf8) }
                return found.metrics.map(RunColumn.metric) + found.parameters.map(RunColumn.parameter)
                    + own.map(RunColumn.tag)
            } : view.columns
        let fixed: [RunColumn] = [.id, .name, .status, .user, .started, .ended]
        let columns = fixed + logged.filter { !fixed.contains($0) }
        return file("runs.csv", of: experiment, "text/csv; charset=utf-8") { sink in
            try await sink.write(CSVLine.bytes(columns.map(\.text)))
            try await forEachBatch(query) { runs in
                var bytes: [UInt8] = []
                for run in runs { bytes += CSVLine.bytes(columns.map { Self.text($0, of: run) }) }
                try await sink.write(bytes)
            }
        }
    }

    private static func text(_ column: RunColumn, of details: RunDetails) -> String {
        switch column {
        case .id: details.run.runID
        case .name: details.run.name
        case .status: details.run.status.rawValue
        case .user: details.user
        case .started: details.run.started.rfc3339
        case .ended: details.run.endTime.map { Timestamp(milliseconds: $0).rfc3339 } ?? ""
        case .duration: details.run.endTime.map { String($0 &- details.run.startTime) } ?? ""
        case .experiment: String(details.run.experiment)
        case .metric(let name): details.metric(name).map { DisplayValue.exact($0.value) } ?? ""
        case .parameter(let name): details.parameter(name) ?? ""
        case .tag(let name): details.tag(name) ?? ""
        }
    }

    private func json(_ request: Request) async throws -> Response {
        let experiment = try await services.experiment(request)
        let view = RunsView(experiment.id, request.query)
        let query = try view.query(limit: Self.batch, rights: request.principal.rights, services.bounds)
        let keys = services.keys
        return file("runs.json", of: experiment, "application/json") { [services] sink in
            try await sink.write(Array("[".utf8))
            var isFirst = true
            try await forEachBatch(query) { runs in
                let bytes = try await services.database.read { sql in
                    let json = try RunJSON(runs.map(\.run), keys, sql)
                    return runs.map { details in
                        var writer = JSONWriter(capacity: 2048)
                        json.write(details.run, to: &writer)
                        return writer.finish()
                    }
                }
                var text: [UInt8] = []
                for one in bytes {
                    if !isFirst { text += [UInt8(ascii: ",")] }
                    isFirst = false
                    text += [UInt8(ascii: "\n")] + one
                }
                try await sink.write(text)
            }
            try await sink.write(Array("\n]\n".utf8))
        }
    }

    /// Runs as they are while the file is written: each batch is read for itself, from where the last one ended.
    private func forEachBatch(_ query: RunQuery, _ body: ([RunDetails]) async throws -> Void) async throws {
        let keys = services.keys
        var position: KeySetOrder.Position?
        while true {
            let last = position
            let (runs, next) = try await services.database.read { sql in
                let page = try RunSearch(query, keys, sql).page(after: last)
                return (
                    try RunDetails.of(page.runs.map(\.run), keys, sql), page.hasMore ? page.runs.last?.position : nil
                )
            }
            try await body(runs)
            guard let next else { return }
            position = next
        }
    }

    private func file(
        _ name: String, of experiment: Experiment, _ type: String,
        _ write: @escaping @Sendable (any ResponseSink) async throws -> Void
    ) -> Response {
        let headers: [(name: String, value: String)] = [
            ("content-type", type),
            ("content-disposition", ContentDisposition.attachment("\(experiment.name)-\(name)")),
        ]
        return Response(headers: Headers(headers), body: .stream(length: nil, write))
    }
}

/// Lines of CSV (RFC 4180).
enum CSVLine {
    static func bytes(_ fields: [String]) -> [UInt8] {
        Array((fields.map(field).joined(separator: ",") + "\r\n").utf8)
    }

    private static func field(_ text: String) -> String {
        // Programs that open such files take a text that begins so for a formula and run it. An apostrophe says that it
        // is a text; figures are left alone.
        let isFormula = text.utf8.first.map { "=+-@\t\r".utf8.contains($0) } ?? false
        let text = isFormula && Double(text) == nil ? "'" + text : text
        guard text.utf8.contains(where: { "\",\r\n".utf8.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
