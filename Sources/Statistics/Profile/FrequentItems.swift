/// A category whose identity is its UTF-8 bytes (Swift's own equality of strings is canonical equivalence).
struct CategoryKey: Hashable, Sendable {
    let text: String

    static func == (left: CategoryKey, right: CategoryKey) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// Ascending as UTF-8 bytes.
    static func precedes(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }
}

/// The most frequent categories and their counts: exact until more than `capacity` categories have occurred, afterwards
/// a Misra-Gries summary (Misra and Gries, 1982; merging after Agarwal et al., "Mergeable summaries", 2012).
///
/// Every count is a lower bound, at most `maximumError` below the truth; a category that is absent occurred at most
/// `maximumError` times, and `maximumError` is at most rows / (capacity + 1).
package struct FrequentItems: Sendable, Equatable {
    package let capacity: Int
    /// 0 while exact.
    package private(set) var maximumError: Int
    /// Rows added, also those of categories that were dropped.
    package private(set) var total: Int
    private(set) var counts: [CategoryKey: Int] = [:]

    /// - Parameter capacity: categories kept; at least 1.
    package init(capacity: Int) {
        self.capacity = capacity
        maximumError = 0
        total = 0
    }

    /// - Parameter items: distinct, positive counts.
    package init(capacity: Int, items: [(String, Int)], total: Int, maximumError: Int) {
        self.capacity = capacity
        self.total = total
        self.maximumError = maximumError
        for (text, count) in items { counts[CategoryKey(text: text)] = count }
    }

    package var isExact: Bool { maximumError == 0 }
    package var size: Int { counts.count }

    /// Categories in ascending order of their UTF-8 bytes.
    package var items: [(category: String, count: Int)] {
        counts.map { ($0.key.text, $0.value) }.sorted { CategoryKey.precedes($0.0, $1.0) }
    }

    /// Categories by falling count, ties in ascending order of their UTF-8 bytes.
    package var ranked: [(category: String, count: Int)] {
        counts.map { ($0.key.text, $0.value) }
            .sorted { $0.1 != $1.1 ? $0.1 > $1.1 : CategoryKey.precedes($0.0, $1.0) }
    }

    package subscript(_ category: String) -> Int? { counts[CategoryKey(text: category)] }

    /// Adds rows; each distinct value stands once in `categories`, beside how often it occurred (0 is allowed).
    package mutating func update(_ categories: [String], counts added: [Int]) {
        // Not even the batch alone fits: reduce it first, without touching strings that cannot stay.
        var threshold = 0
        if added.count > capacity, added.reduce(0, { $0 + ($1 > 0 ? 1 : 0) }) > capacity {
            threshold = Self.threshold(added, capacity: capacity)
            maximumError += threshold
        }
        for (category, count) in zip(categories, added) {
            total += count
            guard count > threshold else { continue }
            counts[CategoryKey(text: category), default: 0] += count - threshold
        }
        reduce()
    }

    package mutating func merge(_ other: FrequentItems) {
        for (key, count) in other.counts { counts[key, default: 0] += count }
        maximumError += other.maximumError
        total += other.total
        reduce()
    }

    private mutating func reduce() {
        guard counts.count > capacity else { return }
        let threshold = Self.threshold(Array(counts.values), capacity: capacity)
        maximumError += threshold
        counts = counts.compactMapValues { $0 > threshold ? $0 - threshold : nil }
    }

    /// The (capacity + 1)-th largest count.
    private static func threshold(_ counts: [Int], capacity: Int) -> Int {
        counts.sorted(by: >)[capacity]
    }
}
