import Core
import MLflow
import Platform

extension LoggedModelCalls {
    /// What a client may ask for, what it gets when it does not, and how many models come in one answer at most; the
    /// others are on the next page.
    private static let mostResults: Int64 = 50_000
    private static let usualResults: Int64 = 100
    private static let pageSize: Int64 = 5000
    private static let mostExperiments = 1000

    func search(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let experimentIDs = try message.texts("experiment_ids")
        guard !experimentIDs.isEmpty else { throw message.missing("experiment_ids") }
        guard experimentIDs.count <= Self.mostExperiments else {
            throw Failure(.invalid, "At most \(Self.mostExperiments) experiment_ids can be searched at once")
        }
        let filter = try message.text("filter") ?? ""
        let query = LoggedModelQuery(
            experiments: try experimentIDs.map(ExperimentCalls.experimentID), rights: request.principal.rights,
            conditions: try SearchFilter.parse(filter, for: .loggedModels), datasets: try Self.datasets(message),
            orderings: try Self.orderings(message), limit: try Self.limit(message))
        let scope = Self.scope(experimentIDs, filter, message)
        let token = try message.text("page_token") ?? ""
        let position = token.isEmpty ? nil : try services.pageTokens.position(token, scope)
        let page = try await services.database.read { try LoggedModelSearch.page(query, after: position, $0) }
        var members: [JSON.Member] = []
        if !page.models.isEmpty {
            let models = page.models.map { LoggedModelWire.json($0, query.rights) }
            members.append(.init("models", .array(models)))
        }
        if let next = page.next {
            members.append(.init("next_page_token", .string(services.pageTokens.make(scope, next))))
        }
        return .json(.object(members))
    }

    /// MLflow takes any number; 0 means that none is given.
    private static func limit(_ message: ProtoMessage) throws(Failure) -> Int {
        let asked = try message.integer("max_results") ?? 0
        guard (0...mostResults).contains(asked) else {
            throw Failure(
                .invalid,
                "Invalid value \(asked) for parameter 'max_results' supplied: it must be 1 to \(mostResults)")
        }
        return Int(min(asked == 0 ? usualResults : asked, pageSize))
    }

    private static func datasets(_ message: ProtoMessage) throws(Failure) -> [LoggedModelQuery.DatasetFilter] {
        var filters: [LoggedModelQuery.DatasetFilter] = []
        for dataset in try message.messages("datasets") {
            guard let name = try dataset.text("dataset_name"), !name.isEmpty else {
                throw Failure(.invalid, "`dataset_name` in the `datasets` clause must be specified.")
            }
            filters.append(.init(name: name, digest: try digest(dataset)))
        }
        guard filters.count <= SearchLimit.comparisons else {
            throw Failure(.invalid, "The `datasets` clause has more than \(SearchLimit.comparisons) datasets")
        }
        return filters
    }

    private static func orderings(_ message: ProtoMessage) throws(Failure) -> [LoggedModelQuery.Ordering] {
        let messages = try message.messages("order_by")
        var clauses: [(fieldName: String, ascending: Bool)] = []
        for order in messages {
            clauses.append((try order.text("field_name") ?? "", try order.flag("ascending") ?? true))
        }
        var orderings: [LoggedModelQuery.Ordering] = []
        for (by, order) in zip(try SearchOrdering.parseLoggedModels(clauses), messages) {
            let name = try order.text("dataset_name").flatMap { $0.isEmpty ? nil : $0 }
            orderings.append(.init(by: by, datasetName: name, datasetDigest: try digest(order)))
        }
        return orderings
    }

    private static func digest(_ message: ProtoMessage) throws(Failure) -> String? {
        try message.text("dataset_digest").flatMap { $0.isEmpty ? nil : $0 }
    }

    /// All that decides which models come in which order: a token of one search is none of another.
    private static func scope(_ experimentIDs: [String], _ filter: String, _ message: ProtoMessage) -> String {
        JSON.array([
            .string("logged-models"), .array(experimentIDs.map(JSON.string)), .string(filter),
            (try? message.value("datasets")) ?? .null, (try? message.value("order_by")) ?? .null,
        ]).text()
    }
}
