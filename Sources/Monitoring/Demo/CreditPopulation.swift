import Statistics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension SeededRandom {
    /// A standard normal number (Box and Muller, 1958).
    package mutating func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * Double.pi * uniform())
    }

    /// An index with the given weights, which sum to 1.
    mutating func pick(_ weights: [Double]) -> Int {
        var rest = uniform()
        for (index, weight) in weights.enumerated().dropLast() {
            if rest < weight { return index }
            rest -= weight
        }
        return weights.count - 1
    }
}

/// Loan applicants: a made-up population whose properties are known, so that what a comparison says can be checked.
///
/// One hidden number per applicant, their quality, ties credit score, interest rate, debt ratio and default together.
/// What differs between `reference` and `current` is exactly what the stored properties say.
struct CreditPopulation {
    /// Applications come evenly over this time, in seconds since 1970.
    var period: Range<Int>
    /// Factor on the loan amount.
    var loanFactor = 1.0
    /// Factor on the income.
    var incomeFactor = 1.0
    /// Percentage points added to the interest rate.
    var extraInterest = 0.0
    /// Share of applicants whose years of employment are not known.
    var employmentMissing = 0.03
    /// Share of applications for the purpose "solar", taken evenly from all others.
    var solarShare = 0.0
    /// Share of home owners.
    var ownerShare = 0.52

    /// The year 2024.
    static let reference = CreditPopulation(period: 1_704_067_200..<1_735_689_600)

    /// The first quarter of 2025, with the changes that the README of the demo data lists.
    static let current = CreditPopulation(
        period: 1_735_689_600..<1_743_465_600, loanFactor: 1.18, incomeFactor: 1.02, extraInterest: 1.2,
        employmentMissing: 0.11, solarShare: 0.07, ownerShare: 0.5)

    static let columns: [(name: String, kind: String)] = [
        ("application_date", "datetime"), ("age", "num"), ("income", "num"), ("employment_years", "num"),
        ("home_owner", "bool"), ("region", "cat"), ("purpose", "cat"), ("loan_amount", "num"),
        ("interest_rate", "num"), ("credit_score", "num"), ("debt_to_income", "num"), ("open_loans", "num"),
        ("default_probability", "num"), ("defaulted", "bool"),
    ]

    private static let regions = ["north", "south", "east", "west", "centre"]
    private static let regionShares = [0.24, 0.22, 0.18, 0.16, 0.2]
    private static let purposes = ["debt consolidation", "home improvement", "car", "medical", "education", "solar"]
    private static let purposeShares = [0.42, 0.2, 0.17, 0.11, 0.1]

    /// Appends one applicant.
    /// - Parameter position: 0 for the first application of the period, 1 for the end of it.
    func write(into line: inout CSVLine, position: Double, random: inout SeededRandom) {
        let quality = random.normal()
        let age = min(85, max(18, 41 + 12.5 * random.normal()))
        let income = incomeFactor * exp(10.6 + 0.48 * random.normal())
        let loan = loanFactor * exp(9.4 + 0.55 * random.normal())
        let interest = max(1.9, 9.5 + extraInterest - 1.6 * quality + 1.8 * random.normal())
        let score = min(850, max(300, 680 + 42 * quality + 43 * random.normal()))
        let debt = min(1.5, 0.28 * exp(-0.15 * quality + 0.35 * random.normal()))
        let risk = -2.2 - 0.9 * quality + 0.12 * (interest - 9.5) + 0.25 * (log(loan) - 9.4)
        let probability = 1 / (1 + exp(-risk))

        line.time(period.lowerBound + Int(Double(period.count) * position))
        line.integer(Int(age))
        // Some applicants do not state their income.
        if random.uniform() < 0.015 { line.missing() } else { line.fixed(income, decimals: 2) }
        let years = max(0, (age - 18) * random.uniform() * 0.7)
        if random.uniform() < employmentMissing { line.missing() } else { line.fixed(years, decimals: 1) }
        line.word(random.uniform() < ownerShare ? "true" : "false")
        line.word(Self.regions[random.pick(Self.regionShares)])
        let others = Self.purposeShares.map { $0 * (1 - solarShare) }
        line.word(Self.purposes[random.pick(others + [solarShare])])
        line.fixed(loan, decimals: 2)
        line.fixed(interest, decimals: 2)
        line.integer(Int(score.rounded()))
        line.fixed(debt, decimals: 4)
        line.integer(random.pick([0.36, 0.3, 0.18, 0.1, 0.06]))
        line.fixed(probability, decimals: 6)
        line.word(random.uniform() < probability ? "true" : "false")
        line.end()
    }
}
