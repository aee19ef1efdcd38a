import Core
import MLflow
import Platform

/// The calls of MLflow's protocol about assessments of traces.
struct AssessmentCalls {
    let services: Services

    init(_ services: Services) { self.services = services }

    var endpoints: [Endpoint] {
        mlflow("POST", "", .writes, "Adds an assessment to a trace.", create)
            + mlflow("GET", "/{assessment_id}", .reads, "An assessment of a trace.", get)
            + mlflow("PATCH", "/{assessment_id}", .writes, "Changes an assessment of a trace.", update)
            + mlflow("DELETE", "/{assessment_id}", .writes, "Removes an assessment of a trace.", delete)
    }

    private func mlflow(
        _ method: String, _ path: String, _ effect: Endpoint.Effect, _ summary: String,
        _ handle: @escaping Endpoint.MLflowHandler
    ) -> [Endpoint] {
        [Endpoint].mlflow(
            method, "mlflow/traces/{trace_id}/assessments\(path)",
            .may(effect == .reads ? .readExperiments : .writeExperiments), effect, summary, version: "3.0",
            bodyLimit: 4 << 20, handle
        ).aboutTrace(TrackedSubjects(services))
    }

    private func create(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let traceID = try request.parameter("trace_id")
        guard let given = try message.value("assessment") else { throw message.missing("assessment") }
        let assessment = try AssessmentWire.complete(
            given, trace: traceID, now: services.world.now(), makeID: services.world.makeID)
        return try await services.database.write(key: traceID) { transaction in
            let store = TraceStore(transaction.sql)
            try store.save(assessment, of: store.held(traceID).id)
            return try AssessmentWire.answer(assessment.body)
        }
    }

    private func get(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (traceID, assessmentID) = (try request.parameter("trace_id"), try request.parameter("assessment_id"))
        let body = try await services.database.read { try TraceStore($0).assessment(assessmentID, of: traceID).body }
        return try AssessmentWire.answer(body)
    }

    private func update(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (traceID, assessmentID) = (try request.parameter("trace_id"), try request.parameter("assessment_id"))
        guard let change = try message.message("assessment") else { throw message.missing("assessment") }
        // A field mask in JSON is one text, with commas, in camel case.
        let mask = try message.requiredText("update_mask").split(separator: ",").map { Self.snakeCase($0) }
        let now = services.world.now()
        let body = try await services.database.write(key: traceID) { transaction in
            let store = TraceStore(transaction.sql)
            let known = try store.assessment(assessmentID, of: traceID, locks: true)
            let body = try AssessmentWire.updated(known.body, by: change, mask: mask, now: now)
            try store.save((assessmentID, body), of: known.trace)
            return body
        }
        return try AssessmentWire.answer(body)
    }

    private func delete(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (traceID, assessmentID) = (try request.parameter("trace_id"), try request.parameter("assessment_id"))
        try await services.database.write(key: traceID) {
            try TraceStore($0.sql).deleteAssessment(assessmentID, of: traceID)
        }
        return .emptyMessage
    }

    /// `assessment_name` for `assessmentName`.
    private static func snakeCase(_ text: Substring) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) {
                result += [UInt8(ascii: "_"), byte | 0x20]
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
