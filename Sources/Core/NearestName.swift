/// Finds the known name a mistyped one most likely meant.
package enum NearestName {
    /// The known name with the smallest edit distance, whatever its case; the first of several.
    /// - Returns: nil when nothing is near: more than half of the name would have to change.
    package static func find(_ name: String, among known: some Sequence<String>) -> String? {
        // Names from outside are bounded, so that a hostile one cannot cost quadratic time.
        let wanted = Array(name.lowercased().utf8.prefix(200))
        let best = known.map { (name: $0, distance: distance(wanted, Array($0.lowercased().utf8.prefix(200)))) }
            .min { $0.distance < $1.distance }
        return best.flatMap { $0.distance <= max(1, wanted.count / 2) ? $0.name : nil }
    }

    /// Insertions, deletions and substitutions of bytes (Levenshtein).
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let substituted = diagonal + (x == y ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
            }
        }
        return row[b.count]
    }
}
