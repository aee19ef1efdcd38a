import Core

/// NannyML's univariate drift methods as `nannyml.*`, per chunk of the current side.
package enum NannyMLMethods {
    package static let all: [Method] = [
        shared(
            "jensen_shannon", "Jensen-Shannon distance per chunk",
            """
            Base 2. Numbers: Doane's bins of the reference; categories: those of the reference. Everything outside \
            them is one more bin with reference share 0.
            """, NannyMLNumeric.jensenShannon, NannyMLCategorical.jensenShannon),
        shared(
            "hellinger", "Hellinger distance per chunk",
            "sqrt(sum (sqrt p - sqrt q)^2) / sqrt 2 over the same bins as jensen_shannon.",
            NannyMLNumeric.hellinger, NannyMLCategorical.hellinger),
        numeric(
            "kolmogorov_smirnov", "Kolmogorov-Smirnov statistic per chunk",
            """
            Largest gap between the distribution functions of the chunk and the whole reference. From 10,000 reference \
            values on it is read off 10,000 equal bins over the reference's range. The limit is at most 1.
            """, NannyMLNumeric.kolmogorovSmirnov),
        numeric(
            "wasserstein", "Wasserstein distance per chunk",
            """
            Integral |F - G| in the column's unit. From 10,000 reference values on it is estimated from 10,000 \
            bins, and values outside the reference's range carry weight (count + 1) / m, because NannyML counts the \
            end point.
            """, NannyMLNumeric.wasserstein),
        categorical(
            "l_infinity", "Largest difference of shares per chunk", "max |p - q| over the categories of both.",
            NannyMLCategorical.largestDifference),
        categorical(
            "chi2", "Chi-square statistic per chunk",
            """
            Two-sample chi-square of the chunk against the whole reference, Yates-corrected for two categories; alert \
            when p < 0.05. An empty chunk alerts as the one before it did.
            """, NannyMLCategorical.chiSquare),
    ]

    /// Methods over several columns.
    package static let datasets: [DatasetMethod] = [NannyMLReconstruction.method]

    static let source = "nannyml 0.13.1 (numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1)"

    static let chunking = """
        Both sides are cut into 5 chunks of equal size in row order (a shorter sixth holds the remainder); missing \
        values are dropped per chunk and an empty chunk gives NaN.
        """

    private static let limit = """
        Alert when strictly above the mean + 3 population standard deviations of the distance over the reference's \
        chunks.
        """

    private typealias NumericFit = @Sendable ([Double]) throws(Failure) -> ChunkMeasure<[Double]>
    private typealias CategoricalFit =
        @Sendable (NannyMLCategorical.Counts) throws(Failure) -> ChunkMeasure<NannyMLCategorical.Counts>

    private static func shared(
        _ key: String, _ title: String, _ definition: String, _ onNumbers: @escaping NumericFit,
        _ onCategories: @escaping CategoricalFit
    ) -> Method {
        method(key, title, definition, kinds: [.num, .cat], onNumbers, onCategories)
    }

    private static func numeric(
        _ key: String, _ title: String, _ definition: String, _ fit: @escaping NumericFit
    ) -> Method {
        method(key, title, definition, kinds: [.num], fit, nil)
    }

    private static func categorical(
        _ key: String, _ title: String, _ definition: String, _ fit: @escaping CategoricalFit
    ) -> Method {
        method(key, title, definition, kinds: [.cat], nil, fit)
    }

    private static func method(
        _ key: String, _ title: String, _ definition: String, kinds: Set<ColumnKind>, _ onNumbers: NumericFit?,
        _ onCategories: CategoricalFit?
    ) -> Method {
        let name = "nannyml." + key
        let alert = key == "chi2" ? "" : " " + limit
        return Method(
            name: name, title: title, definition: "\(definition) \(chunking)\(alert)", source: source, kinds: kinds
        ) { pair, settings in
            var result = MethodResult(method: name)
            do throws(Failure) {
                let series: ChunkSeries
                switch (pair.values, onNumbers, onCategories) {
                case (.numeric(let x, let y), let fit?, _): series = try numericSeries(x, y, settings, fit)
                case (.categorical(_, let x, let y), _, let fit?):
                    series = try categoricalSeries(x, y, settings, fit)
                default:
                    let kind = kinds.contains(.num) ? "categorical" : "continuous"
                    throw Failure(.invalid, "method \(key) does not support \(kind) features.")
                }
                result.values = series.values
                result.alerts = series.alerts
                result.threshold = series.limit
                result.figures = [.init("alerts", Double(series.alerts.count { $0 }))]
            } catch {
                result.error = error.message
            }
            return result
        }
    }

    private static func numericSeries(
        _ reference: NumericSample, _ current: NumericSample, _ settings: MethodSettings, _ fit: NumericFit
    ) throws(Failure) -> ChunkSeries {
        guard reference.infinite == 0, current.infinite == 0 else {
            throw Failure(.invalid, "the column holds infinite values, for which NannyML has no bins")
        }
        guard reference.count > 0 else { throw Failure(.invalid, "the reference column has no values") }
        let measure = try fit(reference.values)
        func chunks(_ rows: [Double]) throws(Failure) -> [[Double]?] {
            try Chunks.ranges(rows: rows.count, count: settings.chunks).map { range in
                let values = rows[range].filter { !$0.isNaN }
                return values.isEmpty ? nil : values
            }
        }
        return try ChunkSeries(
            measure, reference: try chunks(reference.rows), current: try chunks(current.rows),
            level: settings.alpha ?? 0.05)
    }

    private static func categoricalSeries(
        _ reference: StringColumn, _ current: StringColumn, _ settings: MethodSettings, _ fit: CategoricalFit
    ) throws(Failure) -> ChunkSeries {
        let codes = CommonCodes(reference, current)
        let whole = NannyMLCategorical.Counts(codes.reference.lazy.filter { $0 >= 0 }, size: codes.size)
        guard whole.total > 0 else { throw Failure(.invalid, "the reference column has no values") }
        let measure = try fit(whole)
        func chunks(_ rows: [Int]) throws(Failure) -> [NannyMLCategorical.Counts?] {
            try Chunks.ranges(rows: rows.count, count: settings.chunks).map { range in
                let counts = NannyMLCategorical.Counts(rows[range].lazy.filter { $0 >= 0 }, size: codes.size)
                return counts.total > 0 ? counts : nil
            }
        }
        return try ChunkSeries(
            measure, reference: try chunks(codes.reference), current: try chunks(codes.current),
            level: settings.alpha ?? 0.05)
    }
}
