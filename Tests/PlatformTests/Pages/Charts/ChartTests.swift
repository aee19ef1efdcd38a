import Core
import Foundation
import Platform
import Testing

@Suite struct ChartTests {
    private func text(_ markup: Markup) -> String { String(decoding: markup.bytes, as: UTF8.self) }

    private func line(_ values: [Double], _ change: (inout LineChart) -> Void = { _ in }) -> String {
        var chart = LineChart("loss", [.init("run", values.enumerated().map { ChartPoint(Double($0), $1) })])
        change(&chart)
        return text(chart.figure(id: "c"))
    }

    /// What paths and positions may consist of.
    private func hasOnlyNumbers(_ picture: String) -> Bool {
        picture.matches(of: #/ (?:d|x|y|cx|cy|r|width|height|data-x|data-y|data-points)="([^"]*)"/#).allSatisfy {
            match in
            !match.1.lowercased().contains("nan") && !match.1.contains("inf")
        }
    }

    @Test func noSeriesMakesAPathOfWhatIsNoNumber() {
        let (largest, smallest) = (Double.greatestFiniteMagnitude, Double.leastNonzeroMagnitude)
        let samples: [[Double]] = [
            [], [1], [0, 0], [.nan], [.nan, .infinity, -.infinity], [largest, -largest], [smallest, 2 * smallest],
            [1, .nan, 2, .infinity, 3], [-1, 0, 1], [1e-300, 1e300], Array(repeating: 7, count: 100),
        ]
        for values in samples {
            for scale in [ChartAxis.Scale.linear, .logarithmic] {
                for smoothing in [0, 0.6] {
                    let picture = line(values) {
                        $0.yScale = scale
                        $0.smoothing = smoothing
                    }
                    #expect(hasOnlyNumbers(picture), "\(values)")
                    #expect(picture.contains("<desc id=\"c-d\">"), "\(values)")
                }
            }
        }
    }

    @Test func aHundredThousandPointsAreASmallPicture() {
        let values = (0..<100_000).map { Double(($0 &* 7919) % 1009) }
        #expect(line(values).utf8.count < 40_000)
        var chart = LineChart(
            "loss",
            (0..<10).map { series in
                .init("run \(series)", values.enumerated().map { ChartPoint(Double($0), $1 + Double(series)) })
            })
        chart.size = .wide
        chart.smoothing = 0.5
        #expect(chart.figure(id: "c").bytes.count < 200_000)
    }

    @Test func sentencesSayWhatIsThereAndWhatIsNot() {
        #expect(line([]).contains("No values."))
        #expect(line([0.5]).contains("0.5 at step 0."))
        #expect(line([3, 3, 3]).contains("3 throughout, 3 points."))
        #expect(line([4, 1, 2]).contains("Last 2 at step 2; lowest 1 at step 1, highest 4 at step 0."))
        #expect(line([4, .nan, 2, .infinity]).contains("2 values not finite, left out."))
        #expect(line([-1, 0, 10]) { $0.yScale = .logarithmic }.contains("2 values not above zero"))
        #expect(line([90, 91, 95]).contains("The axis does not begin at zero."))
        #expect(!line([1, 91, 95]).contains("does not begin at zero"))
    }

    @Test func outOfOrderStepsAreDrawnInOrder() {
        let chart = LineChart("loss", [.init("run", [ChartPoint(2, 30), ChartPoint(0, 10), ChartPoint(1, 20)])])
        #expect(text(chart.figure(id: "c")).contains("data-points=\"0:10 1:20 2:30\""))
    }

    @Test func scriptsAreToldWhenPointsAreLeftOut() {
        #expect(!line([1, 2, 3]).contains("data-thinned"))
        #expect(line((0..<1000).map(Double.init)).contains("data-thinned"))
    }

    @Test func namesFromOutsideCannotLeaveTheirPlace() {
        let hostile = "\"><script>alert(1)</script>\u{202E}"
        var chart = LineChart(hostile, [.init(hostile, [ChartPoint(0, 1)]), .init("b", [ChartPoint(0, 2)])])
        chart.marks = [.init(0, hostile, .incident)]
        var scatter = ScatterChart(
            hostile, x: hostile, y: hostile, [.init(hostile, 1, 2, address: Address("/runs", hostile))])
        scatter.size = .wide
        let time = Timestamp(milliseconds: 0)
        let pictures = [
            chart.figure(id: "a"), scatter.figure(id: "b"),
            ParallelChart(hostile, [hostile, "x"], [.init(hostile, [.text(hostile), .number(1)])]).figure(id: "c"),
            BarChart(hostile, [.init(hostile, 1)]).figure(id: "d"),
            PeriodChart(
                hostile, [.init(hostile, [.init(hostile, since: time, until: nil, tone: .good)])], now: time
            ).figure(id: "e", sentence: hostile),
        ].map(text)
        for picture in pictures {
            #expect(!picture.contains("<script"))
            #expect(!picture.contains("\u{202E}"), "\(picture.prefix(300))")
        }
    }

    @Test func parallelAxesTakeTextsAndGaps() {
        let chart = ParallelChart(
            "runs", ["lr", "model", "acc"],
            [
                .init("a", [.number(0.1), .text("gbm"), .number(0.8)]),
                .init("b", [.number(0.2), .missing, .number(0.9)]),
                .init("c", [.number(0.3), .text("net")]),
            ])
        let picture = text(chart.figure(id: "p"))
        #expect(picture.contains(">gbm</text>") && picture.contains(">net</text>"))
        #expect(picture.contains("2 lack a value"))
        // b is two lonely points, a and c are lines.
        #expect(picture.components(separatedBy: "<circle").count - 1 == 2)
        #expect(picture.components(separatedBy: "class=\"line\"").count - 1 == 2)
    }

    @Test func histogramsCountEveryValueOnce() {
        let values = (0..<1000).map { Double(($0 * 37) % 100) / 10 }
        let chart = HistogramChart("scores", values: values + [.nan])
        #expect(chart.counts.reduce(0, +) == 1000)
        #expect(chart.missing == 1)
        #expect(chart.edges.count == chart.counts.count + 1)
        #expect(chart.edges.first! <= 0 && chart.edges.last! >= 9.9)
        for extreme in [[], [5], [-1e308, 1e308], [1000 * Double.leastNonzeroMagnitude]] as [[Double]] {
            #expect(HistogramChart("x", values: extreme).counts.reduce(0, +) == extreme.count)
        }
    }

    @Test func barsBeginAtZero() {
        let picture = text(BarChart("b", [.init("up", 2), .init("down", -1), .init("none", .nan)]).figure(id: "b"))
        #expect(picture.components(separatedBy: "class=\"bar\"").count - 1 == 2)
        #expect(picture.contains("From -1 (down) to 2 (up)."))
    }

    @Test func periodsThatOverlapLieInLanes() {
        func at(_ day: Int64) -> Timestamp { Timestamp(milliseconds: day * 86_400_000) }
        let lanes = PeriodChart.lanes([
            .init("v1", since: at(0), until: at(5), tone: .good), .init("v2", since: at(5), until: nil, tone: .good),
            .init("v3", since: at(4), until: at(6), tone: .good), .init("v4", since: at(7), until: nil, tone: .good),
        ])
        #expect(lanes.map { $0.map(\.label) } == [["v1", "v2"], ["v3", "v4"]])
    }

    @Test func rankCorrelationIsSpearmans() {
        #expect(RankCorrelation.spearman([1, 2, 3, 4], [1, 4, 9, 16]) == 1)
        #expect(RankCorrelation.spearman([1, 2, 3], [3, 2, 1]) == -1)
        #expect(RankCorrelation.spearman([1, 1, 1], [3, 2, 1]) == nil)
        // With ties, by hand: ranks 1.5 1.5 3 4 against 1 2 3 4.
        let tied = RankCorrelation.spearman([1, 1, 2, 3], [1, 2, 3, 4])
        #expect(tied.map { abs($0 - 4.5 / (4.5 * 5).squareRoot()) < 1e-12 } == true)
    }

    @Test func sparklinesNeedTwoValues() {
        #expect(Sparkline.svg([1]).isEmpty)
        #expect(Sparkline.svg([1, .nan]).isEmpty)
        #expect(text(Sparkline.svg([1, 3, 2])).contains("class=\"spark\""))
    }
}
