package import Core

extension CategoryCounts {
    /// Counts both sides; missing values (-1) are left out, categories that occur on neither side too.
    package init(counting reference: StringColumn, against current: StringColumn) {
        var counts: [[UInt8]: (name: String, reference: Int, current: Int)] = [:]
        for (category, count) in Self.frequencies(reference) where count > 0 {
            counts[Array(category.utf8)] = (category, count, 0)
        }
        for (category, count) in Self.frequencies(current) where count > 0 {
            counts[Array(category.utf8), default: (category, 0, 0)].current += count
        }
        let ordered = counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        self.init(
            categories: ordered.map(\.value.name), reference: ordered.map(\.value.reference),
            current: ordered.map(\.value.current))
    }

    private static func frequencies(_ column: StringColumn) -> [(String, Int)] {
        var counts = [Int](repeating: 0, count: column.dictionary.count)
        for index in column.indices where index >= 0 && Int(index) < counts.count { counts[Int(index)] += 1 }
        return Array(zip(column.dictionary, counts))
    }
}
