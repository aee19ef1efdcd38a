package import Platform

extension Endpoint {
    /// Where MLflow has a call: for programs and for its pages, or for its pages only.
    package enum MLflowMount: Sendable {
        case apiAndAjax
        case ajax
    }

    package typealias MLflowHandler = @Sendable (ProtoMessage, Request) async throws -> Response

}

extension [Endpoint] {
    /// A call of MLflow's protocol, under each prefix it has there.
    /// - Parameter path: without prefix and version: `mlflow/runs/create`.
    package static func mlflow(
        _ method: String, _ path: String, _ access: Endpoint.Access, _ effect: Endpoint.Effect, _ summary: String,
        version: String = "2.0", mount: Endpoint.MLflowMount = .apiAndAjax,
        bodyLimit: Int = Endpoint.defaultBodyLimit, _ handle: @escaping Endpoint.MLflowHandler
    ) -> [Endpoint] {
        let prefixes = mount == .ajax ? ["ajax-api"] : ["api", "ajax-api"]
        return prefixes.map { prefix in
            Endpoint(method, "/\(prefix)/\(version)/\(path)", access, effect, summary, bodyLimit: bodyLimit) {
                request in
                try await handle(ProtoMessage.read(request, limit: bodyLimit), request)
            }
        }
    }
}

extension Response {
    /// What MLflow answers when there is nothing to say.
    package static let emptyMessage = Response.json(bytes: Array("{}".utf8))
}
