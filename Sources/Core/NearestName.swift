/// Finds the known name a mistyped one most likely meant.
package enum NearestName {
    /// The known name with the smallest edit distance, nil when nothing is near (more than a third of the name
    /// differs).
    package static func find(_ name: String, among known: some Sequence<String>) -> String? {
        let limit = max(2, name.utf8.count / 3)
        let near = known.map { ($0, distance(Array(name.utf8), Array($0.utf8))) }.min { $0.1 < $1.1 }
        return near.flatMap { $0.1 <= limit ? $0.0 : nil }
    }

    /// Levenshtein distance in bytes.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        // Names from outside are bounded, so that a hostile one cannot cost quadratic time.
        let first = a.prefix(200)
        let second = b.prefix(200)
        var row = Array(0...second.count)
        for (i, x) in first.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in second.enumerated() {
                let substituted = diagonal + (x == y ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
            }
        }
        return row[second.count]
    }
}
