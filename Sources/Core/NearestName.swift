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

    /// Insertions, deletions and substitutions of bytes, and exchanges of neighbours: the slips of typing (optimal
    /// string alignment; Damerau, 1964).
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var twoAbove: [Int] = []
        var above = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var row = [i + 1]
            row.reserveCapacity(b.count + 1)
            for (j, y) in b.enumerated() {
                var best = min(above[j] + (x == y ? 0 : 1), above[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, x == b[j - 1], a[i - 1] == y { best = min(best, twoAbove[j - 1] + 1) }
                row.append(best)
            }
            (twoAbove, above) = (above, row)
        }
        return above[b.count]
    }
}
