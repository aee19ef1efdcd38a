import Core
import Statistics

/// The methods a comparison runs, and which of them decide.
struct MethodSelection: Sendable {
    /// Steward's own verdict is among them.
    var verdict: Bool
    var columns: [Method]
    var datasets: [DatasetMethod]
    /// Names of the methods whose answer counts for the data set; the others are only reported.
    var deciding: Set<String>

    /// The name under which Steward's own verdict is asked for and reported.
    static let verdictName = "steward.verdict"

    /// - Parameter kinds: the kinds of the columns that can be compared; Alibi Detect has a detector for each mix.
    static func resolve(_ settings: DriftSettings, kinds: Set<ColumnKind>) throws(Failure) -> MethodSelection {
        let defaults = defaults(of: settings, kinds)
        guard !settings.methods.isEmpty else { return try select(defaults, deciding: Set(defaults)) }
        var names: [String] = []
        for name in settings.methods {
            names += name == "all" ? all(of: settings.compatibility) : [name]
        }
        let chosen = Set(names)
        let deciding = chosen.intersection(defaults)
        return try select(names, deciding: deciding.isEmpty ? chosen : deciding)
    }

    private static func select(_ names: [String], deciding: Set<String>) throws(Failure) -> MethodSelection {
        var selection = MethodSelection(verdict: false, columns: [], datasets: [], deciding: deciding)
        var seen: Set<String> = []
        for name in names where seen.insert(name).inserted {
            if name == verdictName {
                selection.verdict = true
            } else if let method = MethodCatalog.method(named: name) {
                selection.columns.append(method)
            } else if let method = MethodCatalog.datasetMethod(named: name) {
                selection.datasets.append(method)
            } else {
                throw unknown(name)
            }
        }
        return selection
    }

    /// What `--compat X` means when no method is named: what that tool would do by itself.
    private static func defaults(of settings: DriftSettings, _ kinds: Set<ColumnKind>) -> [String] {
        switch settings.compatibility {
        case .steward: [verdictName]
        case .evidently: ["evidently.default"]
        case .nannyml: ["nannyml.jensen_shannon"]
        case .counts: ["counts.psi"]
        case .scipy: ["scipy.ks_auto_two-sided", "scipy.chi2_contingency_correction_True"]
        case .alibi: [detector(kinds) + (settings.correction == .bh ? "_fdr" : "_bonferroni")]
        }
    }

    private static func detector(_ kinds: Set<ColumnKind>) -> String {
        let hasNumbers = kinds.contains(.num)
        let hasCategories = kinds.contains(.cat) || kinds.contains(.bool)
        if hasNumbers == hasCategories { return "alibi.TabularDrift" }
        return hasNumbers ? "alibi.KSDrift" : "alibi.ChiSquareDrift"
    }

    private static func all(of compatibility: DriftSettings.Compatibility) -> [String] {
        let names =
            MethodCatalog.methods(compatibility: compatibility.rawValue).map(\.name)
            + MethodCatalog.datasetMethods(compatibility: compatibility.rawValue).map(\.name)
        return compatibility == .steward ? [verdictName] + names : names
    }

    static func unknown(_ name: String) -> Failure {
        let known = [verdictName] + MethodCatalog.columns.map(\.name) + MethodCatalog.datasets.map(\.name)
        // A key without its namespace is looked for among the keys.
        let keys = known.map { String($0[$0.index(after: $0.firstIndex(of: ".")!)...]) }
        let nearest =
            name.contains(".")
            ? NearestName.find(name, among: known)
            : NearestName.find(name, among: keys).flatMap { keys.firstIndex(of: $0) }.map { known[$0] }
        return Failure(
            .invalid, "there is no method \"\(name)\"",
            hint: (nearest.map { "Did you mean \($0)? " } ?? "") + "`steward methods` lists all of them.")
    }
}
