import Core
import MLflow
import Platform

/// An order by expressions that are computed once for each row, in an inner SELECT, where they are called `sort_0`,
/// `sort_1`, ... The last must tell all rows apart. Null comes last in both directions.
struct ComputedOrder {
    struct Key {
        let expression: String
        let kind: KeySetOrder.Column.Kind
        let isAscending: Bool
        let isNullable: Bool

        init(_ expression: String, _ kind: KeySetOrder.Column.Kind, ascending: Bool, isNullable: Bool = false) {
            self.expression = expression
            self.kind = kind
            isAscending = ascending
            self.isNullable = isNullable
        }
    }

    let keys: [Key]

    init(_ keys: [Key]) { self.keys = keys }

    /// What the inner SELECT selects.
    private var computed: String {
        keys.enumerated().map { "\($1.expression) AS sort_\($0)" }.joined(separator: ", ")
    }

    /// The order as the outer SELECT sees it.
    private var order: KeySetOrder {
        KeySetOrder(
            keys.enumerated().map { index, key in
                .init(
                    "sort_\(index)", key.kind, ascending: key.isAscending,
                    rank: key.isNullable ? "CASE WHEN sort_\(index) IS NULL THEN 1 ELSE 0 END" : nil)
            })
    }

    /// Reads one page.
    /// - Parameters:
    ///   - columns: `count` columns of the table, without its alias.
    ///   - source: what follows FROM, with its conditions.
    ///   - position: where the page before ended.
    /// - Returns: the rows, and where they end when there are more.
    func page<Row>(
        of columns: String, count: Int, from source: String, after position: JSON?, limit: Int,
        _ parameters: SQLParameters, _ sql: any SQLConnection, _ element: (any SQLRow) throws -> Row
    ) throws -> (rows: [Row], next: JSON?) {
        var parameters = parameters
        let order = order
        let after = try position.map { "WHERE " + order.after(try order.position($0), &parameters) } ?? ""
        let most = parameters.add(.int(limit + 1))
        var last: KeySetOrder.Position?
        var rows: [Row] = []
        var hasMore = false
        try sql.forEach(
            """
            SELECT \(columns), \(order.selection) FROM (SELECT \(columns), \(computed) FROM \(source)) found
            \(after) ORDER BY \(order.clause) LIMIT \(most)
            """, parameters.values
        ) { row in
            if rows.count == limit {
                hasMore = true
                return
            }
            rows.append(try element(row))
            last = order.position(row, from: count)
        }
        return (rows, hasMore ? last.map(order.json) : nil)
    }
}
