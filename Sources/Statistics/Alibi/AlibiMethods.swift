import Core

/// Alibi Detect's offline univariate detectors as `alibi.*`, written from their description and recorded output.
///
/// Statistics and p-values are rounded to float32 where the library stores them so (all but Fisher's). A column with a
/// missing or infinite value on either side is left out; the others run in ascending order of their names, numeric
/// before categorical in TabularDrift.
package enum AlibiMethods {
    package static let all: [DatasetMethod] =
        [
            ks("KSDrift_bonferroni", .bonferroni), ks("KSDrift_fdr", .fdr), ks("KSDrift_feature", .feature),
            ks("KSDrift_greater", .bonferroni, .greater), cramerVonMises,
            chiSquare("ChiSquareDrift_bonferroni", .bonferroni), chiSquare("ChiSquareDrift_fdr", .fdr),
            fisher(.greater), fisher(.less), fisher(.twoSided),
            tabular("TabularDrift_bonferroni", .bonferroni), tabular("TabularDrift_fdr", .fdr),
        ]

    private static let source = "alibi-detect 0.13.0 (scipy 1.17.1, numpy 1.26.4)"

    /// One feature's answer.
    private typealias Feature = (name: String, pValue: Double, distance: Double)

    private static func detector(
        _ key: String, _ title: String, _ definition: String, _ correction: AlibiCorrection, single: Bool = true,
        needs: String, _ features: @escaping @Sendable (AlibiColumns) throws(Failure) -> [Feature]
    ) -> DatasetMethod {
        let name = "alibi." + key
        let rule =
            switch correction {
            case .bonferroni: "Drift if any p < 0.05 / features (Bonferroni)."
            case .fdr: "Drift if any ascending p_(i) < 0.05 i / features (Benjamini-Hochberg, strict)."
            case .feature: "Each feature drifts if its p < 0.05, uncorrected."
            }
        return DatasetMethod(name: name, title: title, definition: "\(definition) \(rule)", source: source) {
            (pairs, settings) in
            var result = DatasetResult(method: name)
            do throws(Failure) {
                let answers = try features(AlibiColumns(pairs))
                guard !answers.isEmpty else {
                    throw Failure(.invalid, "no \(needs) column without missing or infinite values")
                }
                result.columns = answers.map(\.name)
                let (ps, distances) = (answers.map(\.pValue), answers.map(\.distance))
                let pValues = single ? ps.map { Double(Float($0)) } : ps
                result.pValues = pValues
                result.distances = single ? distances.map { Double(Float($0)) } : distances
                let verdict = correction.decide(pValues, level: settings.alpha ?? 0.05, single: single)
                result.threshold = verdict.threshold
                result.drifted = verdict.drifted
            } catch {
                result.error = error.message
            }
            return result
        }
    }

    private static func ks(
        _ key: String, _ correction: AlibiCorrection, _ alternative: Alternative = .twoSided
    ) -> DatasetMethod {
        let sided = alternative == .twoSided ? "two-sided" : "one-sided (\(alternative.rawValue))"
        return detector(
            key, "Kolmogorov-Smirnov per feature, \(sided)",
            "scipy's two-sample Kolmogorov-Smirnov test per numeric column, always with the asymptotic p.", correction,
            needs: "numeric"
        ) { (columns) throws(Failure) in try kolmogorovSmirnov(columns, alternative) }
    }

    private static func kolmogorovSmirnov(
        _ columns: AlibiColumns, _ alternative: Alternative
    ) throws(Failure) -> [Feature] {
        var features: [Feature] = []
        for column in columns.numeric {
            let answer = try KolmogorovSmirnov.test(
                column.reference.sorted, column.current.sorted, alternative: alternative, calculation: .asymptotic)
            features.append((column.name, answer.pValue, answer.statistic))
        }
        return features
    }

    private static let cramerVonMises = detector(
        "CVMDrift", "Cramer-von Mises per feature",
        "scipy's two-sample Cramer-von Mises test per numeric column, exact up to 20 rows.", .bonferroni,
        needs: "numeric"
    ) { (columns) throws(Failure) in
        var features: [Feature] = []
        for column in columns.numeric {
            let answer = try CramerVonMises.test(
                column.reference.sorted, column.current.sorted, calculation: .auto)
            features.append((column.name, answer.pValue, answer.statistic))
        }
        return features
    }

    private static func chiSquare(_ key: String, _ correction: AlibiCorrection) -> DatasetMethod {
        detector(
            key, "Chi-square per feature",
            "Two-sample chi-square test of the 2 x K table per categorical column, Yates-corrected for K = 2.",
            correction, needs: "categorical"
        ) { (columns) throws(Failure) in try contingency(columns) }
    }

    private static func contingency(_ columns: AlibiColumns) throws(Failure) -> [Feature] {
        var features: [Feature] = []
        for column in columns.categorical {
            let counts = MergedCounts(column.counts).counts
            let answer = try Contingency.chiSquare(
                counts.map { Double($0.reference) }, counts.map { Double($0.current) }, yates: true)
            features.append((column.name, answer.pValue, answer.statistic))
        }
        return features
    }

    private static func fisher(_ alternative: Alternative) -> DatasetMethod {
        detector(
            "FETDrift_" + alternative.rawValue, "Fisher's exact test per feature, \(alternative.rawValue)",
            """
            Fisher's exact test per column with two categories, the second in ascending order counted as 1: table \
            [[cur 1, ref 1], [cur 0, ref 0]]; the distance is the sample odds ratio. Alternative "greater" (alibi's \
            default) looks for more ones in the current side.
            """, .bonferroni, single: false, needs: "two-category"
        ) { (columns) throws(Failure) in
            var features: [Feature] = []
            for column in columns.binary {
                let counts = MergedCounts(column.counts).counts
                let answer = Contingency.fisherExact(
                    counts[1].current, counts[1].reference, counts[0].current, counts[0].reference,
                    alternative: alternative)
                features.append((column.name, answer.pValue, answer.odds))
            }
            return features
        }
    }

    private static func tabular(_ key: String, _ correction: AlibiCorrection) -> DatasetMethod {
        detector(
            key, "Kolmogorov-Smirnov and chi-square over all features",
            """
            The asymptotic Kolmogorov-Smirnov test for numeric columns and the chi-square test for categorical ones, \
            corrected together. Needs at least one of each.
            """, correction, needs: "numeric and categorical"
        ) { (columns) throws(Failure) in
            guard !columns.numeric.isEmpty, !columns.categorical.isEmpty else { return [] }
            return try kolmogorovSmirnov(columns, .twoSided) + contingency(columns)
        }
    }
}
