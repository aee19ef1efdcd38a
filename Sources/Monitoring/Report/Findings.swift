import Platform
import Statistics

/// What a report says about one column, as every output words it.
enum Finding: CaseIterable {
    case schemaChange, drifted, undecided, smallShift, stable, notComparable, failed

    var word: String {
        switch self {
        case .schemaChange: "schema change"
        case .drifted: "drifted"
        case .undecided: "undecided"
        case .smallShift: "small shift"
        case .stable: "stable"
        case .notComparable: "not comparable"
        case .failed: "error"
        }
    }

    /// "3 drifted", "1 schema change", "2 errors".
    func counted(_ count: Int) -> String {
        switch self {
        case .schemaChange, .smallShift, .failed: Format.count(count, word)
        case .drifted, .undecided, .stable, .notComparable: "\(Format.count(count)) \(word)"
        }
    }

    /// One character that tells the verdict without colour.
    var icon: String {
        switch self {
        case .schemaChange: "!"
        case .drifted: "\u{25C6}"
        case .undecided: "?"
        case .smallShift: "\u{25C7}"
        case .stable: "\u{2713}"
        case .notComparable: "\u{2013}"
        case .failed: "\u{2715}"
        }
    }
}

extension Finding {
    init(_ verdict: Verdict) {
        switch verdict {
        case .stable: self = .stable
        case .smallShift: self = .smallShift
        case .drifted: self = .drifted
        case .undecided: self = .undecided
        case .notComparable: self = .notComparable
        }
    }
}

extension ColumnReport {
    var finding: Finding {
        switch status {
        case .typeChanged, .new, .missing: return .schemaChange
        case .error: return .failed
        case .ok, .empty, .constant: break
        }
        if isDrifted { return .drifted }
        if driftedByMethod == false { return .stable }
        if missingness?.verdict == .undecided, verdict?.verdict != .undecided, verdict?.verdict != .smallShift {
            return status == .ok && verdict == nil ? .undecided : findingOnValues
        }
        return findingOnValues
    }

    private var findingOnValues: Finding {
        switch verdict?.verdict {
        case .drifted: .drifted
        case .undecided: .undecided
        case .smallShift: .smallShift
        case .stable: missingness?.verdict == .smallShift ? .smallShift : .stable
        case .notComparable: .notComparable
        case nil: status == .constant ? .stable : .notComparable
        }
    }

    /// The verdict that explains the finding: on the values, unless only the missing share drifted.
    var decisive: ColumnVerdict? {
        guard let missingness else { return verdict }
        guard let verdict else { return missingness }
        let onlyMissing = missingness.verdict == .drifted && verdict.verdict != .drifted
        let shifted = missingness.verdict == .smallShift && verdict.verdict == .stable
        return onlyMissing || shifted ? missingness : verdict
    }

    /// What happened, without the column's name: "moved up by 0.41 standard deviations on average".
    var story: String {
        if let explanation, status != .ok { return explanation }
        if decisive == nil, !results.isEmpty { return methodStory }
        let moved = missingness.map { $0.verdict == .drifted || $0.verdict == .smallShift } ?? false
        var parts: [String] = []
        // "No sign of change" is not worth saying when the missing share moved.
        if let verdict, !(moved && verdict.verdict == .stable) { parts.append(verdict.sentence) }
        if let missingness, moved || parts.isEmpty { parts.append(missingness.sentence) }
        parts.removeAll(where: \.isEmpty)
        return parts.isEmpty ? explanation ?? "" : parts.map(Findings.withoutStop).joined(separator: "; ")
    }

    /// The method whose answer stands for the column under another tool's rules.
    var decidingResult: MethodResult? {
        results.first { $0.method.hasSuffix(".default") && $0.error == nil }
            ?? results.first { $0.drifted != nil && $0.drifted == driftedByMethod }
            ?? results.first { $0.alerts.map { $0.contains(true) } == driftedByMethod && $0.alerts != nil }
            ?? results.first
    }

    private var methodStory: String {
        guard let result = decidingResult else { return "" }
        if let error = result.error { return "no answer from \(result.method): \(error)" }
        if let score = result.score, let threshold = result.threshold {
            return "\(Format.number(score)) by \(result.method), threshold \(Format.number(threshold))"
        }
        if let alerts = result.alerts {
            return "\(alerts.count { $0 }) of \(Format.count(alerts.count, "chunk")) alerted by \(result.method)"
        }
        if let drifted = result.drifted { return "\(drifted ? "drifted" : "no drift") by \(result.method)" }
        return result.statistic.map { "\(Format.number($0)) by \(result.method)" } ?? ""
    }

    /// Rows that have a value, on both sides.
    var usableRows: (reference: Int, current: Int)? {
        if let decisive { return (decisive.referenceCount, decisive.currentCount) }
        guard reference != nil || current != nil else { return nil }
        return ((reference?.rows ?? 0) - (reference?.missing ?? 0), (current?.rows ?? 0) - (current?.missing ?? 0))
    }
}

extension ColumnSummary {
    var missingShare: Double { rows > 0 ? Double(missing) / Double(rows) : 0 }
}

/// The report as a whole, in sentences.
enum Findings {
    /// "3 of 12 columns drifted".
    static func headline(_ report: DriftReport) -> String {
        let dataset = report.dataset
        let rules = usesOtherRules(report) ? " by the rules of \(report.settings.compatibility)" : ""
        let compared = Format.count(dataset.comparedColumns, "column")
        if dataset.driftedColumns > 0 {
            let verb = dataset.comparedColumns == 1 ? "column drifted" : "columns drifted"
            return "\(Format.count(dataset.driftedColumns)) of \(Format.count(dataset.comparedColumns)) \(verb)\(rules)"
        }
        if dataset.drifted { return "The data set drifted\(rules), though no single column did" }
        if dataset.comparedColumns == 0 { return "Nothing could be compared" }
        let undecided = report.columns.count { $0.finding == .undecided }
        if undecided >= dataset.comparedColumns { return "Too few rows to decide about any of \(compared)" }
        let found = undecided > 0 ? "No drift found in \(compared), \(undecided) undecided" : "No drift in \(compared)"
        return found + rules
    }

    /// The most important changes after the headline, as a list in one sentence; nil when nothing drifted.
    static func highlights(_ report: DriftReport, limit: Int = 3) -> String? {
        let drifted = report.columns.filter { $0.finding == .drifted }
        guard !drifted.isEmpty else { return nil }
        var parts = drifted.prefix(limit).map { phrase($0) }
        if drifted.count > limit { parts.append("\(Format.count(drifted.count - limit)) more") }
        return joined(parts)
    }

    /// "amount moved up by 0.41 sd".
    static func phrase(_ column: ColumnReport, nameWidth: Int = 32) -> String {
        let name = DisplayText.shorten(DisplayText.label(column.name), to: nameWidth)
        let story = shortUnits(withoutStop(DisplayText.clean(column.story)))
        return story.isEmpty ? name : name + link(story) + story
    }

    /// "moved up by ..." has the name as its subject; everything else stands after a colon.
    static func link(_ story: String) -> String {
        let verbs = ["moved ", "changed ", "starts ", "ends "]
        return verbs.contains { story.hasPrefix($0) } ? " " : ": "
    }

    static func shortUnits(_ sentence: String) -> String {
        sentence.replacing(" standard deviations on average", with: " sd")
            .replacing(" standard deviations", with: " sd").replacing(" -> ", with: " \u{2192} ").replacing(
                " %", with: "\u{A0}%")
    }

    static func withoutStop(_ sentence: String) -> String {
        sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
    }

    /// A sentence of its own: capital letter, full stop.
    static func sentence(_ text: String) -> String {
        guard let first = text.first else { return "" }
        let stopped = text.hasSuffix(".") || text.hasSuffix("?") ? text : text + "."
        return first.uppercased() + stopped.dropFirst()
    }

    static func joined(_ parts: [String]) -> String {
        guard parts.count > 1, let last = parts.last else { return parts.first ?? "" }
        // Parts hold commas of their own now and then; a semicolon keeps them apart.
        let separator = parts.contains { $0.contains(",") } ? "; " : ", "
        return parts.dropLast().joined(separator: separator) + separator + "and " + last
    }

    /// How many columns ended in which finding, in the order people should see them; none that is empty.
    static func tally(_ report: DriftReport) -> [(finding: Finding, count: Int)] {
        Finding.allCases.map { finding in (finding, report.columns.count { $0.finding == finding }) }
            .filter { $0.count > 0 }
    }

    static func usesOtherRules(_ report: DriftReport) -> Bool {
        report.settings.compatibility != "steward"
    }

    /// "significant at 0.05 after Benjamini-Hochberg, and larger than 0.1 sd or 5 % of the rows".
    static func rule(_ settings: DriftReport.Settings) -> String {
        let correction =
            switch settings.correction {
            case .bh: " after Benjamini-Hochberg correction"
            case .bonferroni: " after Bonferroni correction"
            case .none: " without correction"
            }
        return "significant at \(Format.number(settings.alpha))\(correction), and larger than "
            + "\(Format.number(settings.numericThreshold)) sd (numbers) or "
            + "\(Format.percent(settings.categoricalThreshold)) of the rows (categories)"
    }

    static func schemaWord(_ status: ColumnReport.Status) -> String {
        switch status {
        case .typeChanged: "type changed"
        case .new: "new column"
        case .missing: "column missing"
        case .ok: "ok"
        case .empty: "empty"
        case .constant: "constant"
        case .error: "error"
        }
    }

    /// The shell command that gives this report again, as far as the settings tell.
    static func command(_ report: DriftReport) -> String {
        let settings = report.settings
        var words = ["steward", "drift", shellWord(report.reference.label), shellWord(report.current.label)]
        if usesOtherRules(report) { words += ["--compat", shellWord(settings.compatibility)] }
        if settings.alpha != 0.05 { words += ["--alpha", settings.alpha.description] }
        if settings.correction != .bh { words += ["--correction", settings.correction.rawValue] }
        return words.joined(separator: " ")
    }

    private static func shellWord(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "_-./=,:+".utf8.contains(byte)
            }
        }
        if plain, !text.isEmpty { return text }
        return "'" + DisplayText.clean(text).replacing("'", with: "'\\''") + "'"
    }
}
