import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Formulas on raw counts that are widely copied from tutorials, as `counts.*`.
package enum CountsMethods {
    package static let all: [Method] = [psi]

    private static let psi = Method(
        name: "counts.psi", title: "Population stability index on raw counts (tutorial formula)",
        definition: """
            edges = the 0, 10, ..., 100 % percentiles of the reference; e, a = counts of reference and current in \
            those bins, zeros replaced by 0.001; sum (e - a) ln(e / a). What is wrong with it: counts are not \
            divided by the number of rows, so the value grows with the size of the data (two samples of one normal \
            distribution, 1000 and 800 rows, give about 70) and the usual limits 0.1 and 0.25 mean nothing; unequal \
            sizes alone give (n - m) ln(n / m); values outside the reference's range vanish; repeated percentiles \
            make empty bins; an empty current column has no answer. Use steward.psi instead; this exists so that \
            old figures can be reproduced. Drifted at 0.2 or more, the limit the tutorials give.
            """,
        source: "numpy 2.4.6 nanpercentile and histogram, as in widespread tutorials", kinds: [.num]
    ) { pair, settings in
        var result = MethodResult(method: "counts.psi")
        result.threshold = settings.threshold ?? 0.2
        do throws(Failure) {
            let value = try countsIndex(pair)
            result.statistic = value
            result.score = value
            result.drifted = result.threshold.map { value >= $0 }
        } catch {
            result.error = error.message
        }
        return result
    }

    /// - Throws: `invalid` if the column is not numeric or a side has no finite values.
    private static func countsIndex(_ pair: ColumnPair) throws(Failure) -> Double {
        guard case .numeric(let reference, let current) = pair.values else {
            throw Failure(.invalid, "the formula needs a numeric column")
        }
        guard reference.count > 0, current.count > 0 else {
            throw Failure(.invalid, "the \(reference.count > 0 ? "current" : "reference") column has no finite values")
        }
        let edges = (0...10).map { NumPy.percentile(reference.sorted.values, Double($0) * 10) }
        for (low, high) in zip(edges, edges.dropFirst()) where !(low <= high) {
            throw Failure(.invalid, "`bins` must increase monotonically, when an array")
        }
        func counts(_ values: [Double]) -> [Double] {
            NumPy.histogram(values, edges).map { $0 == 0 ? 0.001 : Double($0) }
        }
        return NumPy.sum(
            zip(counts(reference.values), counts(current.values)).map { ($0 - $1) * log($0 / $1) })
    }
}
