/// The latest point of each metric among those of one batch.
enum LatestPoints {
    /// - Returns: one point for each key, in the order the keys first appear.
    static func of(_ points: [KeyedPoint]) -> [KeyedPoint] {
        if points.count <= 1 { return points }
        var places: [Int64: Int] = [:]
        var latest: [KeyedPoint] = []
        for candidate in points {
            if let place = places[candidate.key] {
                if candidate.point.isLater(than: latest[place].point) { latest[place] = candidate }
            } else {
                places[candidate.key] = latest.count
                latest.append(candidate)
            }
        }
        return latest
    }
}
