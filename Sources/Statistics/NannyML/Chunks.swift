import Core

/// How NannyML cuts rows into chunks and draws alert limits from the reference's chunks.
enum Chunks {
    /// Chunks of `rows / count` rows in row order; what the division leaves over makes one more, shorter chunk.
    /// - Throws: `invalid` where NannyML raises: fewer rows than chunks, or no positive number of chunks.
    static func ranges(rows: Int, count: Int) throws(Failure) -> [Range<Int>] {
        guard count > 0 else {
            throw Failure(.invalid, "the chunk number should always be larger then zero")
        }
        let size = rows / count
        guard size > 0 else {
            throw Failure(
                .invalid,
                "could not split data into chunks: \(rows) rows make no \(count) chunks of at least one row")
        }
        return stride(from: 0, to: rows, by: size).map { $0..<min($0 + size, rows) }
    }

    /// Mean and three population standard deviations of the values that are not NaN; NaN without any.
    static func limits(_ values: [Double]) -> (lower: Double, upper: Double) {
        let known = values.filter { !$0.isNaN }
        let mean = NumPy.mean(known)
        let deviation = NumPy.variance(known, ddof: 0).squareRoot()
        return (mean - 3 * deviation, mean + 3 * deviation)
    }
}

/// A distance fitted on the reference, then asked for one chunk at a time. Chunks come without missing values.
struct ChunkMeasure<Chunk> {
    /// The distance and, where alerts go by p-value, that.
    let measure: (Chunk) throws(Failure) -> (value: Double, pValue: Double?)
    /// The distance cannot be larger; limits are clipped to it.
    var largest = Double.infinity
}

/// Values and alerts per chunk of the current side.
struct ChunkSeries {
    private(set) var values: [Double] = []
    private(set) var alerts: [Bool] = []
    /// Alerts are strictly above it; nil where alerts go by p-value.
    private(set) var limit: Double?

    /// - Parameters:
    ///   - reference, current: chunks in order; nil for a chunk with no value left, whose distance is NaN.
    ///   - level: significance level where alerts go by p-value.
    init<Chunk>(
        _ measure: ChunkMeasure<Chunk>, reference: [Chunk?], current: [Chunk?], level: Double
    ) throws(Failure) {
        // NannyML keeps the last p-value on the method object: an empty chunk alerts as the chunk before it did.
        var lastP: Double?
        func value(_ chunk: Chunk?) throws(Failure) -> Double {
            guard let chunk else { return .nan }
            let answer = try measure.measure(chunk)
            if let p = answer.pValue { lastP = p }
            return answer.value
        }
        var baseline: [Double] = []
        for chunk in reference { baseline.append(try value(chunk)) }
        let limit = min(Chunks.limits(baseline).upper, measure.largest)
        for chunk in current {
            let distance = try value(chunk)
            values.append(distance)
            alerts.append(lastP.map { $0 < level } ?? (distance > limit))
        }
        self.limit = lastP == nil ? limit : nil
    }
}
