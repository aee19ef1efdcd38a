/// How often each category occurs on both sides of a comparison.
/// Categories are the union of both sides, distinct and ascending as UTF-8 bytes; the three arrays have equal length.
package struct CategoryCounts: Sendable, Equatable {
    package var categories: [String]
    package var reference: [Int]
    package var current: [Int]

    package init(categories: [String], reference: [Int], current: [Int]) {
        self.categories = categories
        self.reference = reference
        self.current = current
    }

    package var referenceTotal: Int { reference.reduce(0, +) }
    package var currentTotal: Int { current.reduce(0, +) }
}
