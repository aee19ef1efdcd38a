package import Core

/// Counts of finite numbers between given edges: bins [e_i, e_i+1), the last one closed, and what lies outside.
package struct FixedHistogram: Sendable, Equatable {
    /// Ascending, finite, at least two.
    package let edges: [Double]
    /// One count per bin: `edges.count - 1`.
    package private(set) var counts: [Int]
    package private(set) var below = 0
    package private(set) var above = 0

    /// More edges than this are refused.
    package static let maximumEdges = 100_001

    package init(edges: [Double]) throws(Failure) {
        guard (2...Self.maximumEdges).contains(edges.count), edges.allSatisfy(\.isFinite),
            zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 })
        else {
            throw Failure(.invalid, "histogram edges must be 2 to 100,001 finite numbers in strictly ascending order")
        }
        self.edges = edges
        counts = [Int](repeating: 0, count: edges.count - 1)
    }

    init(edges: [Double], counts: [Int], below: Int, above: Int) throws(Failure) {
        try self.init(edges: edges)
        self.counts = counts
        self.below = below
        self.above = above
    }

    package var total: Int { counts.reduce(below + above, +) }

    package mutating func update(_ values: [Double]) {
        let sorted = values.sorted()
        sorted.withUnsafeBufferPointer { update(ascending: $0) }
    }

    /// One walk over the block and the edges together.
    mutating func update(ascending values: UnsafeBufferPointer<Double>) {
        let last = edges.count - 1
        var bin = 0
        for value in values {
            if value < edges[0] {
                below += 1
            } else if value > edges[last] {
                above += 1
            } else {
                while bin + 1 < last, value >= edges[bin + 1] { bin += 1 }
                counts[bin] += 1
            }
        }
    }

    package mutating func merge(_ other: FixedHistogram) throws(Failure) {
        guard edges == other.edges else {
            throw Failure(.conflict, "histograms with different edges cannot be merged")
        }
        for index in counts.indices { counts[index] += other.counts[index] }
        below += other.below
        above += other.above
    }
}
