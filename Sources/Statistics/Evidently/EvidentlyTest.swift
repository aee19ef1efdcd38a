import Core

/// What one of evidently's tests answers before the threshold is applied.
struct EvidentlyScore {
    /// The test statistic where the score is a p-value.
    var statistic: Double?
    /// What evidently reports and compares: a p-value or a distance.
    var score: Double
    var figures: [MethodResult.Figure] = []
}

/// One of evidently's drift tests: how its score is computed and what it calls drift.
struct EvidentlyTest: Sendable {
    /// How the score is compared with the threshold.
    enum Rule: String, Sendable {
        case below = "<"
        case atMost = "<="
        case above = ">"
        case atLeast = ">="

        var isPValue: Bool { self == .below || self == .atMost }

        /// False for NaN, as in Python.
        func holds(_ score: Double, _ threshold: Double) -> Bool {
            switch self {
            case .below: score < threshold
            case .atMost: score <= threshold
            case .above: score > threshold
            case .atLeast: score >= threshold
            }
        }
    }

    let key: String
    let title: String
    let definition: String
    let kinds: Set<ColumnKind>
    let rule: Rule
    let threshold: Double
    let score: @Sendable (ColumnPair, MethodSettings) throws(Failure) -> EvidentlyScore

    /// Never throws: what evidently raises is the result's error.
    func evaluate(_ pair: ColumnPair, _ settings: MethodSettings, as name: String) -> MethodResult {
        var result = MethodResult(method: name)
        result.threshold = (rule.isPValue ? settings.alpha : settings.threshold) ?? threshold
        do throws(Failure) {
            try Self.requireValues(pair)
            let answer = try score(pair, settings)
            result.statistic = answer.statistic ?? (rule.isPValue ? nil : answer.score)
            result.pValue = rule.isPValue ? answer.score : nil
            result.score = answer.score
            result.drifted = rule.holds(answer.score, result.threshold ?? threshold)
            result.figures = answer.figures
        } catch {
            result.error = error.message
        }
        return result
    }

    var method: Method {
        let name = "evidently." + key
        return Method(
            name: name, title: title,
            definition: "\(definition) Drift when \(rule.isPValue ? "p" : "the score") \(rule.rawValue) \(threshold).",
            source: Evidently.source, kinds: kinds
        ) { pair, settings in evaluate(pair, settings, as: name) }
    }

    /// evidently drops missing and infinite values, and raises when a side has nothing left.
    private static func requireValues(_ pair: ColumnPair) throws(Failure) {
        guard pair.kind != .text else {
            throw Failure(.unsupported, "text: evidently trains a classifier for it, which is not reproduced")
        }
        guard pair.kind != .datetime else { throw Failure(.unsupported, "evidently has no test for dates") }
        let (reference, current) =
            switch pair.values {
            case .numeric(let reference, let current): (reference.count, current.count)
            case .categorical(let counts, _, _): (counts.referenceTotal, counts.currentTotal)
            }
        guard reference > 0, current > 0 else {
            let side = reference > 0 ? "current" : "reference"
            throw Failure(.invalid, "the \(side) column has no finite values; evidently raises and gives no report")
        }
    }
}

extension ColumnPair {
    /// Both sides as numbers, or what evidently says of a test for numbers on something else.
    func evidentlyNumbers(_ key: String) throws(Failure) -> (reference: NumericSample, current: NumericSample) {
        guard case .numeric(let reference, let current) = values else {
            throw Failure(.invalid, "Stattest \(key) isn't applicable to feature of type \(kind.rawValue)")
        }
        return (reference, current)
    }
}
