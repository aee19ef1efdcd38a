import Core
import Logging
import MLflow
import Platform
import Registry
import Synchronization
import TestSupport
import Testing

/// The registry over a database of its own and a real event log, called as the HTTP server calls it.
final class TestRegistry: Sendable {
    struct Answer {
        let status: Int
        let json: JSON
        let bytes: [UInt8]

        var errorCode: String? { json["error_code"]?.text }
        var message: String? { json["message"]?.text ?? json["error"]?["message"]?.text }
    }

    let clock = StillClock()
    let sources = TestSources()
    let services: Services
    let registry: Registry
    let runner: Runner
    private let routes: RouteTable
    private let storage: TestDatabase
    private let artifacts: TestArtifacts

    convenience init(
        _ backend: Backend = .sqlite, settings: Registry.Settings = Registry.Settings(),
        resolver: HostResolver = .system
    ) throws {
        try self.init(TestDatabase(backend), settings, resolver)
    }

    /// Another server over the same database.
    convenience init(sharing other: TestRegistry) throws {
        try self.init(other.storage, Registry.Settings(), .system)
    }

    private init(_ storage: TestDatabase, _ settings: Registry.Settings, _ resolver: HostResolver) throws {
        self.storage = storage
        artifacts = try TestArtifacts()
        try Migrations.apply(Server.migrations + Registry.migrations, storage.driver, now: clock.now)
        let world = clock.world
        let signal = EventSignal()
        let database = try Database(driver: storage.driver, recorder: EventLog(now: world.now, signal: signal))
        services = Services(
            database: database, world: world, artifacts: artifacts.store,
            pageTokens: PageTokens(key: Array(repeating: 7, count: 32)))
        registry = Registry(
            services, sources: sources, downloads: NamedDownloads(), settings: settings, resolver: resolver)
        runner = Runner(database: database, world: world, signal: signal, logger: Logger(label: "test"))
        routes = try RouteTable(registry.endpoints)
    }

    deinit {
        services.database.close()
    }

    func get(_ path: String, _ query: KeyValuePairs<String, String> = [:]) async -> Answer {
        let text = query.map { "\(PercentEncoding.encode($0.key))=\(PercentEncoding.encode($0.value))" }
        return await send("GET", "/api/2.0/mlflow/" + path, query: text.joined(separator: "&"))
    }

    func native(_ path: String, _ query: String = "") async -> Answer {
        await send("GET", "/api/v1/" + path, query: query)
    }

    func post(_ path: String, _ body: JSON, reason: String? = nil) async -> Answer {
        await send("POST", "/api/2.0/mlflow/" + path, body: body, reason: reason)
    }

    func patch(_ path: String, _ body: JSON) async -> Answer {
        await send("PATCH", "/api/2.0/mlflow/" + path, body: body)
    }

    func delete(_ path: String, _ body: JSON) async -> Answer {
        await send("DELETE", "/api/2.0/mlflow/" + path, body: body)
    }

    func send(
        _ method: String, _ path: String, query: String = "", body: JSON? = nil, reason: String? = nil
    ) async -> Answer {
        var headers = Headers(body == nil ? [] : [("content-type", "application/json")])
        headers["steward-reason"] = reason
        var response: Response
        switch routes.match(method: method, rawPath: path) {
        case .found(let endpoint, let parameters):
            let request = Request(
                method: method, rawPath: path, parameters: parameters, query: Query(query), headers: headers,
                body: body.map { RequestBody(bytes: $0.serialised()) } ?? .empty, id: "request-1")
            do {
                response = try await endpoint.handle(request)
            } catch {
                let failure = HTTPFailure(
                    error as? Failure ?? Failure(.bug, "\(error)"), requestID: "request-1")
                response = path.hasPrefix("/api/v1/") ? ErrorForm.native.write(failure) : MLflowErrors.write(failure)
            }
        case .none, .wrongMethod: response = Response(status: 404)
        }
        guard case .bytes(let bytes) = response.body else {
            Issue.record("a streamed answer to \(path)")
            return Answer(status: response.status, json: .null, bytes: [])
        }
        return Answer(status: response.status, json: (try? JSONParser.parse(bytes)) ?? .null, bytes: bytes)
    }

    // MARK: What many tests do

    func createModel(_ name: String, tags: [(String, String)] = []) async {
        let answer = await post(
            "registered-models/create", .record(["name": .string(name), "tags": Self.tags(tags)]))
        #expect(answer.status == 200, "\(answer.json.text())")
    }

    /// - Returns: the version's number.
    @discardableResult
    func createVersion(
        _ name: String, _ source: String = "s3://bucket/model", tags: [(String, String)] = [], runID: String? = nil
    ) async -> String? {
        let answer = await post(
            "model-versions/create",
            .record([
                "name": .string(name), "source": .string(source), "tags": Self.tags(tags), "run_id": .optional(runID),
            ]))
        #expect(answer.status == 200, "\(answer.json.text())")
        return answer.json["model_version"]?["version"]?.text
    }

    @discardableResult
    func transition(
        _ name: String, _ version: String, _ stage: String, archive: Bool = false, reason: String? = nil
    ) async -> Answer {
        await post(
            "model-versions/transition-stage",
            .record([
                "name": .string(name), "version": .string(version), "stage": .string(stage),
                "archive_existing_versions": .bool(archive),
            ]), reason: reason)
    }

    @discardableResult
    func setAlias(_ name: String, _ alias: String, _ version: String) async -> Answer {
        await post(
            "registered-models/alias",
            .record(["name": .string(name), "alias": .string(alias), "version": .string(version)]))
    }

    static func tags(_ tags: [(String, String)]) -> JSON {
        .array(tags.map { .record(["key": .string($0.0), "value": .string($0.1)]) })
    }

    /// All events there are, the oldest first.
    func events() async throws -> [RecordedEvent] {
        try await services.database.read { sql in
            var query = EventQuery()
            query.limit = 1000
            return try EventLog.events(query, sql)
        }
    }

    /// Moves the server's clock, and lets jobs wait for so long by the database's.
    func letTimePass(milliseconds: Int64) async throws {
        clock.advance(milliseconds: milliseconds)
        try await services.database.write { try $0.letJobsWait(milliseconds) }
    }

    /// Lets the reactor see all events, and the outbox send what is due.
    func deliver() async throws {
        for reactor in registry.reactors { while try await runner.step(reactor) > 0 {} }
        try await registry.webhooks.worker.runDue()
    }
}

/// Answers with the place that was asked for, instead of what is there.
private struct NamedDownloads: ArtifactDownloads {
    func answer(_ relative: String, below uri: String, to request: Request) -> Response {
        .text("\(relative) below \(uri)")
    }

    func files(below uri: String, limit: Int) -> ArtifactFiles? {
        ArtifactFiles(
            files: [
                .init(path: "MLmodel", size: 812, sha256: String(repeating: "ab", count: 32)),
                .init(path: "model.pkl", size: 1_200_000, sha256: nil),
            ], isComplete: true)
    }

    func contents(of relative: String, below uri: String, limit: Int) -> [UInt8]? {
        switch relative {
        case "MLmodel": Array(SampleModel.mlmodel.utf8)
        case "drift/report.json": Array(SampleModel.driftReport.utf8)
        default: nil
        }
    }
}

/// What MLflow 3.18 writes beside a scikit-learn model, shortened.
enum SampleModel {
    /// What `steward drift --format json` writes, shortened.
    static let driftReport = """
        {"format_version":1,"reference":{"label":"q1.csv","rows":900},"current":{"label":"q2.csv","rows":800},
        "columns":[
        {"name":"rate","drifted":true,"results":[{"drifted":true,"sentence":"moved up by 0.5 standard deviations"}]},
        {"name":"term","drifted":false,"results":[{"drifted":false,"sentence":"no sign of change"}]}]}
        """

    static let mlmodel = """
        artifact_path: model
        flavors:
          python_function:
            env:
              conda: conda.yaml
              virtualenv: python_env.yaml
            loader_module: mlflow.sklearn
            model_path: model.pkl
            predict_fn: predict
            python_version: 3.11.2
          sklearn:
            code: null
            pickled_model: model.pkl
            serialization_format: cloudpickle
            sklearn_version: 1.7.0
        mlflow_version: 3.18.0
        model_size_bytes: 1203456
        model_uuid: 3f2a
        signature:
          inputs: '[{"type": "double", "name": "amount", "required": true}, {"type": "long",
            "name": "it''s", "required": false}]'
          outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
          params: null
        utc_time_created: '2026-11-26 01:30:12.123456'

        """
}

/// Runs and logged models, instead of the tracking domain.
final class TestSources: ModelSources {
    private struct State {
        var runs: [String: RunReference] = [:]
        var models: [String: LoggedModelReference] = [:]
        var noted: [String] = []
    }

    private let state = Mutex(State())

    func addRun(_ id: String, artifacts: String) {
        state.withLock {
            $0.runs[id] = RunReference(runID: id, experiment: .experiment(1, "e"), artifactURI: artifacts)
        }
    }

    func addModel(_ id: String, artifacts: String, run: String?) {
        state.withLock {
            $0.models[id] = LoggedModelReference(
                modelID: id, experiment: .experiment(1, "e"), artifactURI: artifacts, sourceRunID: run)
        }
    }

    /// `model/version of logged model`
    var noted: [String] { state.withLock { $0.noted } }

    func run(_ runID: String, _ sql: any SQLConnection) -> RunReference? { state.withLock { $0.runs[runID] } }

    func loggedModel(_ modelID: String, _ sql: any SQLConnection) -> LoggedModelReference? {
        state.withLock { $0.models[modelID] }
    }

    func owners(ofArtifactsAt uri: String, _ sql: any SQLConnection) -> [Subject]? { nil }

    func lineage(run runID: String, loggedModel modelID: String, _ sql: any SQLConnection) -> Lineage {
        var lineage = Lineage()
        guard let run = run(runID, sql) else { return lineage }
        lineage.experiment = .experiment(1, "credit risk")
        lineage.run = .init(
            id: run.runID, name: "bold-owl-41", status: "FINISHED", started: Timestamp(milliseconds: 1000),
            ended: Timestamp(milliseconds: 61_000), isDeleted: false, user: "ana")
        lineage.datasets = [.init(name: "loans", digest: "5a3f", context: "training")]
        lineage.code.commit = String(repeating: "c0", count: 20)
        lineage.code.source = "train.py"
        return lineage
    }

    func noteVersion(
        _ version: Int64, of model: String, loggedModel modelID: String, _ transaction: Transaction
    ) {
        state.withLock { $0.noted.append("\(model)/\(version) of \(modelID)") }
    }
}
