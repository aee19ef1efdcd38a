import Core
import Platform
import Testing

@Suite struct LineTests {
    // MARK: smoothing

    @Test func smoothingIsCorrectedForItsBeginning() {
        // By hand, with weight 1/2: 4; (4 * 1/4 + 2 * 1/2) / (3/4); (4 * 1/8 + 2 * 1/4 + 8 * 1/2) / (7/8).
        let smoothed = Smoothing.exponential([4, 2, 8], weight: 0.5)
        #expect(zip(smoothed, [4, 2 / 0.75, 5 / 0.875]).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test func smoothingKeepsWhatIsNoNumberAndWhatIsConstant() {
        let smoothed = Smoothing.exponential([1, .nan, 3, .infinity], weight: 0.5)
        #expect(smoothed[0] == 1 && smoothed[1].isNaN && smoothed[3] == .infinity)
        #expect(abs(smoothed[2] - (0.25 + 1.5) / 0.75) < 1e-12)
        #expect(Smoothing.exponential([0.1, 0.1, 0.1], weight: 0.9) == [0.1, 0.1, 0.1])
        #expect(Smoothing.exponential([1, 2], weight: 0) == [1, 2])
        #expect(Smoothing.exponential([], weight: 0.5).isEmpty)
    }

    @Test func smoothedValuesStayBetweenTheLowestAndTheHighest() {
        let values = (0..<500).map { Double(($0 * 7919) % 101) }
        for weight in [0.1, 0.6, 0.99, 0.9999] {
            let smoothed = Smoothing.exponential(values, weight: weight)
            #expect(smoothed.allSatisfy { $0 >= -1e-9 && $0 <= 100 + 1e-9 })
        }
    }

    // MARK: thinning

    private func thinned(_ values: [Double?], width: Double = 100, columnWidth: Double = 1) -> LineThinning {
        let scale = width / Double(max(1, values.count - 1))
        return LineThinning(
            values.enumerated().lazy.map { (x: Double($0) * scale, y: $1) }, columnWidth: columnWidth)
    }

    @Test func noPeakAndNoTroughIsLost() throws {
        var values: [Double?] = (0..<100_000).map { 50 + 10 * Double(($0 * 7919) % 101) / 101 }
        values[31_415] = 1000
        values[77_777] = -1000
        let line = thinned(values)
        let points = line.parts.flatMap(\.self)
        #expect(points.count <= 404)
        #expect(points.contains { $0.y == 1000 } && points.contains { $0.y == -1000 })
        #expect(points.first?.y == values[0] && points.last?.y == values.last!)
        #expect(zip(points, points.dropFirst()).allSatisfy { $0.x <= $1.x })
    }

    /// In every column the picture reaches as high and as low as all the points do.
    @Test func eachColumnKeepsItsExtremes() {
        let values = (0..<5000).map { index -> Double? in Double((index &* 2_654_435_761) % 1009) }
        let line = thinned(values)
        func extremes(_ points: [(x: Double, y: Double)]) -> [Int: ClosedRange<Double>] {
            Dictionary(grouping: points) { Int($0.x.rounded(.down)) }.mapValues { group in
                group.map(\.y).min()!...group.map(\.y).max()!
            }
        }
        let all = values.enumerated().map { (x: Double($0) * 100 / 4999, y: $1!) }
        #expect(extremes(all) == extremes(line.parts.flatMap(\.self).map { (x: $0.x, y: $0.y) }))
    }

    @Test func fewPointsStayAsTheyAre() {
        let line = thinned([1, 2, 3])
        #expect(line.parts == [[ChartPoint(0, 1), ChartPoint(50, 2), ChartPoint(100, 3)]])
        #expect(line.path == "M0 1l50 1 50 1")
    }

    @Test func pathsAreRelativeWithoutAddingUpErrors() {
        let line = LineThinning(
            [(x: 0.04, y: 1.26), (x: 10.04, y: 1.24), (x: 20.05, y: -0.55)].map { (x: $0.x, y: Optional($0.y)) },
            columnWidth: 1)
        #expect(line.path == "M0 1.3l10-.1 10.1-1.8" || line.path == "M0 1.3l10-.1 10-1.8")
    }

    @Test func gapsCutTheLine() {
        let line = thinned([1, 2, nil, 3, nil, 4, 5])
        #expect(line.parts.map { $0.map(\.y) } == [[1, 2], [3], [4, 5]])
        #expect(line.lonely.map(\.y) == [3])
        #expect(line.gaps.count == 2)
        #expect(thinned([nil, nil]).parts.isEmpty)
    }

    @Test func aThousandGapsInAColumnAreOne() {
        let values = (0..<100_000).map { $0.isMultiple(of: 2) ? nil : Double($0 % 10) }
        let line = thinned(values)
        #expect(line.gaps.count <= 101)
        #expect(line.parts.count <= 101)
    }

    // MARK: labels

    @Test func labelsKeepApartAndStayInside() {
        let places = LabelPlacement.spread([50, 51, 49, 50, 199], distance: 13, in: 0...200)
        let sorted = places.sorted()
        #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $1 - $0 >= 13 - 1e-9 })
        #expect(places.allSatisfy { $0 >= 0 && $0 <= 200 })
        // In the order of what they label.
        #expect(places[2] < places[0] && places[0] < places[1])
    }
}
