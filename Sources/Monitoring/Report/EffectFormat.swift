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
    /// Digits after the point that the interval's width justifies, the same for every figure of one column.
    private let places: Int

    init(_ verdict: ColumnVerdict) {
        let effect = verdict.effect
        if effect.hasPrefix("wasserstein") {
            unit = .deviations
        } else if effect.contains("total_variation") || effect.contains("share") || effect.contains("missing") {
            unit = .share
        } else {
            unit = .plain
        }
        let scale = unit == .share ? 100.0 : 1
        let width = (verdict.interval.upperBound - verdict.interval.lowerBound) * scale
        let wanted = width > 0 && width.isFinite ? 1 - Int(log10(width).rounded(.down)) : 2
        places = unit == .share ? max(0, min(2, wanted - 1)) : max(1, min(3, wanted))
    }

    /// "0.41 sd", "12 %".
    func value(_ effect: Double) -> String { bare(effect) + suffix }

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
