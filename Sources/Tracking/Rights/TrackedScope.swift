import Core
import MLflow
import Platform

/// How endpoints of this domain say what they are about.
extension Endpoint {
    /// - Parameter needs: reads the references off a request. What is wrong with them is said before anything else that
    ///   is wrong with the request.
    func about(
        _ subjects: TrackedSubjects, _ needs: @escaping @Sendable (Request) async throws -> [TrackedNeed]
    ) -> Endpoint {
        guard case .may(let permission) = access else { preconditionFailure("\(path) asks for no permission") }
        return about { request in try await subjects.concerns(needs(request), request, permission) }
    }

    /// About the run that `{run}` means.
    func aboutRun(_ subjects: TrackedSubjects) -> Endpoint {
        about(subjects) { [TrackedNeed(.runMeant(try $0.parameter("run")))] }
    }
}

extension [Endpoint] {
    func about(
        _ subjects: TrackedSubjects, _ needs: @escaping @Sendable (ProtoMessage, Request) throws -> [TrackedNeed]
    ) -> [Endpoint] {
        map { endpoint in
            let limit = endpoint.bodyLimit
            return endpoint.about(subjects) { try needs(await ProtoMessage.read($0, limit: limit), $0) }
        }
    }

    /// About the experiment in the field `experiment_id`.
    func aboutExperiment(_ subjects: TrackedSubjects) -> [Endpoint] {
        about(subjects) { message, _ in
            [TrackedNeed(.experiment(try ExperimentCalls.experimentID(message.requiredText("experiment_id"))))]
        }
    }

    /// About the run in the field `run_id` (or `run_uuid`), and what else `others` finds.
    func aboutRun(
        _ subjects: TrackedSubjects,
        and others: @escaping @Sendable (ProtoMessage) throws -> [TrackedNeed] = { _ in [] }
    ) -> [Endpoint] {
        about(subjects) { message, _ in [TrackedNeed(.run(try message.requiredRunID()))] + (try others(message)) }
    }

    /// About the logged model in the path.
    func aboutLoggedModel(_ subjects: TrackedSubjects) -> [Endpoint] {
        about(subjects) { _, request in [TrackedNeed(.loggedModel(try request.parameter("model_id")))] }
    }

    /// About the trace in the field `trace_id`.
    func aboutTraceField(_ subjects: TrackedSubjects) -> [Endpoint] {
        about(subjects) { message, _ in [TrackedNeed(.trace(try message.requiredText("trace_id")))] }
    }

    /// About the trace in the path.
    func aboutTrace(_ subjects: TrackedSubjects) -> [Endpoint] {
        about(subjects) { _, request in [TrackedNeed(.trace(try request.parameter("trace_id")))] }
    }
}
