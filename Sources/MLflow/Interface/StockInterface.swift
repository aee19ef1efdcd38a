import Core
package import Platform

/// What only MLflow's pages ask for: GraphQL, and, where they are installed, the pages themselves below `/mlflow/`.
///
/// The pages ask for everything relative to where they are. So all of the protocol has a second address there, which is
/// also where a client may point its tracking URI: the links it prints lead to the pages then.
package struct StockInterface: Domain {
    package static let name = "mlflow"
    package static let migrations: [Migration] = []

    private let queries: GraphQLCall
    private let files: InterfaceFiles?

    /// - Parameters:
    ///   - endpoints: those of the domains.
    ///   - files: nil when the pages are not to be served.
    package init(beside endpoints: [Endpoint], files: InterfaceFiles?) throws {
        queries = try GraphQLCall(endpoints)
        self.files = files
    }

    package var aliases: [RouteAlias] {
        guard files != nil else { return [] }
        let beginnings = [
            "/api/2.0/", "/api/3.0/", "/ajax-api/", "/graphql", "/get-artifact", "/model-versions/get-artifact",
            "/v1/traces", "/version", "/health",
        ]
        return [RouteAlias(prefix: Self.prefix, beginnings: beginnings)]
    }

    private static let prefix = "/mlflow"

    package var endpoints: [Endpoint] {
        [queries.endpoint] + Self.telemetry + Self.emptyLists + (files.map { Self.pages($0.folder) } ?? [])
    }

    /// The pages would report what people do with them, if the server wanted to know.
    private static var telemetry: [Endpoint] {
        let path = "mlflow/ui-telemetry"
        let calls: [[Endpoint]] = [
            .mlflow(
                "GET", path, .signedIn, .reads, "Says that use of the pages is not reported.", version: "3.0",
                mount: .ajax
            ) { _, _ in
                .json(
                    .record([
                        "disable_ui_telemetry": .bool(true), "disable_ui_events": .array([]),
                        "ui_rollout_percentage": .int(0),
                    ]))
            },
            .mlflow(
                "POST", path, .signedIn, .reads, "Takes no reports.", version: "3.0", mount: .ajax
            ) { _, _ in .json(.record(["status": .string("disabled")])) },
        ]
        return calls.flatMap { $0 }
    }

    /// Lists of things that cannot be made on this server, so that there are none. Pages ask for them wherever they
    /// are, and try for seconds when they get no answer. Programs, which ask below `/api/`, are told that there is no
    /// such thing.
    private static let emptyLists = [
        ("GET", "2.0", "mlflow/gateway-proxy", "endpoints", "Endpoints of a model gateway: there are none."),
        ("GET", "3.0", "mlflow/scorers/list", "scorers", "Scorers of traces: there are none."),
        ("POST", "3.0", "mlflow/issues/search", "issues", "Issues found in traces: there are none."),
        ("POST", "3.0", "mlflow/datasets/search", "datasets", "Data sets for evaluations: there are none."),
        ("GET", "3.0", "mlflow/review-queues/list", "review_queues", "Queues of traces for review: there are none."),
        ("GET", "3.0", "mlflow/label-schemas/list", "label_schemas", "Questions for reviews: there are none."),
    ].flatMap { method, version, path, list, summary in
        [Endpoint].mlflow(method, path, .signedIn, .reads, summary, version: version, mount: .ajax) { _, _ in
            .json(.object([JSON.Member(list, .array([]))]))
        }
    }

    // MARK: Pages

    private static func pages(_ folder: FileFolder) -> [Endpoint] {
        [
            Endpoint("GET", prefix, .signedIn, .reads, "Leads to MLflow's pages.") { _ in
                Response(status: 308, headers: Headers([("location", "mlflow/")]))
            },
            Endpoint("GET", "\(prefix)/", .signedIn, .reads, "MLflow's pages.") { _ in
                try await folder.answer("index.html", headers(policy(framedBy: "'none'"), caching: "no-cache"))
            },
            Endpoint("GET", "\(prefix)/static-files/{path...}", .signedIn, .reads, "A file of MLflow's pages.") {
                request in
                let path = try request.parameter("path")
                let caching = isNamedByContent(path) ? "private, max-age=31536000, immutable" : "no-cache"
                return try await folder.answer(path, headers(policy(framedBy: "'self'"), caching: caching))
            },
        ].map { $0.forPeople() }
    }

    private static func headers(_ policy: String, caching: String) -> Headers {
        Headers([
            ("content-security-policy", policy), ("cache-control", caching), ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"), ("cross-origin-resource-policy", "same-origin"),
        ])
    }

    /// The strictest policy the pages run under. They set styles from scripts, show images that they have loaded as
    /// data, and their charts of parallel coordinates compile functions (those of MLflow 2 at their start), which takes
    /// 'unsafe-eval'. Nothing is loaded from elsewhere, and no script runs but files of theirs: none that stands in a
    /// page, and none in an artifact that they show.
    private static func policy(framedBy ancestors: String) -> String {
        [
            "default-src 'none'", "script-src 'self' 'unsafe-eval'", "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:", "media-src 'self' data: blob:", "font-src 'self' data:",
            "connect-src 'self'", "worker-src 'self' blob:", "frame-src 'self' blob:", "manifest-src 'self'",
            "base-uri 'none'", "form-action 'none'", "frame-ancestors \(ancestors)",
        ].joined(separator: "; ")
    }

    /// Whether a part of the file's name is a hash: `main.00d66947.js`. Such files never change.
    private static func isNamedByContent(_ path: String) -> Bool {
        let name = path.utf8.split(separator: UInt8(ascii: "/")).last ?? path.utf8[...]
        return name.split(separator: UInt8(ascii: ".")).contains { part in
            part.count >= 8 && part.allSatisfy { Hexadecimal.value(of: $0) != nil }
        }
    }
}
