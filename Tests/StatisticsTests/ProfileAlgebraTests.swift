import Core
import Statistics
import Testing

@Suite("Profile algebra")
struct ProfileAlgebraTests {
    /// Everything that must be equal however the rows were cut; means and deviations to rounding.
    private func expectSame(_ left: TableProfile, _ right: TableProfile) throws {
        #expect(left.rows == right.rows && left.columns.map(\.name) == right.columns.map(\.name))
        for (a, b) in zip(left.columns, right.columns) {
            #expect(a.kind == b.kind && a.rows == b.rows && a.missing == b.missing && a.infinite == b.infinite)
            #expect(a.isInteger == b.isInteger, "\(a.name)")
            #expect(a.distinctEstimate == b.distinctEstimate && a.isDistinctExact == b.isDistinctExact, "\(a.name)")
            if let one = a.moments, let two = b.moments {
                #expect(one.count == two.count && one.minimum == two.minimum && one.maximum == two.maximum)
                #expect(abs(one.mean - two.mean) <= 1e-12 * max(1, abs(one.mean)))
                let deviation = abs(one.squaredDeviations - two.squaredDeviations)
                #expect(deviation <= 1e-9 * max(1, one.squaredDeviations))
            }
            if let one = a.numbers?.quantiles.exactValues {
                let two = try #require(b.numbers?.quantiles.exactValues)
                #expect(one.values == two.values && one.counts == two.counts)
            }
            if let one = a.distribution, let two = b.distribution {
                #expect(one.count == two.count && one.rankError == two.rankError)
            }
            if let one = a.categoryCounts, let two = b.categoryCounts {
                #expect(one.isExact == two.isExact)
                if one.isExact { #expect(one.counts.map(\.0) == two.counts.map(\.0)) }
                if one.isExact { #expect(one.counts.map(\.1) == two.counts.map(\.1)) }
            }
        }
    }

    @Test("merging two parts equals profiling the whole", arguments: [(10, 3), (1000, 400), (30_000, 12_345)])
    func mergeEqualsWhole(rows: Int, cut: Int) throws {
        let table = ProfileTables.table(rows: rows, seed: UInt64(rows))
        let whole = try ProfileTables.profile(table)
        let left = try ProfileTables.profile(ProfileTables.slice(table, 0..<cut))
        let right = try ProfileTables.profile(ProfileTables.slice(table, cut..<rows))
        var (one, two) = (left, right)
        try one.merge(right)
        try two.merge(left)
        try expectSame(whole, one)
        try expectSame(one, two)
        let values: [Double]
        guard case .numbers(let numbers) = table.columns[0].values else { return }
        values = numbers.values.filter { !$0.isNaN }
        for profile in [whole, one, two] {
            let sketch = try #require(profile.column(named: "continuous")?.numbers?.quantiles)
            #expect(SketchQuantileTests.largestRankError(sketch, values) <= sketch.rankError)
        }
    }

    @Test("merging associates, zero is neutral")
    func associative() throws {
        let parts = try (0..<3).map {
            try ProfileTables.profile(ProfileTables.table(rows: 2500, seed: 40 + UInt64($0)))
        }
        var left = parts[0]
        try left.merge(parts[1])
        try left.merge(parts[2])
        var tail = parts[1]
        try tail.merge(parts[2])
        var right = parts[0]
        try right.merge(tail)
        try expectSame(left, right)
        var (same, fromZero) = (parts[0], TableProfile.zero)
        try same.merge(.zero)
        try fromZero.merge(parts[0])
        #expect(same == parts[0] && fromZero == parts[0])
        #expect(same.serialised() == fromZero.serialised())
    }

    @Test("the size of the batches does not matter, byte for byte, while categories are exact")
    func batches() throws {
        var table = ProfileTables.table(rows: 20_000, seed: 9)
        // Beyond their capacity categories are summarised batch by batch.
        table.columns.removeAll { $0.name == "many" || $0.name == "text" }
        let whole = try ProfileTables.profile(table)
        for size in [1, 777, 4096, 9999] where size > 1 || table.rowCount < 50_000 {
            var profile = TableProfile.zero
            for start in stride(from: 0, to: table.rowCount, by: size) {
                try profile.update(ProfileTables.slice(table, start..<min(table.rowCount, start + size)))
            }
            #expect(profile.serialised() == whole.serialised(), "batches of \(size)")
        }
    }

    @Test("reading does not change a profile, nor does finishing it early")
    func reading() throws {
        let table = ProfileTables.table(rows: 500, seed: 2)
        var profile = try ProfileTables.profile(table)
        let before = profile.serialised()
        _ = profile.column(named: "continuous")?.distribution
        #expect(profile.serialised() == before)
        profile.finish()
        #expect(profile.serialised() == before)
    }

    @Test("figures of a small table")
    func figures() throws {
        var profile = TableProfile(histograms: ["x": try FixedHistogram(edges: [0, 2, 4])])
        try profile.update(ProfileTables.numeric("x", [3, 1, .nan, 2, .infinity, 2, -0.0, 9.5]))
        let column = try #require(profile.column(named: "x"))
        #expect(column.rows == 8 && column.missing == 1 && column.infinite == 1 && column.moments?.count == 6)
        #expect(column.moments?.mean == 17.5 / 6 && column.distinctEstimate == 5 && column.isDistinctExact)
        #expect(column.numbers?.fractional == 1 && !column.isInteger)
        #expect(column.histogram?.counts == [2, 3] && column.histogram?.above == 1)
        let distribution = try #require(column.distribution)
        #expect(distribution.points == [0, 1, 2, 3, 9.5] && distribution.cumulative == [1, 2, 4, 5, 6])
        #expect(distribution.points[0].sign == .plus)
        #expect(column.numbers?.quantiles.quantiles([0, 0.5, 0.51, 1]) == [0, 2, 2, 9.5])
        #expect(column.categoryCounts == nil && profile.column(named: "y") == nil)
    }

    @Test("schemas that differ are refused, and nothing changes")
    func conflicts() throws {
        let base = try ProfileTables.profile(ProfileTables.numeric("x", [1, 2]))
        for other in [
            ProfileTables.numeric("y", [1]), ProfileTables.categories("x", ["a"]), Table(columns: [], rowCount: 3),
        ] {
            var profile = base
            #expect(throws: Failure.self) { try profile.update(other) }
            #expect(profile == base)
            let part = try ProfileTables.profile(other)
            #expect(throws: Failure.self) { try profile.merge(part) }
            #expect(profile == base)
        }
        var two = base
        do throws(Failure) {
            try two.merge(try! ProfileTables.profile(ProfileTables.categories("x", ["a"])))
        } catch {
            #expect(error.code == .conflict && error.message.contains("\"x\" is num in one and cat in the other"))
        }
    }

    @Test("a column without values fits every kind")
    func emptyColumns() throws {
        var profile = try ProfileTables.profile(ProfileTables.numeric("x", [.nan, .nan]))
        try profile.update(ProfileTables.categories("x", ["a", "b"]))
        try profile.merge(ProfileTables.profile(ProfileTables.numeric("x", [.nan])))
        let column = try #require(profile.column(named: "x"))
        #expect(
            column.kind == .cat && column.rows == 5 && column.missing == 3 && column.categoryCounts?.counts.count == 2)
        #expect(try TableProfile(serialised: profile.serialised()) == profile)
        var reversed = try ProfileTables.profile(ProfileTables.numeric("x", [.nan]))
        try reversed.merge(profile)
        #expect(reversed.column(named: "x")?.rows == 6 && reversed.column(named: "x")?.kind == .cat)
    }

    @Test("long values are bounded and still told apart")
    func longValues() throws {
        let long = String(repeating: "\u{E4}", count: 5000)
        let profile = try ProfileTables.profile(ProfileTables.categories("x", [long + "1", long + "2", long + "1"]))
        let counts = try #require(profile.column(named: "x")?.categoryCounts)
        #expect(counts.counts.map(\.1).sorted() == [1, 2] && counts.isExact)
        #expect(counts.counts.allSatisfy { $0.0.utf8.count <= 1024 })
    }

    @Test("text columns keep lengths")
    func lengths() throws {
        let table = ProfileTables.categories("t", ["a", "bb", "d\u{E9}", "eeee"], kind: .text)
        let lengths = try #require(try ProfileTables.profile(table).column(named: "t")?.lengthDistribution)
        #expect(lengths.points == [1, 2, 4] && lengths.cumulative == [1, 3, 4])
    }
}
