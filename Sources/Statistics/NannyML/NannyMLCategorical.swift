import Core

/// NannyML's distances between the categories of a chunk and of the reference. A chunk is its counts per code, in the
/// common code order of both sides.
enum NannyMLCategorical {
    /// Counts per code and their total.
    struct Counts {
        var counts: [Int]
        var total: Int

        /// - Parameter codes: no missing values; each in 0..<size.
        init(_ codes: some Sequence<Int>, size: Int) {
            counts = Array(repeating: 0, count: size)
            total = 0
            for code in codes {
                counts[code] += 1
                total += 1
            }
        }
    }

    /// Shares of the reference's categories, in ascending order; categories the reference lacks are left over.
    private static func shares(_ reference: Counts) -> (reference: [Double], of: (Counts) -> [Double]) {
        let known = reference.counts.indices.filter { reference.counts[$0] > 0 }
        func shares(_ side: Counts) -> [Double] { known.map { Double(side.counts[$0]) / Double(side.total) } }
        return (shares(reference), shares)
    }

    static func jensenShannon(_ reference: Counts) -> ChunkMeasure<Counts> {
        let binned = shares(reference)
        return ChunkMeasure { (chunk) throws(Failure) in
            (NannyMLShares.jensenShannon(binned.reference, binned.of(chunk)), nil)
        }
    }

    static func hellinger(_ reference: Counts) -> ChunkMeasure<Counts> {
        let binned = shares(reference)
        return ChunkMeasure { (chunk) throws(Failure) in
            (NannyMLShares.hellinger(binned.reference, binned.of(chunk)), nil)
        }
    }

    static func largestDifference(_ reference: Counts) -> ChunkMeasure<Counts> {
        ChunkMeasure { (chunk) throws(Failure) in
            var largest = 0.0
            for (x, y) in zip(reference.counts, chunk.counts) {
                largest = max(largest, abs(Double(x) / Double(reference.total) - Double(y) / Double(chunk.total)))
            }
            return (largest, nil)
        }
    }

    static func chiSquare(_ reference: Counts) -> ChunkMeasure<Counts> {
        ChunkMeasure(
            measure: { (chunk) throws(Failure) in
                let used = reference.counts.indices.filter { reference.counts[$0] + chunk.counts[$0] > 0 }
                let answer = try Contingency.chiSquare(
                    used.map { Double(reference.counts[$0]) }, used.map { Double(chunk.counts[$0]) }, yates: true)
                return (answer.statistic, answer.pValue)
            }, largest: 1)
    }
}

/// The rows of both sides in one code: positions in the ascending union of the categories, -1 for a missing value.
struct CommonCodes {
    let reference: [Int]
    let current: [Int]
    let size: Int

    init(_ reference: StringColumn, _ current: StringColumn) {
        let union = Set(reference.dictionary.map { Array($0.utf8) }).union(current.dictionary.map { Array($0.utf8) })
        let ordered = union.sorted { $0.lexicographicallyPrecedes($1) }
        let position = Dictionary(uniqueKeysWithValues: zip(ordered, ordered.indices))
        func codes(_ column: StringColumn) -> [Int] {
            let translated = column.dictionary.map { position[Array($0.utf8)] ?? -1 }
            return column.indices.map { index in
                translated.indices.contains(Int(index)) ? translated[Int(index)] : -1
            }
        }
        self.reference = codes(reference)
        self.current = codes(current)
        size = ordered.count
    }
}
