import Statistics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes an effect in its unit: numeric effects in reference standard deviations, shares of rows in percent.
struct EffectFormat {
    enum Unit { case deviations, share, plain }

    let unit: Unit
    /// What moved, where it is not the column's values themselves; "" otherwise.
    let subject: String
    /// Digits after the point that the interval's width justifies, the same for every figure of one column.
    private let places: Int

    init(_ verdict: ColumnVerdict) {
        switch verdict.effect {
        case "wasserstein", "length": unit = .deviations
        case "total_variation", "missing_share", "characters", "new_words": unit = .share
        default: unit = .plain
        }
        subject =
            switch verdict.effect {
            case "missing_share": "missing"
            case "length": "text length"
            case "characters": "characters"
            case "new_words": "new words"
            default: ""
            }
        let scale = unit == .share ? 100.0 : 1
        let width = (verdict.interval.upperBound - verdict.interval.lowerBound) * scale
        let wanted = width > 0 && width.isFinite ? 1 - Int(log10(width).rounded(.down)) : 2
        // A third digit of an effect as large as a threshold is never worth reading.
        let most = unit == .share ? (verdict.corrected >= 0.01 ? 1 : 2) : (verdict.corrected >= 0.1 ? 2 : 3)
        places = max(unit == .share ? 0 : 1, min(most, wanted))
    }

    /// "0.41 sd", "12 %".
    func value(_ effect: Double) -> String { bare(effect) + suffix }

    /// "0.41 sd", "8 % missing".
    func valueWithSubject(_ effect: Double) -> String { value(effect) + (subject.isEmpty ? "" : " " + subject) }

    /// "0.36\u{2013}0.46".
    func interval(_ range: ClosedRange<Double>) -> String {
        "\(bare(range.lowerBound))\u{2013}\(bare(range.upperBound))"
    }

    /// "0.36 to 0.46 sd".
    func longInterval(_ range: ClosedRange<Double>) -> String {
        "\(bare(range.lowerBound)) to \(bare(range.upperBound))\(suffix)"
    }

    /// A threshold or noise floor: short, but never rounded to nothing.
    func mark(_ effect: Double) -> String {
        unit == .share
            ? Format.percent(effect, places: sharePlaces(effect)) : Format.number(effect, significant: 2) + suffix
    }

    private func sharePlaces(_ share: Double) -> Int {
        let percent = share * 100
        if percent == percent.rounded() { return 0 }
        return percent >= 9.95 ? 0 : percent >= 0.095 ? 1 : 2
    }

    private func bare(_ effect: Double) -> String {
        if unit != .share, effect.magnitude >= 1000 { return Format.number(effect) }
        return Format.fixed(unit == .share ? effect * 100 : effect, places)
    }

    private var suffix: String {
        switch unit {
        case .deviations: " sd"
        case .share: " %"
        case .plain: ""
        }
    }
}

extension ColumnVerdict {
    /// The test's name in the words of textbooks.
    var testName: String {
        switch test {
        case "anderson_darling_ties": "Anderson-Darling"
        case "chi_square": "chi-square"
        case "chi_square_permutation": "chi-square (permutation)"
        case "chi_square_moments": "chi-square (moment-matched)"
        case "fisher_mid_p": "Fisher (mid-p)"
        default: test.replacing("_", with: " ")
        }
    }
}
