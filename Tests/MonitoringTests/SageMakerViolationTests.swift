import Core
import Monitoring
import Statistics
import Testing

@Suite("SageMaker: constraint violations")
struct SageMakerViolationTests {
    private func constraints(_ text: String = SageMakerDocuments.constraints) throws -> SageMaker.Constraints {
        try SageMaker.Constraints(try JSONParser.parse(text))
    }

    private func baseline() throws -> TableProfile {
        try SageMaker.Statistics(try JSONParser.parse(SageMakerDocuments.statistics)).profile
    }

    private func current(
        age: [Double] = (1...10).map(Double.init),
        score: [Double] = [0.1, 0.1, 0.5, 0.5, 0.7, 0.7, 0.7, 0.7, 0.9, 0.9],
        country: [String] = ["NL", "NL", "NL", "NL", "NL", "NL", "DE", "DE", "DE", "DE"]
    ) throws -> TableProfile {
        try SageMakerDocuments.profile([
            SageMakerDocuments.numbers("age", age), SageMakerDocuments.numbers("score", score),
            SageMakerDocuments.strings("country", country),
        ])
    }

    private func violations(_ current: TableProfile) throws -> [SageMaker.Violation] {
        try SageMaker.violations(constraints: constraints(), statistics: baseline(), current: current)
    }

    @Test("data like the baseline has none")
    func none() throws {
        #expect(try violations(current()) == [])
    }

    @Test("types, completeness, domains and distances in SageMaker's words")
    func each() throws {
        let fraction = try violations(current(age: [1, 2, 3, 4, 5, 6, 7, 8, 9, 9.5]))
        #expect(
            fraction.first
                == SageMaker.Violation(
                    feature: "age", check: .dataType,
                    description: "Data type match requirement is not met. Expected data type: Integral, "
                        + "Expected match: 100.0%. Observed: Only 90.0% of data is Integral."))
        let incomplete = try violations(current(age: [1, 2, 3, 4, 5, 6, 7, 8, 9, .nan]))
        #expect(
            incomplete.contains {
                $0.check == .completeness && $0.description.contains("Only 90.0% of data is complete")
            })
        let strange = try violations(current(country: ["NL", "NL", "NL", "NL", "NL", "FR", "DE", "DE", "DE", "DE"]))
        #expect(strange.contains { $0.check == .categoricalValues && $0.description.contains("Only 90.0%") })
        #expect(!strange.contains { $0.check == .baselineDrift })
        let moved = try violations(current(age: (3...12).map(Double.init)))
        #expect(
            moved == [
                SageMaker.Violation(
                    feature: "age", check: .baselineDrift,
                    description: "Baseline drift distance: 0.20000000000000007 exceeds threshold: 0.1")
            ])
        let swapped = try violations(current(country: ["DE", "DE", "DE", "DE", "DE", "DE", "NL", "NL", "NL", "NL"]))
        #expect(swapped.map(\.check) == [.baselineDrift] && swapped[0].description.contains("0.19999999999999996"))
        // The override of this feature allows 0.4.
        #expect(try violations(current(score: [0.1, 0.1, 0.1, 0.1, 0.5, 0.5, 0.7, 0.7, 0.9, 0.9])) == [])
    }

    @Test("numbers where strings are expected, and strings where numbers are")
    func kinds() throws {
        let profile = try SageMakerDocuments.profile([
            SageMakerDocuments.strings("age", ["1", "2", "x", "3"]), SageMakerDocuments.numbers("score", [1, 2, 3, 4]),
            SageMakerDocuments.numbers("country", [1, 2, 3, 4]),
        ])
        let found = try violations(profile)
        #expect(found.contains { $0.feature == "age" && $0.description.contains("Only 75.0% of data is Integral") })
        #expect(found.contains { $0.feature == "country" && $0.description.contains("Only 0.0% of data is String") })
        #expect(!found.contains { $0.feature == "country" && $0.check == .baselineDrift })
    }

    @Test("columns that are missing or new")
    func schema() throws {
        let profile = try SageMakerDocuments.profile([
            SageMakerDocuments.numbers("age", [1, 2, 3]), SageMakerDocuments.numbers("height", [1, 2, 3]),
        ])
        let found = try violations(profile)
        #expect(found.prefix(2).map(\.check) == [.missingColumn, .extraColumn])
        #expect(found[0].feature == "Missing columns" && found[0].description.hasSuffix("Missing: score, country"))
        #expect(
            found[1].description.hasPrefix(
                "There are extra columns in current dataset. Number of columns in current dataset: 2, "
                    + "Number of columns in baseline constraints: 3"))
    }

    @Test("the robust distance allows for sample sizes, chi-squared gives a p-value")
    func methods() throws {
        var robust = try constraints()
        robust.monitoring.comparison = .robust
        let moved = try current(age: (3...12).map(Double.init))
        #expect(try SageMaker.violations(constraints: robust, statistics: baseline(), current: moved) == [])
        var many = (baseline: [Double](), current: [Double]())
        for index in 0..<2000 {
            many.baseline.append(Double(index))
            many.current.append(Double(index + 500))
        }
        let (left, right) = (
            try SageMakerDocuments.profile([SageMakerDocuments.numbers("x", many.baseline)]),
            try SageMakerDocuments.profile([SageMakerDocuments.numbers("x", many.current)])
        )
        let found = try SageMaker.violations(
            constraints: SageMaker.Constraints(suggestedFor: left), statistics: left, current: right)
        // 0.25 - 1.8 sqrt(4000 / 4e6)
        #expect(found.count == 1 && found[0].description.hasPrefix("Baseline drift distance: 0.19307"))
        var chi = try constraints()
        chi.monitoring.categoricalMethod = .chiSquared
        chi.monitoring.categoricalThreshold = 0.05
        let few = try current(country: ["DE", "DE", "DE", "DE", "DE", "DE", "NL", "NL", "NL", "NL"])
        #expect(try SageMaker.violations(constraints: chi, statistics: baseline(), current: few) == [])
        let all = try current(country: [String](repeating: "DE", count: 10))
        let flagged = try SageMaker.violations(constraints: chi, statistics: baseline(), current: all)
        #expect(flagged.map(\.check) == [.baselineDrift] && flagged[0].description.contains("p-value: 0.003"))
    }

    @Test("constraints are suggested, written and read again")
    func suggestions() throws {
        let profile = try current()
        let suggested = SageMaker.Constraints(suggestedFor: profile)
        let document = suggested.document
        #expect(document["features"]?.elements?[0]["num_constraints"]?["is_non_negative"] == .bool(true))
        #expect(
            document["features"]?.elements?[2]["string_constraints"]?["domains"]
                == .array([.string("DE"), .string("NL")]))
        let again = try SageMaker.Constraints(try JSONParser.parse(document.serialised()))
        #expect(again.document == document)
        #expect(try SageMaker.violations(constraints: again, statistics: profile, current: profile) == [])
        var off = again
        off.monitoring.evaluates = false
        #expect(try SageMaker.violations(constraints: off, statistics: profile, current: .zero) == [])
    }

    @Test("settings that are not understood are refused with the place")
    func invalidSettings() throws {
        let text = """
            {"features": [{"name": "x", "inferred_type": "String",
              "monitoringConfigOverrides": {"distribution_constraints": {"comparison_method": "Fuzzy"}}}]}
            """
        do throws(Failure) {
            _ = try SageMaker.Constraints(try JSONParser.parse(text))
            Issue.record("accepted")
        } catch {
            #expect(
                error.message.contains(
                    "features[0].monitoringConfigOverrides.distribution_constraints.comparison_method"))
        }
    }

    @Test("the document has SageMaker's members")
    func document() throws {
        let violation = SageMaker.Violation(feature: "x", check: .extraColumn, description: "d")
        #expect(
            SageMaker.document([violation]).text()
                == "{\"violations\":[{\"feature_name\":\"x\",\"constraint_check_type\":\"extra_column_check\","
                + "\"description\":\"d\"}]}"
        )
    }
}
