/// Thinning of a metric's history for a chart, as MLflow 3.18 does it in SQL.
///
/// The points, in the order of step, time and value, are dealt into `limit` buckets as SQL's NTILE deals (the first
/// `count mod limit` get one more) and the first of each is taken; the last point of all takes the place of the one
/// that was taken last.
package struct HistorySample: Sendable {
    /// Points in a bucket: one more in the wide ones, which come first.
    package let size: Int
    /// Where the first bucket begins that is not wide.
    package let wideEnd: Int
    /// The first point of the last bucket, which is left out.
    package let lastStart: Int
    /// The last point.
    package let last: Int

    /// - Returns: nil when all points are shown.
    package init?(count: Int, limit: Int) {
        guard limit > 0, count > limit else { return nil }
        let (size, wide) = count.quotientAndRemainder(dividingBy: limit)
        self.size = size
        wideEnd = wide * (size + 1)
        lastStart = (limit - 1) * size + wide
        last = count - 1
    }

    /// Whether the point at a position, counted from 0, is shown.
    package func contains(_ position: Int) -> Bool {
        if position == last { return true }
        if position == lastStart { return false }
        return position < wideEnd
            ? position.isMultiple(of: size + 1) : (position - wideEnd).isMultiple(of: size)
    }
}
