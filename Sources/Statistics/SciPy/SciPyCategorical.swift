internal import Core

extension SciPyMethods {
    static let categorical: [Method] =
        [false, true].map(chiSquare) + [logLikelihood, fisher] + [("2", 2.0), ("e", nil)].map(jensenShannon) + [
            linf, tvd,
        ]

    private static func row(_ counts: [Int]) -> [Double] { counts.map(Double.init) }

    private static func fill(_ result: inout MethodResult, _ test: Contingency.Result) {
        result.statistic = test.statistic
        result.pValue = test.pValue
        result.figures = [.init("degrees_of_freedom", Double(test.degreesOfFreedom))]
    }

    private static func chiSquare(_ yates: Bool) -> Method {
        onCategories(
            "scipy.chi2_contingency_correction_\(yates ? "True" : "False")",
            "Chi-square\(yates ? " with Yates' correction" : "")",
            definition:
                "sum (O - E)^2 / E over the 2 x K table of counts, E from its margins, K - 1 degrees of freedom; "
                + "one category gives 0 and p = 1."
                + (yates ? " With two categories each O first moves towards E by min(0.5, |O - E|)." : ""),
            source: "\(tool) chi2_contingency(correction=\(yates ? "True" : "False")); Pearson 1900"
        ) { counts, result throws(Failure) in
            fill(&result, try Contingency.chiSquare(row(counts.reference), row(counts.current), yates: yates))
        }
    }

    private static let logLikelihood = onCategories(
        "scipy.g_contingency", "G-test (likelihood ratio)",
        definition:
            "G = 2 sum O ln(O / E) over the 2 x K table of counts, E from its margins, K - 1 degrees of freedom, "
            + "no correction.",
        source: "\(tool) chi2_contingency(lambda_='log-likelihood', correction=False); Wilks 1935"
    ) { counts, result throws(Failure) in
        fill(&result, try Contingency.logLikelihood(row(counts.reference), row(counts.current)))
    }

    private static let fisher = onCategories(
        "scipy.fisher_exact", "Fisher's exact test",
        definition:
            "For two categories: the table [[ref_1, ref_2], [cur_1, cur_2]] given its margins; statistic = odds "
            + "ratio, p-value = the probability of all tables no more likely than this one.",
        source: "\(tool) fisher_exact; Fisher 1935"
    ) { counts, result throws(Failure) in
        guard counts.categories.count == 2 else {
            throw Failure(.invalid, "fisher_exact needs two categories, not \(counts.categories.count)")
        }
        let test = Contingency.fisherExact(
            counts.reference[0], counts.reference[1], counts.current[0], counts.current[1])
        result.statistic = test.odds
        result.pValue = test.pValue
    }

    private static func jensenShannon(_ name: String, _ base: Double?) -> Method {
        onCategories(
            "scipy.js_distance_\(name)", "Jensen-Shannon distance, base \(name)",
            definition:
                "sqrt((KL(p, m) + KL(q, m)) / 2), p and q the shares of the categories, m = (p + q) / 2, "
                + "logarithms to base "
                + "\(name); at most \(base == nil ? "sqrt(ln 2) = 0.8326" : "1").",
            source: "\(tool) spatial.distance.jensenshannon; Endres and Schindelin 2003"
        ) { counts, result throws(Failure) in
            result.statistic = Distances.jensenShannon(row(counts.reference), row(counts.current), base: base)
        }
    }

    private static let linf = onCategories(
        "scipy.linf", "L-infinity distance",
        definition: "max |p - q| over the categories, p and q their shares of the rows.",
        source: "numpy 2.4"
    ) { counts, result throws(Failure) in
        result.statistic = Distances.chebyshev(row(counts.reference), row(counts.current))
    }

    private static let tvd = onCategories(
        "scipy.tvd", "Total variation distance",
        definition:
            "sum |p - q| / 2 over the categories, p and q their shares: the share of rows that changed category.",
        source: "numpy 2.4"
    ) { counts, result throws(Failure) in
        result.statistic = Distances.totalVariation(row(counts.reference), row(counts.current))
    }
}
