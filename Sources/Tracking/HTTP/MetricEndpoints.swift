import Core
import Platform

/// Steward's own API for the history of a metric.
struct MetricEndpoints: Sendable {
    let services: Services
    let keys: KeyNames

    var endpoints: [Endpoint] { all.map { $0.aboutRun(TrackedSubjects(services)) } }

    private var all: [Endpoint] {
        [
            .native(
                "GET", "runs/{run}/metrics/{metric...}", .may(.readExperiments), .reads,
                "All points of a metric in the order of time and step; with `sample` evenly thinned ones in the order "
                    + "of step.",
                query: [
                    Endpoint.Field(
                        "sample", .integer, "At most so many points, 2 to \(Self.largestSample), in one page.")
                ] + Endpoint.Field.page(most: Self.largestPage),
                response: [
                    Endpoint.Field("run_id", .text, required: true), Endpoint.Field("metric", .text, required: true),
                    Endpoint.Field(
                        "points",
                        .list(
                            .object([
                                Endpoint.Field("value", .number, required: true),
                                Endpoint.Field("step", .integer, required: true),
                                Endpoint.Field("time", .text, required: true),
                            ])), required: true), .nextPage,
                ], history)
        ]
    }

    private static let largestPage = 10_000
    private static let largestSample = 2500

    private func history(_ request: Request) async throws -> Response {
        let (text, metric) = (try request.parameter("run"), try Self.metric(request))
        let page = try PageRequest(request, services.pageTokens, standard: 1000, most: Self.largestPage)
        let sample = try request.number("sample", in: 2...Self.largestSample)
        if sample != nil, request.query["page_token"] != nil || request.query["limit"] != nil {
            throw Failure(.invalid, "sample: it has no pages", hint: "Leave out limit and page_token.")
        }
        let position = try page.position.map { json throws(Failure) in try MetricHistory.order.position(json) }
        let (keys, rights) = (keys, request.principal.rights)
        let bytes = try await services.database.read { sql in
            let run = try RunStore(sql).meant(by: text, rights)
            let key = try Self.key(metric, of: run, keys, sql)
            var writer = JSONWriter(capacity: 80 * min(page.limit, 1000))
            writer.beginObject()
            writer.member("run_id", run.runID)
            writer.member("metric", metric)
            writer.name("points")
            writer.beginArray()
            let history = MetricHistory(sql)
            var last: MetricPoint?
            if let sample {
                try history.sample(run: run.row, key: key, steps: nil, limit: sample) {
                    RunJSON.write($0, to: &writer)
                }
            } else {
                last = try Self.write(page, of: history, run: run.row, key: key, after: position, to: &writer)
            }
            writer.endArray()
            writer.member(
                "next_page_token", page.next(last.map { MetricHistory.order.json(MetricHistory.position(of: $0)) }))
            writer.endObject()
            return writer.finish()
        }
        return .json(bytes: bytes)
    }

    /// - Returns: the last point of the page when more follow.
    private static func write(
        _ page: PageRequest, of history: MetricHistory, run: Int64, key: Int64, after position: KeySetOrder.Position?,
        to writer: inout JSONWriter
    ) throws -> MetricPoint? {
        var count = 0
        var last: MetricPoint?
        try history.forEach(run: run, key: key, after: position, limit: page.limit + 1) { point in
            if count < page.limit {
                RunJSON.write(point, to: &writer)
                last = point
            }
            count += 1
        }
        return count > page.limit ? last : nil
    }

    private static func metric(_ request: Request) throws(Failure) -> String {
        guard let name = PercentEncoding.decode(try request.parameter("metric")) else {
            throw Failure(.invalid, "The name of the metric is no percent-encoded UTF-8, or holds a zero byte")
        }
        return name
    }

    /// - Throws: `notFound` when the run has no such metric.
    private static func key(
        _ metric: String, of run: Run, _ keys: KeyNames, _ sql: any SQLConnection
    ) throws -> Int64 {
        let contents = try RunContents(of: [run.row], keys, sql)
        let names = contents.metrics[run.row].compactMap { contents.names[$0.key] }
        if names.contains(where: { $0.utf8.elementsEqual(metric.utf8) }), let key = try keys.number(of: metric, sql) {
            return key
        }
        let near = NearestName.find(metric, among: names)
        throw Failure(
            .notFound, "The run has no metric '\(metric.prefix(300))'",
            hint: near.map { "Did you mean '\($0)'?" } ?? (names.isEmpty ? "It has no metrics." : nil))
    }
}
