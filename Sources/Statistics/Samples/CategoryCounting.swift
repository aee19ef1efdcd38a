package import Core

extension CategoryCounts {
    /// Counts both sides; missing values (-1) are left out, categories that occur on neither side too.
    package init(counting reference: StringColumn, against current: StringColumn) {
        self.init(reference: reference.frequencies, current: current.frequencies)
    }

    /// The union of two counted sides; categories that occur on neither side are left out.
    package init(reference: [(String, Int)], current: [(String, Int)]) {
        var counts: [[UInt8]: (name: String, reference: Int, current: Int)] = [:]
        counts.reserveCapacity(reference.count + current.count)
        for (category, count) in reference where count > 0 {
            counts[Array(category.utf8), default: (category, 0, 0)].reference += count
        }
        for (category, count) in current where count > 0 {
            counts[Array(category.utf8), default: (category, 0, 0)].current += count
        }
        let ordered = counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
        self.init(
            categories: ordered.map(\.name), reference: ordered.map(\.reference), current: ordered.map(\.current))
    }
}

extension StringColumn {
    /// How often each entry of the dictionary occurs.
    package var frequencies: [(String, Int)] {
        var counts = [Int](repeating: 0, count: dictionary.count)
        counts.withUnsafeMutableBufferPointer { counts in
            indices.withUnsafeBufferPointer { indices in
                for index in indices where index >= 0 && Int(index) < counts.count { counts[Int(index)] &+= 1 }
            }
        }
        return Array(zip(dictionary, counts))
    }
}
