/// Thinning of a metric's history for a chart, as MLflow 3.18 does it in SQL.
package enum HistorySample {
    /// Which of `count` points, in the order of step, time and value, are shown.
    ///
    /// The points are dealt into `limit` buckets as SQL's NTILE deals (the first `count mod limit` get one more) and
    /// the first of each is taken; the last point of all takes the place of the last one taken, or is added where
    /// there is room.
    /// - Returns: positions from 0, ascending.
    package static func positions(count: Int, limit: Int) -> [Int] {
        guard count > 0, limit > 0 else { return [] }
        guard count > limit else { return Array(0..<count) }
        let (size, rest) = count.quotientAndRemainder(dividingBy: limit)
        var positions = (0..<limit).map { $0 * size + min($0, rest) }
        positions[limit - 1] = count - 1
        return positions
    }
}
