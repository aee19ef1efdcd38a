import Core
import Statistics
import Testing

/// Expected values from numpy 2.4.6 on the same linear congruential stream.
@Suite("numpy primitives")
struct SpecialNumPyTests {
    /// Values around 10^9 with a fraction: the order of additions shows in the last digits.
    private static func stream(_ count: Int, _ seed: Int) -> [Double] {
        var z = seed
        return (0..<count).map { _ in
            z = (z * 1_103_515_245 + 12345) % 2_147_483_648
            return 1e9 + Double(z) / 1_048_576
        }
    }

    static let sums: [[Double]] = [
        [5, 5000004987.516102, 1000000997.5032203, 295888.8398542091, 369861.0498177614],
        [7, 7000008177.830106, 1000001168.2614437, 424803.9027529367, 495604.5532117595],
        [8, 8000008588.634785, 1000001073.5793481, 294322.61379356426, 336368.7014783592],
        [100, 100000104700.48343, 1000001047.0048343, 301262.2301217024, 304305.2829512146],
        [128, 128000131288.52618, 1000001025.6916108, 303743.4584737106, 306135.1392490941],
        [129, 129000131029.06967, 1000001015.7292223, 361420.8553947993, 364244.4558275712],
        [1000, 1000001035913.9362, 1000001035.9139361, 330638.09452126274, 330969.0635848476],
        [4099, 4099004138402.037, 1000001009.6125975, 352586.6623990952, 352672.7011161277],
    ]

    @Test("sum, mean and variance to the last bit", arguments: sums)
    func pairwise(_ row: [Double]) {
        let values = Self.stream(Int(row[0]), Int(row[0]))
        #expect(NumPy.sum(values) == row[1])
        #expect(NumPy.mean(values) == row[2])
        #expect(NumPy.variance(values) == row[3])
        #expect(NumPy.variance(values, ddof: 1) == row[4])
    }

    private static let sample = stream(500, 1).map { $0 - 1e9 }

    @Test func histograms() throws {
        let uniform = try NumPy.histogramUniform(Self.sample, 17)
        #expect(uniform.counts == [30, 26, 37, 32, 27, 30, 32, 28, 32, 28, 34, 23, 29, 27, 31, 25, 29])
        #expect(NumPy.histogram(Self.sample, [0, 5.5, 5.5, 100, 1000, 1000, 2000]) == [0, 0, 25, 226, 0, 239])
        #expect(NumPy.histogram([1, 1, 2, 2, 2], [1, 2, 2]) == [2, 3])
        #expect(NumPy.histogram([1, 1, 2, 2, 2], [1, 1, 2]) == [0, 5])
        #expect(NumPy.histogram([1, .nan, 9], [0, 2]) == [1])
        #expect(NumPy.histogram([1], [0]) == [])
    }

    @Test func edges() throws {
        let doane = try NumPy.doaneEdges(Self.sample)
        let expected = [
            11.111170768737793, 194.38842816786334, 377.6656855669889, 560.9429429661144, 744.22020036524,
            927.4974577643655, 1110.774715163491, 1294.0519725626166, 1477.3292299617422, 1660.6064873608677,
            1843.8837447599933, 2027.1610021591187,
        ]
        #expect(doane == expected)
        let whole = Self.sample.map { ($0 / 300).rounded(.down) }
        let fractions = try NumPy.sturgesEdges(Self.sample, isInteger: false)
        let integers = try NumPy.sturgesEdges(whole, isInteger: true)
        let wholeFractions = try NumPy.sturgesEdges(whole, isInteger: false)
        #expect(fractions.count == 11)
        #expect(integers == [0, 1, 2, 3, 4, 5, 6])
        #expect(wholeFractions.count == 11)
        let constant = [
            try NumPy.sturgesEdges([4, 4, 4], isInteger: false), try NumPy.doaneEdges([4, 4, 4]),
            try NumPy.sturgesEdges([], isInteger: false),
        ]
        #expect(constant == [[3.5, 4.5], [3.5, 4.5], [0, 1]])
        #expect(throws: Failure.self) { try NumPy.sturgesEdges([1e16, 1e16 + 2, 1e16], isInteger: false) }
    }

    @Test func percentiles() {
        let sorted = Self.sample.sorted()
        let expected = [
            11.111170768737793, 229.2124573707581, 681.1469219207761, 996.2882995605469, 2011.7036607074738,
            2027.1610021591187,
        ]
        #expect([0, 10, 33.3, 50, 99, 100].map { NumPy.percentile(sorted, $0) } == expected)
        #expect(NumPy.percentile([], 50).isNaN)
        #expect(NumPy.percentile([7], 50) == 7)
    }

    @Test func linspace() {
        #expect(NumPy.linspace(0, 1, 5) == [0, 0.25, 0.5, 0.75, 1])
        #expect(NumPy.linspace(2, 3, 1) == [2])
        #expect(NumPy.linspace(2, 3, 0) == [])
    }
}
