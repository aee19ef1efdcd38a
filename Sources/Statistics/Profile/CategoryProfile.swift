package import Core

/// What a profile keeps about categories and texts.
package struct CategoryProfile: Sendable, Equatable {
    /// Categories that are counted exactly.
    package static let categoryCapacity = 4096
    /// Free text rarely repeats: few values are kept, the lengths say more.
    package static let textCapacity = 64
    /// Longer values are kept as their beginning and a hash.
    package static let longestValue = 1024

    package private(set) var frequent: FrequentItems
    /// Absent while `frequent` is exact.
    private(set) var sketch: HyperLogLog?
    /// Lengths in Unicode scalars; for text only.
    package private(set) var lengths: NumericProfile?

    package init(kind: ColumnKind) {
        frequent = FrequentItems(capacity: kind == .text ? Self.textCapacity : Self.categoryCapacity)
        lengths = kind == .text ? NumericProfile() : nil
    }

    init(frequent: FrequentItems, sketch: HyperLogLog?, lengths: NumericProfile?) {
        self.frequent = frequent
        self.sketch = sketch
        self.lengths = lengths
    }

    /// Distinct values: exact, or an estimate with a relative standard error of 1.6 %.
    package var distinct: (count: Int, isExact: Bool) {
        guard let sketch else { return (frequent.size, frequent.isExact) }
        return (min(frequent.total, max(Int(sketch.estimate.rounded()), frequent.size)), false)
    }

    /// Adds rows.
    /// - Returns: how many values are missing.
    package mutating func update(_ column: StringColumn) -> Int {
        let size = column.dictionary.count
        var counts = [Int](repeating: 0, count: size)
        var missing = 0
        counts.withUnsafeMutableBufferPointer { counts in
            column.indices.withUnsafeBufferPointer { indices in
                for index in indices {
                    if index >= 0, Int(index) < size { counts[Int(index)] &+= 1 } else { missing &+= 1 }
                }
            }
        }
        updateLengths(column)
        let present = counts.reduce(0) { $0 + ($1 > 0 ? 1 : 0) }
        var names = column.dictionary
        for index in names.indices where names[index].utf8.count > Self.longestValue {
            names[index] = Self.shortened(names[index])
        }
        if sketch == nil {
            // Only the union tells whether everything still fits.
            let isCertainToFit = frequent.size + present <= frequent.capacity
            let new = isCertainToFit ? 0 : zip(names, counts).count { $0.1 > 0 && frequent[$0.0] == nil }
            if frequent.size + new > frequent.capacity { sketch = hashedItems() }
        }
        if sketch != nil {
            for (name, count) in zip(names, counts) where count > 0 { sketch!.update(name) }
        }
        frequent.update(names, counts: counts)
        return missing
    }

    package mutating func merge(_ other: CategoryProfile) throws(Failure) {
        guard frequent.capacity == other.frequent.capacity else {
            throw Failure(.conflict, "the two profiles keep different numbers of frequent values")
        }
        let new = other.frequent.items.count { frequent[$0.category] == nil }
        if sketch != nil || other.sketch != nil || frequent.size + new > frequent.capacity {
            var merged = sketch ?? hashedItems()
            merged.merge(other.sketch ?? other.hashedItems())
            sketch = merged
        }
        frequent.merge(other.frequent)
        if let their = other.lengths {
            if lengths == nil { lengths = their } else { try lengths!.merge(their) }
        }
    }

    package mutating func finish() { lengths?.finish() }

    private func hashedItems() -> HyperLogLog {
        var sketch = HyperLogLog.zero
        for item in frequent.items { sketch.update(item.category) }
        return sketch
    }

    private mutating func updateLengths(_ column: StringColumn) {
        guard lengths != nil else { return }
        let sizes = column.dictionary.map { Double($0.unicodeScalars.count) }
        let rows = column.indices.compactMap { $0 >= 0 && Int($0) < sizes.count ? sizes[Int($0)] : nil }
        _ = rows.withUnsafeBufferPointer { lengths!.update($0) }
    }

    /// A long value as its first scalars (at most 960 bytes), three dots and its hash: bounded, and still told apart.
    private static func shortened(_ text: String) -> String {
        var beginning = ""
        for scalar in text.unicodeScalars {
            if beginning.utf8.count + 4 > 960 { break }
            beginning.unicodeScalars.append(scalar)
        }
        let digits = String(Hashing.xxh64(text), radix: 16)
        return beginning + "... [" + String(repeating: "0", count: 16 - digits.count) + digits + "]"
    }
}
