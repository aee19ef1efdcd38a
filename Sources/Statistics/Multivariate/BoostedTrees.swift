#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Gradient-boosted trees of depth 3 on binned features, logistic loss (J. Friedman, "Greedy function approximation",
/// 2001; second-order splits as in Chen and Guestrin, "XGBoost", 2016). Small on purpose: it only has to tell two data
/// sets apart.
struct BoostedTrees {
    static let trees = 32
    static let depth = 3
    static let rate = 0.15
    /// Added to a leaf's curvature: small leaves move little.
    static let ridge = 5.0
    static let leafRows = 10

    /// One inner node: rows whose bin is in the mask go left.
    private struct Split {
        var feature = 0
        var left: UInt32 = 0
        var gain = 0.0
    }

    /// A complete tree: 7 inner nodes, 8 leaves, children of i at 2i + 1 and 2i + 2.
    private struct Tree {
        var splits = [Split](repeating: Split(left: .max), count: (1 << BoostedTrees.depth) - 1)
        var leaves = [Double](repeating: 0, count: 1 << BoostedTrees.depth)
    }

    private var grown: [Tree] = []
    /// Sum of split gains per feature.
    private(set) var gains: [Double]

    /// - Parameter rows: training rows; label 1 is a current row.
    init(_ data: BinnedFeatures, rows: [Int32]) {
        gains = [Double](repeating: 0, count: data.values.count)
        var scores = [Double](repeating: 0, count: data.rowCount)
        var gradients = [Float](repeating: 0, count: data.rowCount)
        var curvatures = [Float](repeating: 0, count: data.rowCount)
        for _ in 0..<Self.trees {
            for row in rows {
                let p = 1 / (1 + exp(-scores[Int(row)]))
                gradients[Int(row)] = Float((Int(row) >= data.referenceCount ? 1 : 0) - p)
                curvatures[Int(row)] = Float(p * (1 - p))
            }
            var tree = Tree()
            var total = 0.0
            let histogram = Histogram(data, rows, gradients, curvatures)
            grow(&tree, 0, 0, rows, histogram, data, (gradients, curvatures), &scores, &total)
            grown.append(tree)
            // Nothing left to learn.
            if total == 0 { break }
        }
    }

    private mutating func grow(
        _ tree: inout Tree, _ node: Int, _ level: Int, _ rows: [Int32], _ histogram: Histogram, _ data: BinnedFeatures,
        _ slopes: (gradients: [Float], curvatures: [Float]), _ scores: inout [Double], _ total: inout Double
    ) {
        if level < Self.depth, let split = histogram.bestSplit(data) {
            tree.splits[node] = split
            gains[split.feature] += split.gain
            total += split.gain
            var (left, right): ([Int32], [Int32]) = ([], [])
            left.reserveCapacity(rows.count)
            right.reserveCapacity(rows.count)
            data.values[split.feature].withUnsafeBufferPointer { bins in
                for row in rows {
                    if (split.left >> UInt32(bins[Int(row)])) & 1 == 1 { left.append(row) } else { right.append(row) }
                }
            }
            // Count the smaller child, get the other by subtraction; the last level needs sums only.
            let last = level + 1 == Self.depth
            let isLeftSmaller = left.count <= right.count
            let small = Histogram(
                data, isLeftSmaller ? left : right, slopes.gradients, slopes.curvatures, sumsOnly: last)
            let large = histogram.subtracting(small)
            grow(
                &tree, 2 * node + 1, level + 1, left, isLeftSmaller ? small : large, data, slopes, &scores, &total)
            grow(
                &tree, 2 * node + 2, level + 1, right, isLeftSmaller ? large : small, data, slopes, &scores, &total)
            return
        }
        let value = Self.rate * histogram.gradient / (histogram.curvature + Self.ridge)
        // A node that stops early sends every row to its leftmost leaf.
        var leaf = node
        for _ in level..<Self.depth { leaf = 2 * leaf + 1 }
        tree.leaves[leaf - tree.splits.count] = value
        for row in rows { scores[Int(row)] += value }
    }

    /// The score (log-odds of being a current row) of some rows.
    func scores(_ data: BinnedFeatures, rows: [Int32]) -> [Double] {
        var scores = [Double](repeating: 0, count: rows.count)
        for tree in grown {
            for (position, row) in rows.enumerated() {
                var node = 0
                for _ in 0..<Self.depth {
                    let split = tree.splits[node]
                    let bin = data.values[split.feature][Int(row)]
                    node = 2 * node + ((split.left >> UInt32(bin)) & 1 == 1 ? 1 : 2)
                }
                scores[position] += tree.leaves[node - tree.splits.count]
            }
        }
        return scores
    }

    /// Sums of gradient, curvature and rows per feature and bin.
    private struct Histogram {
        var cells: [SIMD4<Float>]
        var gradient: Double
        var curvature: Double
        var count: Int

        init(
            _ data: BinnedFeatures, _ rows: [Int32], _ gradients: [Float], _ curvatures: [Float], sumsOnly: Bool = false
        ) {
            var sum = (0.0, 0.0)
            for row in rows {
                sum.0 += Double(gradients[Int(row)])
                sum.1 += Double(curvatures[Int(row)])
            }
            (gradient, curvature) = sum
            count = rows.count
            cells = []
            guard !sumsOnly else { return }
            let bins = BinnedFeatures.bins
            cells = [SIMD4<Float>](repeating: .zero, count: data.values.count * bins)
            let packed = rows.map { SIMD4<Float>(gradients[Int($0)], curvatures[Int($0)], 1, 0) }
            cells.withUnsafeMutableBufferPointer { cells in
                for feature in data.values.indices {
                    let base = feature &* bins
                    data.values[feature].withUnsafeBufferPointer { values in
                        for position in rows.indices {
                            cells[base &+ Int(values[Int(rows[position])])] += packed[position]
                        }
                    }
                }
            }
        }

        func subtracting(_ other: Histogram) -> Histogram {
            var rest = self
            rest.gradient -= other.gradient
            rest.curvature -= other.curvature
            rest.count -= other.count
            for index in other.cells.indices { rest.cells[index] -= other.cells[index] }
            return rest
        }

        /// The split with the largest gain in loss; nil when none helps.
        func bestSplit(_ data: BinnedFeatures) -> Split? {
            guard count >= 2 * BoostedTrees.leafRows else { return nil }
            let bins = BinnedFeatures.bins
            var best = Split()
            let whole = gradient * gradient / (curvature + BoostedTrees.ridge)
            for feature in data.values.indices {
                let base = feature * bins
                var order = (0..<bins).filter { cells[base + $0].z > 0.5 }
                if data.isCategorical[feature] {
                    // Along the order of the bins' own slopes the best cut is the best of all subsets (Fisher, 1958).
                    let slopes = order.map { cells[base + $0].x / (cells[base + $0].y + 1) }
                    let sorted = order.indices.sorted { (slopes[$0], $0) < (slopes[$1], $1) }
                    order = sorted.map { order[$0] }
                }
                var mask: UInt32 = 0
                var (g, h, rows) = (0.0, 0.0, 0.0)
                for bin in order.dropLast() {
                    let cell = cells[base + bin]
                    g += Double(cell.x)
                    h += Double(cell.y)
                    rows += Double(cell.z)
                    mask |= 1 << UInt32(bin)
                    let limit = Double(BoostedTrees.leafRows)
                    guard rows >= limit, Double(count) - rows >= limit else { continue }
                    let (otherG, otherH) = (gradient - g, curvature - h)
                    let gain =
                        g * g / (h + BoostedTrees.ridge) + otherG * otherG / (otherH + BoostedTrees.ridge) - whole
                    if gain > best.gain { best = Split(feature: feature, left: mask, gain: gain) }
                }
            }
            return best.gain > 1e-9 ? best : nil
        }
    }
}
