import Core
import Statistics

extension CategoryCounts {
    /// Counts the categories of two columns; missing values are left out.
    init(reference: StringColumn, current: StringColumn) {
        self.init(
            reference: zip(reference.dictionary, reference.counts).map { ($0, $1) },
            current: zip(current.dictionary, current.counts).map { ($0, $1) })
    }

    /// The union of two counted sides, ascending as UTF-8 bytes; categories that occur on neither side are left out.
    init(reference: [(String, Int)], current: [(String, Int)]) {
        var both: [[UInt8]: (name: String, reference: Int, current: Int)] = [:]
        both.reserveCapacity(reference.count + current.count)
        for (name, count) in reference where count > 0 {
            both[Array(name.utf8), default: (name, 0, 0)].reference += count
        }
        for (name, count) in current where count > 0 {
            both[Array(name.utf8), default: (name, 0, 0)].current += count
        }
        let ordered = both.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
        self.init(
            categories: ordered.map(\.name), reference: ordered.map(\.reference), current: ordered.map(\.current))
    }
}

extension StringColumn {
    /// How often each entry of the dictionary occurs.
    var counts: [Int] {
        var counts = [Int](repeating: 0, count: dictionary.count)
        counts.withUnsafeMutableBufferPointer { counts in
            indices.withUnsafeBufferPointer { indices in
                for index in indices where index >= 0 { counts[Int(index)] &+= 1 }
            }
        }
        return counts
    }

    /// The length of every value in Unicode scalars; missing values are left out.
    var lengths: [Double] {
        let lengths = dictionary.map { Double($0.unicodeScalars.count) }
        return indices.compactMap { $0 < 0 ? nil : lengths[Int($0)] }
    }

    var missingCount: Int {
        indices.withUnsafeBufferPointer { indices in
            var missing = 0
            for index in indices where index < 0 { missing &+= 1 }
            return missing
        }
    }
}
