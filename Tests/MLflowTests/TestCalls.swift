import Core
import MLflow
import Platform
import Synchronization

/// The calls behind GraphQL, with answers made up here, called as the HTTP server calls them.
final class TestCalls: Sendable {
    /// Two runs of experiment 1, one of which has a version of a model.
    private static let runs: [String: String] = [
        "a": """
        {"info": {"run_id": "a", "experiment_id": "1", "run_name": "one", "status": "FINISHED", "start_time": 5,
        "end_time": 9007199254740993}, "data": {"metrics": [{"key": "m", "value": "NaN", "step": 3, "timestamp": 4},
        {"key": "n", "value": 0.5}], "tags": [{"key": "k", "value": "v"}]}}
        """,
        "b": #"{"info": {"run_id": "b", "experiment_id": "2", "status": "WAITING"}}"#,
    ]
    private static let read = Permission("experiment.read", .read, of: .experiment)
    private static let readModels = Permission("model.read", .approve)

    private let asked = Mutex<[String]>([])
    private let rights: Rights
    let endpoints: [Endpoint]

    /// What was asked of the calls: `GET runs/get run_id=a`.
    var log: [String] { asked.withLock { $0 } }

    init(rights: Rights = .everything) throws {
        self.rights = rights
        func call(
            _ method: String, _ path: String, _ permission: Permission,
            _ answer: @escaping @Sendable (ProtoMessage) throws -> String
        ) -> [Endpoint] {
            .mlflow(method, "mlflow/\(path)", .may(permission), .reads, "Test.") { message, request in
                let query = request.query.items.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
                let body = try await String(decoding: request.body.collect(limit: 1 << 20), as: UTF8.self)
                Self.current?.asked.withLock { $0.append("\(method) \(path) \(query)\(body)") }
                return .json(bytes: Array(try answer(message).utf8))
            }
        }
        endpoints = [
            call("GET", "runs/get", Self.read) { message in
                let id = try message.requiredRunID()
                guard let run = Self.runs[id] else { throw Failure(.notFound, "Run with id=\(id) not found") }
                return #"{"run": \#(run)}"#
            },
            call("POST", "runs/search", Self.read) { _ in
                #"{"runs": [\#(Self.runs["a"] ?? ""), \#(Self.runs["b"] ?? ""), \#(Self.runs["a"] ?? "")]}"#
            },
            call("GET", "experiments/get", Self.read) { message in
                let id = try message.requiredText("experiment_id")
                guard id == "1" else { throw Failure(.notFound, "No Experiment with id=\(id) exists") }
                return #"{"experiment": {"experiment_id": "1", "name": "first", "creation_time": 7}}"#
            },
            call("GET", "metrics/get-history-bulk-interval", Self.read) { _ in "{}" },
            call("GET", "artifacts/list", Self.read) { _ in
                #"{"root_uri": "r", "files": [{"path": "d", "is_dir": true}, {"path": "f", "file_size": 12}]}"#
            },
            call("GET", "model-versions/search", Self.readModels) { message in
                if try message.text("page_token") == nil {
                    return
                        #"{"model_versions": [{"name": "x", "version": "1", "run_id": "a"}], "next_page_token": "t"}"#
                }
                return #"{"model_versions": [{"name": "x", "version": "2", "run_id": "a", "aliases": ["champion"]}]}"#
            },
        ].flatMap { $0 }
    }

    @TaskLocal private static var current: TestCalls?

    private struct Visitor: Authorizer {
        let rights: Rights

        func principal(for head: RequestHead) async throws(Failure) -> Principal? {
            head.headers["authorization"] == nil ? nil : Principal(name: "ada", method: .token, rights: rights)
        }
    }

    func post(_ body: String, signedIn: Bool = true) async throws -> (status: Int, json: JSON) {
        let call = try GraphQLCall(endpoints)
        let responder = Responder(
            routes: try RouteTable(endpoints + [call.endpoint]), errorForms: MLflowErrors.forms, settings: .init(),
            world: .live, authorizer: Visitor(rights: rights), observer: RequestObservers([]))
        let headers = [("host", "localhost"), ("content-type", "application/json")]
        let response = await Self.$current.withValue(self) {
            await responder.respond(
                to: RequestHead(
                    method: "POST", target: "/graphql",
                    headers: Headers(headers + (signedIn ? [("authorization", "Bearer x")] : []))),
                body: Array(body.utf8))
        }
        guard case .bytes(let bytes) = response.body else { return (response.status, .null) }
        return (response.status, try JSONParser.parse(bytes))
    }

    /// - Returns: the whole answer as text.
    func ask(_ query: String, _ variables: String? = nil, operation: String? = nil) async throws -> String {
        let variables = try variables.map { try JSONParser.parse($0) } ?? .null
        let body = JSON.record([
            "query": .string(query), "variables": variables, "operationName": .optional(operation),
        ])
        return try await post(body.text()).json.text()
    }

    /// - Returns: the message of the only error, when there is no data.
    func refusal(_ query: String, _ variables: String? = nil, operation: String? = nil) async throws -> String? {
        let json = try JSONParser.parse(try await ask(query, variables, operation: operation))
        guard json["data"] == nil, let errors = json["errors"]?.elements, errors.count == 1 else { return nil }
        return errors[0]["message"]?.text
    }
}
