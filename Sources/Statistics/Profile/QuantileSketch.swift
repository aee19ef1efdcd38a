import CKernels

/// The distribution of finite numbers in bounded space.
///
/// Up to `exactCapacity` distinct values it is exact: every distinct value with its count, whatever the number of rows.
/// Beyond that it is a KLL sketch (Karnin, Lang and Liberty, "Optimal quantile approximation in streams", 2016): sorted
/// levels whose items stand for 2^level rows each; a full level is halved by keeping every second item. Which half is
/// kept follows a coin that is a hash of the level's content, and the next compaction of the same level takes the other
/// half (Ivkin et al., 2019), so that the same input always gives the same sketch and errors cancel in pairs.
package struct QuantileSketch: Sendable, Equatable {
    /// Distinct values that are kept exactly.
    package static let exactCapacity = 4096
    /// Items of the uppermost level; each level below holds two thirds of the one above, but at least `smallestLevel`.
    package static let levelCapacity = 2048
    static let smallestLevel = 8
    /// What a rank may be off by once the sketch is not exact, as a share of the rows. Measured maximum over all ranks:
    /// 0.15 % (Tests/StatisticsTests/SketchQuantileTests.swift); stated with a margin.
    package static let statedRankError = 0.0025
    /// More levels would mean more than 2^52 rows.
    static let maximumLevels = 52

    struct Level: Sendable, Equatable {
        /// Ascending.
        var items: [Double] = []
        /// The half the next compaction must keep (0 or 1), or nil when it may toss.
        var owed: UInt8?
    }

    /// Rows.
    package private(set) var count = 0
    /// Largest error of a rank as a share of `count`; 0 while exact.
    package private(set) var rankError = 0.0
    /// Distinct values, ascending, and their counts; empty once `levels` are used.
    private(set) var values: [Double] = []
    private(set) var counts: [Int] = []
    /// `levels[h]` holds items that stand for 2^h rows each; empty while exact.
    private(set) var levels: [Level] = []

    package static let zero = QuantileSketch()
    package init() {}

    /// A table of values that stand for several rows each, as other tools store a distribution.
    /// - Parameters:
    ///   - values: finite, strictly ascending. - counts: at least 1 each, as many as values.
    ///   - rankError: how far a rank may be off, as a share of the rows; 0 if the table is exact.
    package init(values: [Double], counts: [Int], rankError: Double) {
        self.values = values
        self.counts = counts
        self.rankError = rankError
        count = counts.reduce(0, +)
        if values.count > Self.exactCapacity { convertToLevels() }
    }

    /// The levels of a KLL sketch: the items of `levels[h]` are finite, ascending and stand for 2^h rows each.
    package init(levels: [[Double]], rankError: Double) {
        self.init(levels: levels.map { Level(items: $0) }, rankError: rankError)
        compress()
    }

    init(levels: [Level], rankError: Double) {
        self.levels = levels
        self.rankError = rankError
        for (height, level) in levels.enumerated() { count += level.items.count << height }
    }

    /// Every distinct value is present with its count.
    package var isExact: Bool { levels.isEmpty && rankError == 0 }
    var isTable: Bool { levels.isEmpty }

    /// The distinct values and their counts while the sketch is exact.
    package var exactValues: (values: [Double], counts: [Int])? { isExact ? (values, counts) : nil }

    /// Items held.
    package var size: Int { levels.isEmpty ? values.count : levels.reduce(0) { $0 + $1.items.count } }

    /// Adds finite numbers in any order.
    package mutating func update(_ new: [Double]) {
        var start = 0
        var scratch = [Double](repeating: 0, count: min(new.count, Self.exactCapacity))
        while start < new.count {
            let end = min(new.count, start + Self.exactCapacity)
            var block = new[start..<end].map { $0 + 0.0 }
            block.withUnsafeMutableBufferPointer { block in
                scratch.withUnsafeMutableBufferPointer {
                    steward_sort_block(block.baseAddress, $0.baseAddress, block.count)
                }
                update(ascending: UnsafeBufferPointer(block))
            }
            start = end
        }
    }

    /// Adds finite numbers that are already ascending, without minus zero.
    mutating func update(ascending block: UnsafeBufferPointer<Double>) {
        guard !block.isEmpty else { return }
        count += block.count
        if isTable {
            mergeTable(runs(of: block))
            if values.count > Self.exactCapacity { convertToLevels() }
        } else {
            mergeLevel(0, block)
            compress()
        }
    }

    package mutating func merge(_ other: QuantileSketch) {
        guard other.count > 0 else { return }
        guard count > 0 else {
            self = other
            return
        }
        rankError = max(rankError, other.rankError)
        if isTable && other.isTable {
            count += other.count
            mergeTable((other.values, other.counts))
            if values.count > Self.exactCapacity { convertToLevels() }
            return
        }
        var other = other
        if isTable { convertToLevels(compressing: false) }
        if other.isTable { other.convertToLevels(compressing: false) }
        rankError = max(rankError, other.rankError)
        count += other.count
        while levels.count < other.levels.count { levels.append(Level()) }
        for (height, level) in other.levels.enumerated() {
            level.items.withUnsafeBufferPointer { mergeLevel(height, $0) }
            if levels[height].owed != level.owed { levels[height].owed = nil }
        }
        compress()
    }

    /// The sketch as weighted points; nil without a value.
    package var distribution: EmpiricalDistribution? {
        guard count > 0 else { return nil }
        var points = values
        var weights = counts
        if !levels.isEmpty {
            var pairs: [(value: Double, weight: Int)] = []
            pairs.reserveCapacity(size)
            for (height, level) in levels.enumerated() {
                for item in level.items { pairs.append((item, 1 << height)) }
            }
            pairs.sort { $0.value < $1.value }
            (points, weights) = ([], [])
            for pair in pairs {
                if points.last == pair.value {
                    weights[weights.count - 1] += pair.weight
                } else {
                    points.append(pair.value)
                    weights.append(pair.weight)
                }
            }
        }
        var total = 0
        for index in weights.indices {
            total += weights[index]
            weights[index] = total
        }
        return EmpiricalDistribution(points: points, cumulative: weights, rankError: rankError)
    }
}

// MARK: The exact table

extension QuantileSketch {
    private func runs(of block: UnsafeBufferPointer<Double>) -> (values: [Double], counts: [Int]) {
        var runValues: [Double] = []
        var runCounts: [Int] = []
        var start = 0
        while start < block.count {
            let value = block[start]
            var end = start &+ 1
            while end < block.count, block[end] == value { end &+= 1 }
            runValues.append(value)
            runCounts.append(end &- start)
            start = end
        }
        return (runValues, runCounts)
    }

    private mutating func mergeTable(_ other: (values: [Double], counts: [Int])) {
        if values.isEmpty {
            (values, counts) = other
            return
        }
        var mergedValues: [Double] = []
        var mergedCounts: [Int] = []
        mergedValues.reserveCapacity(values.count + other.values.count)
        mergedCounts.reserveCapacity(values.count + other.values.count)
        var (own, their) = (0, 0)
        while own < values.count || their < other.values.count {
            let takesOwn = their == other.values.count || (own < values.count && values[own] <= other.values[their])
            let value = takesOwn ? values[own] : other.values[their]
            var rows = 0
            if takesOwn {
                rows += counts[own]
                own += 1
            }
            if their < other.values.count, other.values[their] == value {
                rows += other.counts[their]
                their += 1
            }
            mergedValues.append(value)
            mergedCounts.append(rows)
        }
        (values, counts) = (mergedValues, mergedCounts)
    }

    /// A value with count c goes to the levels of the bits of c, as copies in the uppermost level that a sketch of that
    /// many rows has by itself: nothing is lost by the conversion, and no level is higher than need be.
    private mutating func convertToLevels(compressing: Bool = true) {
        rankError = max(rankError, Self.statedRankError)
        var top = 0
        while (Self.levelCapacity << (top + 1)) <= count, top + 2 < Self.maximumLevels { top += 1 }
        levels = [Level](repeating: Level(), count: top + 1)
        for (value, rows) in zip(values, counts) {
            for height in 0..<top where rows >> height & 1 == 1 { levels[height].items.append(value) }
            for _ in 0..<(rows >> top) { levels[top].items.append(value) }
        }
        values = []
        counts = []
        if compressing { compress() }
    }
}

// MARK: The levels

extension QuantileSketch {
    private func capacity(_ height: Int) -> Int {
        var capacity = Double(Self.levelCapacity)
        for _ in height..<max(height, levels.count - 1) { capacity *= 2.0 / 3.0 }
        return max(Self.smallestLevel, Int(capacity.rounded(.up)))
    }

    private mutating func mergeLevel(_ height: Int, _ new: UnsafeBufferPointer<Double>) {
        let old = levels[height].items
        if old.isEmpty {
            levels[height].items = Array(new)
            return
        }
        levels[height].items = [Double](unsafeUninitializedCapacity: old.count + new.count) { buffer, filled in
            old.withUnsafeBufferPointer {
                steward_merge_ascending(
                    $0.baseAddress, $0.count, new.baseAddress, new.count, buffer.baseAddress)
            }
            filled = old.count + new.count
        }
    }

    /// Halves each level that is over its capacity, from the bottom up; a new top level changes the capacities below.
    private mutating func compress() {
        var height = 0
        while height < levels.count {
            if levels[height].items.count > capacity(height), height + 1 < Self.maximumLevels {
                let grows = height + 1 == levels.count
                if grows { levels.append(Level()) }
                compact(height)
                height = grows ? 0 : height + 1
            } else {
                height += 1
            }
        }
    }

    private mutating func compact(_ height: Int) {
        let items = levels[height].items
        let pairs = items.count / 2
        let keep: Int
        if let owed = levels[height].owed {
            keep = Int(owed)
            levels[height].owed = nil
        } else {
            let content = items[pairs].bitPattern ^ Hashing.mix(items[0].bitPattern &+ UInt64(height))
            keep = Int(Hashing.mix(content &+ UInt64(items.count)) >> 63)
            levels[height].owed = UInt8(1 - keep)
        }
        let promoted = [Double](unsafeUninitializedCapacity: pairs) { buffer, filled in
            items.withUnsafeBufferPointer { items in
                for pair in 0..<pairs { buffer[pair] = items[2 &* pair &+ keep] }
            }
            filled = pairs
        }
        levels[height].items = items.count % 2 == 1 ? [items[items.count - 1]] : []
        promoted.withUnsafeBufferPointer { mergeLevel(height + 1, $0) }
    }
}
