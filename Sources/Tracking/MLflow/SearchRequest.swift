import Core
import MLflow
import Platform

/// What MLflow's search calls have in common.
enum SearchRequest {
    static let maximumResults: Int64 = 50_000

    static let viewTypes: [(name: String, number: Int64, value: LifecycleFilter)] = [
        ("ACTIVE_ONLY", 1, .active), ("DELETED_ONLY", 2, .deleted), ("ALL", 3, .all),
    ]

    static func limit(_ number: Int64) throws(Failure) -> Int64 {
        guard number > 0 else {
            throw Failure(
                .invalid,
                "Invalid value \(number) for parameter 'max_results' supplied. It must be a positive integer")
        }
        guard number <= maximumResults else {
            throw Failure(
                .invalid,
                "Invalid value \(number) for parameter 'max_results' supplied. It must be at most \(maximumResults)")
        }
        return number
    }

    /// What a page token belongs to: a token of another query is refused.
    static func scope(_ call: String, _ query: [String]) -> String {
        JSON.array(([call] + query).map(JSON.string)).text()
    }

    /// Where the page begins; nil for the first.
    static func position(
        _ message: ProtoMessage, _ scope: String, _ order: KeySetOrder, _ tokens: PageTokens
    ) throws(Failure) -> KeySetOrder.Position? {
        guard let token = try message.text("page_token"), !token.isEmpty else { return nil }
        return try order.position(tokens.position(token, scope))
    }
}
