import Core
import Monitoring
import Statistics

/// Reports as the engine makes them, from seeded synthetic data.
enum ReportFixtures {
    /// Twelve columns, every verdict, schema changes, a missing share that moved, a multivariate check.
    static func mixed() -> DriftReport {
        var columns = [
            typeChanged("branch_code"), oneSided("fax_number", .missing), oneSided("app_version", .new),
            numeric("loan_amount", shift: 0.41, seed: 1, verdict: .drifted),
            categorical("employment", change: 0.124, seed: 2, verdict: .drifted),
            withMissing(numeric("income", shift: 0.01, seed: 3, verdict: .stable)),
            numeric("months_since_last_delinquency", shift: 0.17, seed: 4, verdict: .undecided, rows: (180, 140)),
            numeric("age", shift: 0.06, seed: 5, verdict: .smallShift),
            numeric("credit_utilisation", shift: 0.02, seed: 6, verdict: .stable),
            categorical("purpose", change: 0.008, seed: 7, verdict: .stable),
            time("applied_at", seed: 8), constant("currency"), empty("referrer"), failing("notes"),
        ]
        columns[3].role = .prediction
        var report = DriftReport(
            .init("train_2024.csv", rows: 48_210, columns: 13), .init("week_37.csv", rows: 12_904, columns: 13),
            settings: .init(compatibility: "steward"), columns: columns)
        report.dataset.drifted = true
        report.dataset.driftedColumns = 3
        report.dataset.comparedColumns = 9
        report.dataset.multivariate = .init(
            0.713, 0.701...0.725, pValue: 1e-40, rows: 20_000,
            contributions: [("loan_amount", 0.58), ("employment", 0.27), ("income", 0.11), ("age", 0.04)])
        report.notes = ["Current: the column \"zip\" looks numeric but 3 rows are not; it is compared as categories."]
        return report
    }

    static func hundred() -> DriftReport {
        let columns = (0..<100).map { index -> ColumnReport in
            let verdict: Verdict = index < 9 ? .drifted : index < 15 ? .undecided : index < 24 ? .smallShift : .stable
            let size =
                [Verdict.drifted: 0.9 - Double(index) * 0.07, .undecided: 0.15, .smallShift: 0.06][verdict] ?? 0.01
            if index % 3 == 2 {
                return categorical("feature_category_\(index)", change: size / 3, seed: index, verdict: verdict)
            }
            return numeric("feature_\(index)", shift: size, seed: index, verdict: verdict)
        }
        var report = DriftReport(
            .init("reference.parquet", rows: 1_000_000, columns: 100),
            .init("current.parquet", rows: 1_000_000, columns: 100),
            settings: .init(compatibility: "steward"), columns: columns)
        report.dataset.drifted = true
        report.dataset.driftedColumns = 9
        report.dataset.comparedColumns = 100
        return report
    }

    static func quiet() -> DriftReport {
        var report = DriftReport(
            .init("first_half.csv", rows: 24_421, columns: 3), .init("second_half.csv", rows: 24_421, columns: 3),
            settings: .init(compatibility: "steward"),
            columns: [
                numeric("age", shift: 0.005, seed: 11, verdict: .stable),
                numeric("hours", shift: 0.003, seed: 12, verdict: .stable),
                categorical("sex", change: 0.002, seed: 13, verdict: .stable),
            ])
        report.dataset.comparedColumns = 3
        return report
    }

    static func profiles() -> DriftReport {
        var report = quiet()
        report.reference = .init("train.profile", rows: 4_000_000_000, columns: 3, isProfile: true)
        report.notes = ["Reference: figures come from a profile; quantiles are within 0.2 % of their rank."]
        return report
    }

    static func segments() -> DriftReport {
        var report = mixed()
        report.segments = [
            .init("online", rows: (30_000, 9_000), drifted: ["loan_amount", "employment"], undecided: ["age"]),
            .init("branch", rows: (18_000, 3_900), drifted: [], undecided: ["income"]),
            .init("partner", rows: (210, 400), drifted: [], undecided: []),
        ]
        return report
    }

    static func nothing() -> DriftReport {
        DriftReport(
            .init("a.csv", rows: 10, columns: 1), .init("b.csv", rows: 10, columns: 1),
            settings: .init(compatibility: "steward"), columns: [oneSided("x", .missing), oneSided("y", .new)])
    }

    /// Another tool's rules: no verdicts, results of methods on columns and data set.
    static func compatibility() -> DriftReport {
        var drifted = numeric("amount", shift: 0.4, seed: 21, verdict: .drifted)
        drifted.verdict = nil
        drifted.driftedByMethod = true
        var psi = MethodResult(method: "evidently.psi")
        psi.statistic = 0.31
        psi.score = 0.31
        psi.threshold = 0.1
        psi.drifted = true
        var chunks = MethodResult(method: "nannyml.jensen_shannon")
        chunks.values = [0.1, 0.2, .nan, 0.4, 0.5]
        chunks.alerts = [false, false, false, true, true]
        chunks.figures = [.init("upper", 0.3)]
        drifted.results = [psi, chunks]
        var failed = MethodResult(method: "evidently.ks")
        failed.error = "sample is empty"
        var quiet = categorical("plan", change: 0.01, seed: 22, verdict: .stable)
        quiet.verdict = nil
        quiet.driftedByMethod = false
        quiet.results = [failed]
        var report = DriftReport(
            .init("a.csv", rows: 1000, columns: 2), .init("b.csv", rows: 1000, columns: 2),
            settings: .init(compatibility: "evidently"), columns: [drifted, quiet])
        var tabular = DatasetResult(method: "alibi.TabularDrift_feature")
        tabular.columns = ["amount", "plan"]
        tabular.pValues = [1e-12, 0.5]
        tabular.distances = [0.2, 1.5]
        tabular.threshold = 0.05
        tabular.drifted = .columns([true, false])
        var whole = DatasetResult(method: "alibi.KSDrift_bonferroni")
        whole.columns = ["amount"]
        whole.drifted = .dataset(true)
        report.dataset.results = [tabular, whole]
        report.dataset.drifted = true
        report.dataset.driftedColumns = 1
        report.dataset.comparedColumns = 2
        return report
    }

    static let hostileNames = [
        "<script>alert(1)</script>", "\" onmouseover=\"alert(1)", "'; DROP TABLE x; --", "a & b &lt; c",
        String(repeating: "very_long_column_name_", count: 10), "\u{202E}gnitirw tfel ot thgir", "مبلغ القرض الشهري",
        "📈👩‍👩‍👧‍👦 emoji", "日本語の列名がとても長い場合の表示", "new\nline\ttab\u{0}nul\u{1B}[31mred", "]]> <!-- -->",
        "`code` | pipe @user #1 **b**",
        "", "   ", "z\u{301}\u{302}\u{303}\u{304}algo", "\u{FFFE}\u{FFFF}",
    ]

    static func hostile() -> DriftReport {
        var columns = hostileNames.enumerated().map { index, name in
            index % 2 == 0
                ? numeric(name, shift: 0.5, seed: index, verdict: .drifted)
                : categorical(name, change: 0.2, seed: index, verdict: .drifted, names: hostileNames)
        }
        columns.append(typeChanged("<b>changed</b>"))
        columns[0].verdict?.sentence = "moved </title></style></script><img src=x onerror=alert(1)> up"
        var report = DriftReport(
            .init("<ref>'s \"file\" & co.csv", rows: 1, columns: 1), .init("$(rm -rf x) `id`.csv", rows: 1, columns: 1),
            settings: .init(compatibility: "steward"), columns: columns)
        report.segments = [.init("</td><td>", rows: (1, 2), drifted: hostileNames, undecided: hostileNames)]
        report.notes = hostileNames
        report.dataset.multivariate = .init(
            0.9, 0.8...0.95, pValue: 0, rows: 5, contributions: hostileNames.map { ($0, 0.05) })
        report.dataset.drifted = true
        report.dataset.driftedColumns = hostileNames.count
        report.dataset.comparedColumns = hostileNames.count
        return report
    }

    /// Figures that are undefined, infinite, or absurd.
    static func extreme() -> DriftReport {
        var wild = numeric("wild", shift: 0.5, seed: 1, verdict: .drifted)
        wild.verdict?.pValue = .nan
        wild.verdict?.qValue = .nan
        wild.verdict?.statistic = .infinity
        wild.verdict?.corrected = 1e300
        wild.verdict?.interval = 0...Double.infinity
        wild.verdict?.threshold = 0
        wild.reference?.numeric = .init(.nan, .infinity, -1.7e308...1.7e308)
        wild.shape = .numeric(
            edges: [-.infinity, 0, .nan, 2, .infinity], reference: [0, .nan, 1, 0], current: [0.5, 0.5, 0, 0],
            probabilities: [0.05, 0.5, 0.95], referenceQuantiles: [-1.7e308, .nan, 1.7e308],
            currentQuantiles: [-1.7e308, 0, 1.7e308])
        var ragged = numeric("ragged", shift: 0, seed: 1, verdict: .stable)
        ragged.shape = .numeric(
            edges: [], reference: [1], current: [], probabilities: [0.5], referenceQuantiles: [],
            currentQuantiles: [1])
        var report = DriftReport(
            .init("", rows: .max, columns: 0), .init("", rows: 0, columns: 0),
            settings: .init(compatibility: "steward"),
            columns: [wild, ragged, ColumnReport("bare", .cat), ColumnReport("bare", .cat)])
        report.dataset.comparedColumns = 2
        return report
    }

    static func all() -> [(name: String, report: DriftReport)] {
        [
            ("mixed", mixed()), ("hundred", hundred()), ("quiet", quiet()), ("profiles", profiles()),
            ("segments", segments()), ("nothing", nothing()), ("compatibility", compatibility()),
            ("hostile", hostile()), ("extreme", extreme()),
        ]
    }
}
