package import Core

/// What every server answers about itself.
package struct ServerEndpoints: Sendable {
    /// The right to see figures about the whole server.
    package static let readMetrics = Permission("server.metrics")

    let database: Database
    let metrics: Metrics
    let version: String
    let openAPI: @Sendable () -> [UInt8]

    /// - Parameters:
    ///   - version: what `/version` answers; MLflow's clients compare it.
    ///   - openAPI: the document, once all endpoints are known.
    package init(database: Database, metrics: Metrics, version: String, openAPI: @escaping @Sendable () -> [UInt8]) {
        self.database = database
        self.metrics = metrics
        self.version = version
        self.openAPI = openAPI
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint("GET", "/health", .anyone, .reads, "Whether the process answers: `OK`.") { _ in .text("OK") },
            Endpoint(
                "GET", "/ready", .anyone, .reads, "Whether the database answers, too: `OK`, or 503 otherwise."
            ) { [database] _ in
                _ = try await database.read { try $0.first("SELECT 1") { $0.integer(0) } }
                return .text("OK")
            },
            Endpoint("GET", "/version", .anyone, .reads, "The version of MLflow's protocol spoken here.") {
                [version] _ in .text(version)
            },
            Endpoint(
                "GET", "/metrics", .may(Self.readMetrics), .reads, "Figures of the server, in Prometheus' text format."
            ) { [metrics] _ in
                Response(
                    headers: Headers([("content-type", "text/plain; version=0.0.4; charset=utf-8")]),
                    body: .bytes(await metrics.text()))
            },
            Endpoint("GET", "/openapi.json", .anyone, .reads, "This API as an OpenAPI 3.1 document.") {
                [openAPI] _ in .json(bytes: openAPI())
            },
        ]
    }
}
