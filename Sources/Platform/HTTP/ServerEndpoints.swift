package import Core

/// What every server answers about itself.
package struct ServerEndpoints: Sendable {
    /// The right to see figures about the whole server.
    package static let readMetrics = Permission("server.metrics", .read)

    let database: Database
    let metrics: Metrics
    let program: String
    let protocolVersion: String

    /// - Parameters:
    ///   - program: the version of the program, for the OpenAPI document.
    ///   - protocolVersion: what `/version` answers; MLflow's clients compare it.
    package init(database: Database, metrics: Metrics, program: String, protocolVersion: String) {
        self.database = database
        self.metrics = metrics
        self.program = program
        self.protocolVersion = protocolVersion
    }

    /// All endpoints of the server: these, and `others`, which the OpenAPI document lists, too.
    package func endpoints(beside others: [Endpoint]) -> [Endpoint] {
        let own = own
        let document = OpenAPI.document(
            own + [openAPI([])] + others, title: "Steward", version: program
        ).serialised()
        return own + [openAPI(document)] + others
    }

    private func openAPI(_ document: [UInt8]) -> Endpoint {
        Endpoint("GET", "/openapi.json", .anyone, .reads, "This API as an OpenAPI 3.1 document.") { _ in
            .json(bytes: document)
        }
    }

    private var own: [Endpoint] {
        [
            Endpoint("GET", "/health", .anyone, .reads, "Whether the process answers: `OK`.") { _ in .text("OK") },
            Endpoint("GET", "/ready", .anyone, .reads, "Whether the database answers, too: `OK`, or 503 otherwise.") {
                [database] _ in
                _ = try await database.read { try $0.first("SELECT 1") { $0.integer(0) } }
                return .text("OK")
            },
            Endpoint("GET", "/version", .anyone, .reads, "The version of MLflow whose protocol is spoken here.") {
                [protocolVersion] _ in .text(protocolVersion)
            },
            Endpoint(
                "GET", "/metrics", .may(Self.readMetrics), .reads, "Figures of the server, in Prometheus' text format."
            ) { [metrics] _ in
                Response(
                    headers: Headers([("content-type", "text/plain; version=0.0.4; charset=utf-8")]),
                    body: .bytes(await metrics.text()))
            },
        ]
    }
}
