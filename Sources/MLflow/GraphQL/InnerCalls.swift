import Core
import Platform

/// Calls of MLflow's REST API made while a query is answered: by the same endpoints, with the rights of whoever asks.
struct InnerCalls: Sendable {
    private let endpoints: [String: Endpoint]
    private let request: Request

    init(_ endpoints: [String: Endpoint], inside request: Request) {
        self.endpoints = endpoints
        self.request = request
    }

    /// What a call is known by: `GET runs/get`.
    static func name(_ endpoint: Endpoint) -> String? {
        guard endpoint.path.hasPrefix(prefix) else { return nil }
        return "\(endpoint.method) \(endpoint.path.dropFirst(prefix.utf8.count))"
    }

    private static let prefix = "/ajax-api/2.0/mlflow/"

    /// - Parameter message: the fields of the request; those that are null count as absent.
    /// - Throws: what the call throws.
    func answer(_ name: String, _ message: [JSON.Member]) async throws -> JSON {
        guard let endpoint = endpoints[name] else { throw Failure(.bug, "there is no call \(name)") }
        let message = message.filter { $0.value != .null }
        let isQuery = endpoint.method == "GET"
        let response = try await endpoint.answer(
            inside: request, query: isQuery ? Self.query(message) : "",
            body: isQuery ? [] : JSON.object(message).serialised())
        guard response.status == 200, case .bytes(let bytes) = response.body else {
            throw Failure(.bug, "\(name) did not answer with a message")
        }
        return try JSONParser.parse(bytes)
    }

    private static func query(_ message: [JSON.Member]) -> String {
        message.flatMap { member in
            (member.value.elements ?? [member.value]).map { value in
                "\(PercentEncoding.encode(member.name))=\(PercentEncoding.encode(value.text ?? value.text()))"
            }
        }.joined(separator: "&")
    }
}
