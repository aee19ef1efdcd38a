import Foundation
import Statistics
import Testing

@Suite("Special functions")
struct SpecialTests {
    private func close(_ got: Double, _ expected: Double, _ tolerance: Double = 1e-12) -> Bool {
        abs(got - expected) <= tolerance * max(abs(expected), 1e-300)
    }

    @Test(arguments: SpecialTables.normal)
    func normal(_ row: [Double]) {
        #expect(close(Distributions.normalSurvival(row[0]), row[1]))
        #expect(close(Distributions.normalCumulative(-row[0]), row[1]))
    }

    @Test(arguments: SpecialTables.quantile)
    func quantile(_ row: [Double]) {
        #expect(close(Distributions.normalQuantile(row[0]), row[1]))
        #expect(close(Distributions.normalCumulative(Distributions.normalQuantile(row[0])), row[0], 1e-11))
    }

    @Test func quantileAtTheEnds() {
        #expect(Distributions.normalQuantile(0) == -.infinity)
        #expect(Distributions.normalQuantile(1) == .infinity)
        #expect(Distributions.normalQuantile(-0.1).isNaN)
        #expect(Distributions.normalQuantile(.nan).isNaN)
        #expect(Distributions.normalQuantile(.leastNonzeroMagnitude) < -38)
    }

    @Test(arguments: SpecialTables.chiSquare)
    func chiSquare(_ row: [Double]) {
        #expect(close(Distributions.chiSquareSurvival(row[0], degrees: row[1]), row[2]))
        let both =
            Distributions.chiSquareSurvival(row[0], degrees: row[1])
            + Distributions.chiSquareCumulative(row[0], degrees: row[1])
        #expect(close(both, 1))
    }

    @Test(arguments: SpecialTables.studentT)
    func studentT(_ row: [Double]) {
        #expect(close(Distributions.studentTSurvival(row[0], degrees: row[1]), row[2]))
    }

    @Test(arguments: SpecialTables.fisherF)
    func fisherF(_ row: [Double]) {
        #expect(close(Distributions.fSurvival(row[0], numerator: row[1], denominator: row[2]), row[3]))
    }

    @Test(arguments: SpecialTables.beta)
    func beta(_ row: [Double]) {
        #expect(close(Special.regularisedBeta(row[0], row[1], x: row[2], y: 1 - row[2]), row[3]))
    }

    @Test(arguments: SpecialTables.gamma)
    func gamma(_ row: [Double]) {
        #expect(close(Special.lowerGamma(row[0], row[1]), row[2]))
        #expect(close(Special.upperGamma(row[0], row[1]), row[3]))
    }

    @Test(arguments: SpecialTables.kolmogorov)
    func kolmogorov(_ row: [Double]) {
        #expect(close(KolmogorovSmirnov.kstwoSurvival(row[0], Int(row[1])), row[2], 1e-10))
    }

    @Test(arguments: SpecialTables.smirnov)
    func smirnov(_ row: [Double]) {
        #expect(close(KolmogorovSmirnov.smirnovSurvival(Int(row[1]), row[0]), row[2], 1e-11))
    }

    @Test(arguments: SpecialTables.hypergeometric)
    func hypergeometric(_ row: [Double]) {
        let (k, population, successes, draws) = (Int(row[0]), Int(row[1]), Int(row[2]), Int(row[3]))
        let density = Distributions.hypergeometricDensity(
            k, population: population, successes: successes, draws: draws)
        let lower = Distributions.hypergeometricCumulative(
            k, population: population, successes: successes, draws: draws)
        let upper = Distributions.hypergeometricSurvival(
            k, population: population, successes: successes, draws: draws)
        #expect(close(density, row[4]))
        #expect(close(lower, row[5]))
        #expect(close(upper, row[6]))
    }

    @Test(arguments: SpecialTables.besselK)
    func besselK(_ row: [Double]) {
        #expect(close(Special.scaledBesselK(order: row[0], row[1]), row[2]))
    }

    @Test(arguments: SpecialTables.logFactorial)
    func logFactorial(_ row: [Double]) {
        #expect(close(Special.logFactorial(Int(row[0])), row[1]))
        #expect(close(Special.logGamma(row[0] + 1), row[1]))
    }

    @Test func hypergeometricSumsToOne() {
        let sum = (0...30).reduce(0.0) {
            $0 + Distributions.hypergeometricDensity($1, population: 100, successes: 40, draws: 30)
        }
        #expect(close(sum, 1))
    }

    @Test func notANumberStaysNotANumber() {
        #expect(Distributions.normalSurvival(.nan).isNaN)
        #expect(Distributions.chiSquareSurvival(.nan, degrees: 3).isNaN)
        #expect(Distributions.chiSquareSurvival(3, degrees: .nan).isNaN)
        #expect(Distributions.studentTSurvival(.nan, degrees: 3).isNaN)
        #expect(Distributions.studentTSurvival(1, degrees: 0).isNaN)
        #expect(Distributions.fSurvival(.nan, numerator: 1, denominator: 3).isNaN)
        #expect(KolmogorovSmirnov.kstwoSurvival(.nan, 10).isNaN)
        #expect(KolmogorovSmirnov.kstwoSurvival(0.3, 0).isNaN)
        #expect(Special.regularisedBeta(-1, 2, x: 0.5, y: 0.5).isNaN)
        #expect(Distributions.hypergeometricDensity(1, population: 5, successes: 7, draws: 2).isNaN)
    }

    @Test func limits() {
        #expect(Distributions.chiSquareSurvival(0, degrees: 3) == 1)
        #expect(Distributions.chiSquareSurvival(.infinity, degrees: 3) == 0)
        #expect(Distributions.studentTSurvival(.infinity, degrees: 3) == 0)
        #expect(Distributions.studentTSurvival(-.infinity, degrees: 3) == 1)
        #expect(Distributions.studentTSurvival(1e200, degrees: 2) >= 0)
        #expect(close(Distributions.studentTSurvival(2, degrees: .infinity), Distributions.normalSurvival(2)))
        #expect(Distributions.fSurvival(.infinity, numerator: 1, denominator: 3) == 0)
        #expect(Distributions.fSurvival(1e308, numerator: 10, denominator: 1) >= 0)
        #expect(KolmogorovSmirnov.kstwoSurvival(1, 10) == 0)
        #expect(KolmogorovSmirnov.kstwoSurvival(0, 10) == 1)
    }

    @Test(
        "the survival function of D_n falls, across all changes of formula",
        arguments: [5, 139, 140, 141, 150, 2000, 100_001])
    func kolmogorovFalls(_ n: Int) {
        var previous = 1.0
        for i in 1...400 {
            let d = Double(i) / 400 * min(1, 4 / Double(n).squareRoot())
            let next = KolmogorovSmirnov.kstwoSurvival(d, n)
            #expect(next <= previous + 1e-6 * previous, "n \(n) d \(d)")
            previous = next
        }
    }
}
