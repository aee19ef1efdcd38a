internal import Core

extension SciPyMethods {
    static let numeric: [Method] =
        Calculation.allCases.flatMap { calculation in
            Alternative.allCases.map { kolmogorovSmirnov(calculation, $0) }
        } + [cramerVonMises, andersonDarling, eppsSingleton] + Alternative.allCases.map(mannWhitney)
        + [student, welch, levene, mood]

    private static func kolmogorovSmirnov(_ calculation: Calculation, _ alternative: Alternative) -> Method {
        let way =
            switch calculation {
            case .auto: "auto"
            case .exact: "exact"
            case .asymptotic: "asymp"
            }
        let gap =
            switch alternative {
            case .twoSided: "D = max |F_ref(v) - F_cur(v)|"
            case .less: "D = max (F_cur(v) - F_ref(v)): the reference tends to larger values"
            case .greater: "D = max (F_ref(v) - F_cur(v)): the reference tends to smaller values"
            }
        let probability =
            switch calculation {
            case .auto:
                "Exact over all interleavings when neither side has more than 10000 rows, else asymptotic. "
            case .exact: "Exact over all interleavings of the two samples. "
            case .asymptotic: ""
            }
        let limit =
            alternative == .twoSided
            ? "Asymptotic: P(D_N >= D) of the one-sample statistic at N = round(n m / (n + m))."
            : "Asymptotic: exp(-2 z^2 - 2 z (l + 2 s) / (3 sqrt(l s (l + s)))), z = D sqrt(n m / (n + m)), l >= s."
        return onNumbers(
            "scipy.ks_\(way)_\(alternative.rawValue)", "Kolmogorov-Smirnov, \(alternative.rawValue), \(way)",
            definition: "\(gap) over all values v, F the share of rows at or below v. \(probability)\(limit)",
            source: "\(tool) ks_2samp; Hodges 1958; Simard and L'Ecuyer 2011"
        ) { reference, current, result throws(Failure) in
            let test = try KolmogorovSmirnov.test(
                reference.sorted, current.sorted, alternative: alternative, calculation: calculation)
            result.statistic = test.statistic
            result.pValue = test.pValue
            result.figures = [.init("location", test.location), .init("sign", Double(test.sign))]
        }
    }

    private static let cramerVonMises = onNumbers(
        "scipy.cvm_auto", "Cramer-von Mises",
        definition:
            "T = U / (n m N) - (4 n m - 1) / (6 N), U = n sum (r_i - i)^2 + m sum (s_j - j)^2 with mid-ranks r, s "
            + "in the pooled sample, N = n + m. p-value exact up to 20 rows a side, else from the limit "
            + "distribution after matching mean and variance. NaN for a side with one row.",
        source: "\(tool) cramervonmises_2samp; Anderson 1962"
    ) { reference, current, result throws(Failure) in
        fill(&result, try CramerVonMises.test(reference.sorted, current.sorted))
    }

    private static let andersonDarling = onNumbers(
        "scipy.anderson_ksamp_midrank", "Anderson-Darling",
        definition:
            "The squared gap between the distribution functions, weighted by 1 / (H (1 - H)) with H the pooled "
            + "one, mid-ranks for ties, standardised by its mean 1 and standard deviation under equality. The "
            + "p-value is read off a parabola through seven tabulated levels and lies between 0.001 and 0.25.",
        source: "\(tool) anderson_ksamp(midrank=True); Scholz and Stephens 1987"
    ) { reference, current, result throws(Failure) in
        fill(&result, try AndersonDarling.kSample(reference.sorted, current.sorted))
    }

    private static let eppsSingleton = onNumbers(
        "scipy.epps_singleton", "Epps-Singleton",
        definition:
            "W = N d' S^+ d, d the difference of the mean cosines and sines of t v at t = 0.4 and 0.8 over half "
            + "the pooled interquartile range, S = (N/n) Cov_ref + (N/m) Cov_cur. Chi-square on the rank of S; W is "
            + "reduced when both sides have fewer than 25 rows. NaN below 5 rows; an error when the interquartile "
            + "range is 0.",
        source: "\(tool) epps_singleton_2samp; Epps and Singleton 1986"
    ) { reference, current, result throws(Failure) in
        fill(&result, try EppsSingleton.test(reference, current))
    }

    private static func mannWhitney(_ alternative: Alternative) -> Method {
        onNumbers(
            "scipy.mannwhitney_\(alternative.rawValue)", "Mann-Whitney U, \(alternative.rawValue)",
            definition:
                "U = the number of pairs with the reference value above the current one, ties one half. p-value "
                + "exact when a side has at most 8 rows and nothing is tied, else normal with tie-corrected "
                + "variance and a continuity correction of 0.5. `less`: the reference tends to smaller values.",
            source: "\(tool) mannwhitneyu; Mann and Whitney 1947"
        ) { reference, current, result throws(Failure) in
            fill(&result, try MannWhitney.test(reference.sorted, current.sorted, alternative: alternative))
        }
    }

    private static let student = onNumbers(
        "scipy.ttest_student", "Student's t",
        definition:
            "t = (mean_ref - mean_cur) / sqrt(s^2 (1/n + 1/m)) with the pooled variance s^2; two-sided on n + m - "
            + "2 degrees of freedom. NaN when both sides are the same constant.",
        source: "\(tool) ttest_ind; Student 1908"
    ) { reference, current, result throws(Failure) in
        fill(&result, TTest.independent(reference, current))
    }

    private static let welch = onNumbers(
        "scipy.ttest_welch", "Welch's t",
        definition:
            "t = (mean_ref - mean_cur) / sqrt(s_ref^2/n + s_cur^2/m); two-sided on the degrees of freedom of "
            + "Welch and Satterthwaite. NaN for a side with one row.",
        source: "\(tool) ttest_ind(equal_var=False); Welch 1947"
    ) { reference, current, result throws(Failure) in
        fill(&result, TTest.independent(reference, current, equalVariances: false))
    }

    private static let levene = onNumbers(
        "scipy.levene_median", "Levene (Brown-Forsythe)",
        definition:
            "One-way analysis of variance of the absolute deviations from each side's median: F on (1, N - 2) "
            + "degrees of freedom.",
        source: "\(tool) levene(center='median'); Brown and Forsythe 1974"
    ) { reference, current, result throws(Failure) in
        fill(&result, Levene.medianCentred(reference, current))
    }

    private static let mood = onNumbers(
        "scipy.mood", "Mood's scale test",
        definition:
            "M = sum over the reference of (rank - (N + 1)/2)^2 in the pooled sample (mean over tied ranks), "
            + "standardised; two-sided normal p-value.",
        source: "\(tool) mood; Mood 1954, Mielke 1967"
    ) { reference, current, result throws(Failure) in
        fill(&result, Mood.test(reference.sorted, current.sorted))
    }

    static let distances: [Method] = [
        onNumbers(
            "scipy.wasserstein", "Wasserstein distance",
            definition:
                "The integral of |F_ref(v) - F_cur(v)| over v: how far a row moved on average, in the column's unit.",
            source: "\(tool) wasserstein_distance; Ramdas, Garcia and Cuturi 2015"
        ) { reference, current, result throws(Failure) in
            result.statistic = Distances.wasserstein(reference.sorted, current.sorted)
        },
        onNumbers(
            "scipy.energy", "Energy distance",
            definition: "sqrt(2 * integral of (F_ref(v) - F_cur(v))^2 over v).",
            source: "\(tool) energy_distance; Szekely 2002"
        ) { reference, current, result throws(Failure) in
            result.statistic = Distances.energy(reference.sorted, current.sorted)
        },
    ]

    static let populationStability = onNumbers(
        "steward.psi", "Population stability index",
        definition:
            "sum over the bins of (c - r) ln(c / r), r and c the shares of the reference's and the current rows, "
            + "a share below 0.0001 counting as 0.0001. Bins: the reference's deciles, repeated ones once, the "
            + "outer bins open, so no row is lost. An error with fewer than two bins.",
        source: "Siddiqi, Credit Risk Scorecards, 2006; deciles by linear interpolation"
    ) { reference, current, result throws(Failure) in
        guard let index = PopulationStability.index(reference.sorted, current.sorted) else {
            throw Failure(.invalid, "fewer than two bins")
        }
        result.statistic = index
    }
}
