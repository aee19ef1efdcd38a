import Core

/// evidently's drift tests as `evidently.*`, with evidently's thresholds and comparisons.
package enum EvidentlyMethods {
    package static let all: [Method] = tests.map(\.method) + [automatic]

    /// The data-set rule.
    package static let datasets: [DatasetMethod] = [datasetDrift]

    static let tests: [EvidentlyTest] = probabilities + numericDistances + distances

    private static let numeric: Set<ColumnKind> = [.num]
    private static let categorical: Set<ColumnKind> = [.cat, .bool]
    private static let both: Set<ColumnKind> = [.num, .cat, .bool]

    /// A test on the numbers of both sides.
    private static func onNumbers(
        _ key: String, _ title: String, _ rule: EvidentlyTest.Rule, _ threshold: Double, _ definition: String,
        _ score: @escaping @Sendable (EvidentlyNumeric.Sides) throws(Failure) -> EvidentlyScore
    ) -> EvidentlyTest {
        EvidentlyTest(
            key: key, title: title, definition: definition, kinds: numeric, rule: rule, threshold: threshold
        ) { (pair, _) throws(Failure) in try score(try pair.evidentlyNumbers(key)) }
    }

    /// A test on category counts.
    private static func onCounts(
        _ key: String, _ title: String, _ rule: EvidentlyTest.Rule, _ threshold: Double, _ definition: String,
        _ score: @escaping @Sendable (ColumnPair, MethodSettings) throws(Failure) -> EvidentlyScore
    ) -> EvidentlyTest {
        EvidentlyTest(
            key: key, title: title, definition: definition, kinds: categorical, rule: rule, threshold: threshold,
            score: score)
    }

    private static let probabilities: [EvidentlyTest] = [
        onNumbers(
            "ks", "Kolmogorov-Smirnov test", .atMost, 0.05,
            "Two-sided p of the largest gap between the two distribution functions, exact up to 10,000 rows.",
            EvidentlyNumeric.kolmogorovSmirnov),
        onNumbers(
            "t_test", "Student's t test", .below, 0.05, "Two-sided p of the difference of means, pooled variance.",
            EvidentlyNumeric.student),
        onNumbers(
            "mannw", "Mann-Whitney U test, one-sided", .below, 0.05,
            """
            p for "the reference is stochastically smaller" only (alternative less): a column that moves down gives \
            p near 1 and never drifts.
            """,
            EvidentlyNumeric.mannWhitney),
        onNumbers(
            "es", "Epps-Singleton test", .below, 0.05,
            """
            p of the difference of the empirical characteristic functions at 0.4 and 0.8; NaN below 5 rows, an error \
            if the pooled interquartile range is 0.
            """,
            EvidentlyNumeric.eppsSingleton),
        onNumbers(
            "anderson", "Anderson-Darling k-sample test", .below, 0.1,
            "p of the midrank statistic, interpolated from seven critical values and kept within [0.001, 0.25].",
            EvidentlyNumeric.andersonDarling),
        onNumbers(
            "cramer_von_mises", "Cramer-von Mises test", .atMost, 0.1,
            """
            p of the squared gap between the distribution functions; exact up to 20 rows, asymptotic above. The exact \
            branch reproduces evidently 0.7.23 on numpy 2.4: it raises wherever lcm(n,m)^2 (n+m) is at least \
            C(n+m, n), and elsewhere carries the rounding of float16 or float32 tables.
            """,
            EvidentlyCramerVonMises.score),
        onNumbersSeeded(
            "empirical_mmd", "Maximum mean discrepancy, one column",
            """
            Unbiased squared MMD with an RBF kernel (sigma^2 = half the median squared distance of the reference) \
            and p from 100 permutations: p >= observed counts. The permutations are Steward's, seeded: p agrees \
            within about 0.05, not bit for bit. Up to 4,000 values together.
            """),
        onCounts(
            "chisquare", "Chi-square test against the reference", .below, 0.05,
            """
            Goodness of fit: expected = reference counts x (n_cur / n_ref), statistic sum (c - e)^2 / e, k - 1 degrees \
            of freedom. It treats the reference as exact truth, so it raises false alarms when the reference is a \
            sample; a category absent from the reference gives p = 0.
            """
        ) { (pair, _) throws(Failure) in EvidentlyCategorical.chiSquare(pair.values) },
        onCounts(
            "z", "Z test of two proportions", .below, 0.05,
            """
            p1, p2 = share of everything but the first category in ascending order; \
            z = (p1 - p2) / sqrt(P (1 - P) (1/n + 1/m)), p = 2 (1 - Phi(|z|)). With more than two categories it still \
            tests only the first against the rest.
            """
        ) { (pair, _) throws(Failure) in EvidentlyCategorical.proportions(pair.values) },
        onCounts(
            "fisher_exact", "Fisher's exact test", .below, 0.1,
            "Two-sided p of the 2 x 2 table. Raises unless both sides are binary and have the same number of rows."
        ) { (pair, _) throws(Failure) in try EvidentlyCategorical.fisher(pair) },
        onCounts(
            "g_test", "G test against the reference", .below, 0.1,
            "2 sum c ln(c / r) with unscaled reference counts r, k - 1 degrees of freedom. Raises unless n_ref = n_cur."
        ) { (pair, _) throws(Failure) in try EvidentlyCategorical.likelihoodRatio(pair.values) },
        onCounts(
            "TVD", "Total variation distance, permutation test", .below, 0.1,
            """
            Half the sum of the absolute differences of the shares; p from 1000 permutations (p >= observed counts, no \
            +1). The permutations are Steward's, seeded: p agrees within about 0.05, not bit for bit.
            """
        ) { (pair, settings) throws(Failure) in
            EvidentlyPermutation.totalVariation(pair.values, seed: settings.seed)
        },
    ]

    private static func onNumbersSeeded(_ key: String, _ title: String, _ definition: String) -> EvidentlyTest {
        EvidentlyTest(
            key: key, title: title, definition: definition, kinds: numeric, rule: .below, threshold: 0.1
        ) { (pair, settings) throws(Failure) in
            try EvidentlyPermutation.meanDiscrepancy(try pair.evidentlyNumbers(key), seed: settings.seed)
        }
    }

    private static let numericDistances: [EvidentlyTest] = [
        onNumbers(
            "wasserstein", "Wasserstein distance, normed", .atLeast, 0.1,
            "Integral |F - G| divided by max(population standard deviation of the reference, 0.001)."
        ) { (sides) throws(Failure) in EvidentlyNumeric.wasserstein(sides) },
        onNumbers(
            "ed", "Energy distance", .above, 0.1,
            "sqrt(2 integral (F - G)^2), in the square root of the column's unit: the threshold is not scale-free."
        ) { (sides) throws(Failure) in EvidentlyNumeric.energy(sides) },
    ]

    private static let binning = """
        Bins: Sturges edges of the pooled values for a numeric column with more than 20 distinct reference values, \
        otherwise one bin per value or category.
        """

    private static func onShares(
        _ key: String, _ title: String, _ definition: String, _ distance: @escaping @Sendable (EvidentlyBins) -> Double
    ) -> EvidentlyTest {
        EvidentlyTest(
            key: key, title: title, definition: "\(definition) \(binning)", kinds: both, rule: .atLeast, threshold: 0.1
        ) { (pair, _) throws(Failure) in EvidentlyScore(score: distance(try EvidentlyBins(pair.values))) }
    }

    private static let filling = """
        Empty bins get 0.0001, or a millionth of the smallest non-empty share of that side if that is at most 0.0001.
        """

    private static let distances: [EvidentlyTest] = [
        onShares("psi", "Population stability index", "sum (r - c) ln(r / c) over bin shares. \(filling)") {
            $0.filled().psi
        },
        onShares(
            "kl_div", "Kullback-Leibler divergence",
            "sum r ln(r / c) over bin shares renormalised to 1, natural logarithm. \(filling)"
        ) { $0.filled().kullbackLeibler },
        onShares(
            "jensenshannon", "Jensen-Shannon distance",
            "sqrt((KL(r||h) + KL(c||h)) / 2), h the mean of both, natural logarithm: at most 0.8326."
        ) { $0.jensenShannon },
        EvidentlyTest(
            key: "hellinger", title: "Hellinger distance",
            definition: """
                Categories: sqrt(1 - sum sqrt(r c)). Numbers: densities on Sturges edges of the distinct pooled \
                values, sqrt(1 - sum sqrt(h1 h2) width); few distinct values make few bins (a 0/1 column has one, \
                distance 0).
                """,
            kinds: both, rule: .atLeast, threshold: 0.1
        ) { (pair, _) throws(Failure) in
            switch pair.values {
            case .numeric(let reference, let current): try EvidentlyNumeric.hellinger((reference, current))
            case .categorical(let counts, _, _): EvidentlyCategorical.hellinger(counts)
            }
        },
    ]
}
