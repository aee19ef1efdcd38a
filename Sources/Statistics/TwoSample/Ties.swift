/// One distinct value of the two samples together.
struct TieGroup {
    var value: Double
    /// How often it occurs in the first and the second sample.
    var x: Int
    var y: Int
    /// How many elements of each sample are smaller.
    var beforeX: Int
    var beforeY: Int

    var size: Int { x + y }
    /// Twice the mean rank (1-based) of its elements in the pooled sample: a whole number.
    var doubledRank: Int { 2 * (beforeX + beforeY) + size + 1 }
}

/// Visits the distinct values of both samples together, ascending.
@inline(__always)
func forEachTieGroup(_ x: SortedSample, _ y: SortedSample, _ body: (TieGroup) -> Void) {
    x.values.withUnsafeBufferPointer { xs in
        y.values.withUnsafeBufferPointer { ys in
            var i = 0
            var j = 0
            while i < xs.count || j < ys.count {
                let value: Double
                if i == xs.count {
                    value = ys[j]
                } else if j == ys.count {
                    value = xs[i]
                } else {
                    value = min(xs[i], ys[j])
                }
                let startX = i
                let startY = j
                while i < xs.count, xs[i] == value { i &+= 1 }
                while j < ys.count, ys[j] == value { j &+= 1 }
                // A NaN would never compare equal; the samples exclude them, but nothing may hang.
                if i == startX, j == startY { return }
                body(TieGroup(value: value, x: i - startX, y: j - startY, beforeX: startX, beforeY: startY))
            }
        }
    }
}
