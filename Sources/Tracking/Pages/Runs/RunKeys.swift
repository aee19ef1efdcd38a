import Core
import MLflow
import Platform

/// The names of what the runs of an experiment have logged.
struct RunKeys: Sendable {
    /// Of each kind.
    static let limit = 300

    /// Sorted by their bytes, as are the others.
    let metrics: [String]
    let parameters: [String]
    let tags: [String]
    /// Whether there are more than `limit` of a kind.
    let hasMore: Bool

    init(of experiment: Int64, limit: Int = limit, _ keys: KeyNames, _ sql: any SQLConnection) throws {
        var hasMore = false
        func names(_ table: String) throws -> [String] {
            let numbers = try Self.numbers(table, experiment, limit: limit + 1, sql)
            if numbers.count > limit { hasMore = true }
            return try keys.names(of: Set(numbers.prefix(limit)), sql).values
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
        metrics = try names("tracking_latest")
        parameters = try names("tracking_parameter")
        tags = try names("tracking_tag")
        self.hasMore = hasMore
    }

    /// From key to key along the index: a step each, however many runs have it.
    private static func numbers(
        _ table: String, _ experiment: Int64, limit: Int, _ sql: any SQLConnection
    ) throws -> [Int64] {
        try sql.rows(
            """
            WITH RECURSIVE found (key) AS (
                SELECT min(key) FROM \(table) WHERE experiment = ?1
                UNION ALL
                SELECT (SELECT min(key) FROM \(table) WHERE experiment = ?1 AND key > found.key) FROM found
                WHERE found.key IS NOT NULL)
            SELECT key FROM found WHERE key IS NOT NULL LIMIT ?2
            """, [.integer(experiment), .int(limit)]
        ) { $0.integer(0) }
    }

    /// Some values that runs have for a parameter or a tag, for completion: the first in the order of the index.
    static func values(
        of key: String, in table: String, _ experiment: Int64, limit: Int, _ keys: KeyNames, _ sql: any SQLConnection
    ) throws -> [String] {
        guard let number = try keys.number(of: key, sql) else { return [] }
        // The index holds the first 40 characters; longer values are nothing to choose from.
        let head = "substr(value, 1, 40)"
        let shown = try sql.rows(
            """
            WITH RECURSIVE found (head) AS (
                SELECT min(\(head)) FROM \(table) WHERE experiment = ?1 AND key = ?2
                UNION ALL
                SELECT (SELECT min(\(head)) FROM \(table) WHERE experiment = ?1 AND key = ?2 AND \(head) > found.head)
                FROM found WHERE found.head IS NOT NULL)
            SELECT head FROM found WHERE head IS NOT NULL LIMIT ?3
            """, [.integer(experiment), .integer(number), .int(limit)]
        ) { $0.text(0) }
        return shown.filter { $0.unicodeScalars.count < 40 }
    }
}
