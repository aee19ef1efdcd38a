import Core
import Monitoring
import Statistics
import Testing

@Suite("SageMaker: reading and writing")
struct SageMakerReadingTests {
    @Test("statistics.json becomes a profile")
    func reading() throws {
        let statistics = try SageMaker.Statistics(try JSONParser.parse(SageMakerDocuments.statistics))
        let profile = statistics.profile
        #expect(profile.rows == 10 && profile.columns.map(\.name) == ["age", "score", "coarse", "country", "empty"])
        let age = try #require(profile.column(named: "age"))
        #expect(age.kind == .num && age.isInteger && age.distribution?.points == (1...10).map(Double.init))
        #expect(age.distribution?.rankError == 0 && age.moments?.mean == 5.5)
        #expect(abs(age.moments!.populationStandardDeviation! - 2.8722813232690143) < 1e-12)
        let score = try #require(profile.column(named: "score"))
        #expect(score.missing == 1 && score.distribution?.points == [0.1, 0.5, 0.7, 0.9])
        #expect(score.distribution?.cumulative == [2, 4, 8, 9] && score.distribution!.rankError > 0)
        let coarse = try #require(profile.column(named: "coarse"))
        #expect(coarse.distribution?.count == 10 && coarse.distribution?.rankError == 0.6)
        let country = try #require(profile.column(named: "country")?.categoryCounts)
        #expect(country.isExact && country.counts.map(\.0) == ["DE", "NL"] && country.counts.map(\.1) == [4, 6])
        #expect(profile.column(named: "empty")?.missing == 10)
        #expect(statistics.kinds == ["age": .num, "score": .num, "coarse": .num, "country": .cat])
        #expect(statistics.notes.count == 1 && statistics.notes[0].hasPrefix("coarse: the reference holds 10 buckets"))
        // It is a profile like any other.
        #expect(try TableProfile(serialised: profile.serialised()) == profile)
    }

    @Test("a column without a distribution is known by its range, also when that is one value", arguments: [2.0, 3.0])
    func rangeOnly(high: Double) throws {
        let text = """
            {"dataset": {"item_count": 3}, "features": [{"name": "x", "inferred_type": "Fractional",
             "numerical_statistics": {
              "common": {"num_present": 3, "num_missing": 0}, "mean": 2.0, "std_dev": 0.0, "min": 2.0, "max": \(high)}}]}
            """
        let statistics = try SageMaker.Statistics(try JSONParser.parse(text))
        let column = try #require(statistics.profile.column(named: "x"))
        #expect(column.distribution?.count == 3)
        #expect(column.distribution?.points.first == 2 && column.distribution?.points.last == high)
        #expect(statistics.notes == ["x: the reference holds no distribution, only its range."])
    }

    @Test("lists of the most frequent values only are not exact")
    func partialCategories() throws {
        let text = """
            {"dataset": {"item_count": 100}, "features": [{"name": "x", "inferred_type": "String",
             "string_statistics": {
              "common": {"num_present": 100.0, "num_missing": 0.0}, "distinct_count": 50,
              "distribution": {"categorical":
              {"buckets": [{"value": "a", "count": 60}, {"value": "b", "count": 10}]}}}}]}
            """
        let statistics = try SageMaker.Statistics(try JSONParser.parse(text))
        let column = try #require(statistics.profile.column(named: "x"))
        #expect(column.categoryCounts?.isExact == false && column.categories?.frequent.total == 100)
        #expect(column.categories?.frequent.maximumError == 10)
    }

    @Test(
        "damaged documents are refused with the place",
        arguments: [
            ("{}", "features"),
            ("{\"features\": [{}]}", "features[0].name"),
            ("{\"features\": [{\"name\": \"x\", \"inferred_type\": 3}]}", "features[0].inferred_type"),
            (
                "{\"features\": [{\"name\":\"x\",\"inferred_type\":\"Integral\",\"numerical_statistics\":"
                    + "{\"common\":{\"num_present\":-1}}}]}",
                "num_present"
            ),
            (
                "{\"features\": [{\"name\":\"x\",\"inferred_type\":\"Integral\",\"numerical_statistics\":"
                    + "{\"common\":{\"num_present\":1},"
                    + "\"distribution\":{\"kll\":{\"sketch\":{\"data\":[[\"a\"]]}}}}}]}",
                "sketch.data[0]"
            ),
        ])
    func damaged(text: String, place: String) throws {
        let document = try JSONParser.parse(text)
        do throws(Failure) {
            _ = try SageMaker.Statistics(document)
            Issue.record("accepted \(text)")
        } catch {
            #expect(error.code == .invalid && error.message.contains(place), "\(error.message)")
        }
    }

    @Test("a profile written as statistics.json reads back as the same distribution")
    func roundTrip() throws {
        var random = SeededRandom(seed: 4)
        let values = (0..<50_000).map { _ in random.uniform() * 9 - 3 }
        let profile = try SageMakerDocuments.profile([
            SageMakerDocuments.numbers("x", values),
            SageMakerDocuments.strings("c", values.map { $0 < 0 ? "low" : "high" }),
        ])
        let document = SageMaker.statistics(profile)
        let again = try SageMaker.Statistics(try JSONParser.parse(document.serialised()))
        let (left, right) = (
            try #require(profile.columns[0].distribution), try #require(again.profile.columns[0].distribution)
        )
        #expect(left.points == right.points && left.cumulative == right.cumulative && left.rankError == right.rankError)
        #expect(
            again.profile.columns[1].categoryCounts?.counts.map(\.1)
                == profile.columns[1].categoryCounts?.counts.map(\.1))
        #expect(again.notes.isEmpty && again.types.map(\.type) == [.fractional, .string])
        let buckets = document["features"]?.elements?[0]["numerical_statistics"]?["distribution"]?["kll"]?["buckets"]
        #expect(buckets?.elements?.count == 10)
        #expect(buckets?.elements?.reduce(0) { $0 + ($1["count"]?.double ?? 0) } == 50_000)
        #expect(buckets?.elements?[9]["upper_bound"]?.double == values.max())
    }
}
