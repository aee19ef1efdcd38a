import Core
import MLflow
import Platform
import Testing
import Tracking

/// Requests with an `Idempotency-Key` whose answer was lost: the second one is answered as the first was.
@Suite("Repeated requests", .everyDatabase)
struct RepetitionTests {
    @Test(
        "what creates something gives the same answer again, and creates nothing",
        arguments: [
            ("POST", "/api/2.0/mlflow/runs/create", #"{"experiment_id":"0"}"#),
            ("POST", "/api/2.0/mlflow/logged-models", #"{"experiment_id":"0","tags":[{"key":"a","value":"b"}]}"#),
            ("POST", "/api/2.0/mlflow/traces", #"{"experiment_id":"0","timestamp_ms":1}"#),
            (
                "POST", "/api/3.0/mlflow/traces",
                #"{"trace":{"trace_info":{"trace_id":"tr-1","trace_location":{"mlflow_experiment":{"experiment_id":"0"}}}}}"#
            ),
            ("POST", "/api/3.0/mlflow/traces/TRACE/assessments", #"{"assessment":{"assessment_name":"a"}}"#),
            ("PATCH", "/api/2.0/mlflow/logged-models/{model}", #"{"status":"LOGGED_MODEL_READY"}"#),
            ("PATCH", "/api/2.0/mlflow/traces/TRACE", #"{"status":"OK","timestamp_ms":5}"#),
            ("POST", "/api/2.0/mlflow/runs/update", #"{"run_id":"RUN","status":"FINISHED","end_time":5}"#),
        ])
    func creation(_ method: String, _ path: String, _ body: String) async throws {
        let server = try TestServer()
        let run = await server.run()
        let model = await server.post("logged-models", #"{"experiment_id":"0"}"#).json["model"]?["info"]?["model_id"]
        let trace = await server.post("traces", #"{"experiment_id":"0","timestamp_ms":1}"#).json["trace_info"]
        func filled(_ text: String) -> String {
            text.replacing("RUN", with: run).replacing("{model}", with: model?.text ?? "")
                .replacing("TRACE", with: trace?["request_id"]?.text ?? "")
        }
        let responder = Responder(
            routes: server.routes, errorForms: MLflowErrors.forms, settings: .init(), world: server.services.world,
            idempotency: Idempotency(database: server.services.database),
            observer: NoObserver())
        let head = RequestHead(
            method: method, target: filled(path),
            headers: Headers([("host", "localhost"), ("content-type", "application/json"), ("idempotency-key", "k")]))
        let bytes = Array(filled(body).utf8)
        let first = await responder.respond(to: head, body: bytes)
        #expect(first.status == 200, "\(text(first))")
        let events = server.events.kinds.count
        // As after a crash between the commit and the answer: the writes are recorded, the answer is not.
        _ = try await server.services.database.write {
            try $0.sql.execute("DELETE FROM platform_idempotency WHERE step = 'answer'")
        }
        let second = await responder.respond(to: head, body: bytes)
        #expect(second.status == 200 && text(second) == text(first))
        #expect(server.events.kinds.count == events)
    }

    private func text(_ response: Response) -> String {
        guard case .bytes(let bytes) = response.body else { return "a stream" }
        return String(decoding: bytes, as: UTF8.self)
    }

    private struct NoObserver: RequestObserver {
        func finished(_ record: RequestRecord) {}
        func failed(_ failure: Failure, requestID: String) {}
    }
}
