import Core

/// evidently's own copy of the two-sample Cramer-von Mises test: asymptotic as scipy's, exact (both sides at most 20
/// rows) in whatever number type numpy 2.4 picks for its tables.
///
/// The type is the smallest that holds max(lcm(n,m)^2 (n+m), C(n+m, n)). Where the first, an integer, is the larger the
/// type is an unsigned integer and numpy 2.4 refuses to add a signed one: evidently raises. Where the second, a Python
/// float, is larger the tables are float16 or float32, and the p-value carries their rounding. Both are reproduced.
struct EvidentlyCramerVonMises {
    /// Up to this many rows in the larger sample evidently computes exactly.
    static let exactLimit = 20

    static func score(_ sides: EvidentlyNumeric.Sides) throws(Failure) -> EvidentlyScore {
        let (n, m) = (sides.reference.count, sides.current.count)
        guard n > 1, m > 1 else { throw Failure(.invalid, "x and y must contain at least two observations.") }
        guard max(n, m) <= exactLimit else {
            let answer = try CramerVonMises.test(
                sides.reference.sorted, sides.current.sorted, calculation: .asymptotic)
            return EvidentlyScore(statistic: answer.statistic, score: answer.pValue)
        }
        let u = rankSum(sides.reference.sorted.values, sides.current.sorted.values)
        let (product, total) = (Double(n * m), Double(n + m))
        let statistic = u / (product * total) - (4 * product - 1) / (6 * total)
        return EvidentlyScore(statistic: statistic, score: try exactPValue(u, n, m))
    }

    /// n sum (r_i - i)^2 + m sum (s_j - j)^2 over the pooled midranks r, s of both sides.
    private static func rankSum(_ x: [Double], _ y: [Double]) -> Double {
        func squares(_ values: [Double], _ others: [Double]) -> Double {
            var sum = 0.0
            for (index, value) in values.enumerated() {
                let below = values.count { $0 < value } + others.count { $0 < value }
                let equal = values.count { $0 == value } + others.count { $0 == value }
                let difference = Double(below) + Double(equal + 1) / 2 - Double(index + 1)
                sum += difference * difference
            }
            return sum
        }
        return Double(x.count) * squares(x, y) + Double(y.count) * squares(y, x)
    }

    private static func exactPValue(_ u: Double, _ m: Int, _ n: Int) throws(Failure) -> Double {
        let common = leastCommonMultiple(m, n)
        let bound = common * common * (m + n)
        let combinations = (1...max(1, n)).reduce(1.0) { ($0 * Double(m + $1) / Double($1)).rounded() }
        guard combinations > Double(bound) else {
            let type = bound <= 255 ? "uint8" : bound <= 65535 ? "uint16" : "uint32"
            throw Failure(
                .unsupported,
                """
                Cannot cast ufunc 'add' output from dtype('int64') to dtype('\(type)') with casting rule 'same_kind' \
                (evidently 0.7.23 fails on numpy 2.4 for samples of these sizes)
                """)
        }
        let mn = Double(m * n)
        let zeta = (Double(common * common * (m + n)) * (6 * u - mn * (4 * mn - 1)) / (6 * mn * mn)).rounded(.down)
        // numpy.min_scalar_type: float16 below 65000, else float32.
        let numbers: TableNumber = combinations < 65000 ? .half : .single
        let table = frequencies(m: m, n: n, step: (common / m, common / n), numbers: numbers)
        let tail = zip(table.values, table.counts).filter { $0.0 >= zeta }.map { Float($0.1) }
        return numbers.quotient(numbers.sum(tail), combinations)
    }

    /// Distinct values of the statistic with the number of orderings that give them, in numpy's order.
    private struct Table {
        var values: [Double] = []
        var counts: [Double] = []
    }

    /// The lattice recursion of Xiao, Gordon and Yakovlev (2006), algorithm 1.
    private static func frequencies(m: Int, n: Int, step: (Int, Int), numbers: TableNumber) -> Table {
        var row = [Table(values: [0], counts: [1])] + Array(repeating: Table(), count: m)
        for u in 0...n {
            var running = Table()
            for v in row.indices {
                running = merged(running, row[v], numbers)
                let distance = step.0 * v - step.1 * u
                let added = Double(distance * distance)
                for index in running.values.indices {
                    running.values[index] = numbers.rounded(running.values[index] + added)
                }
                row[v] = running
            }
        }
        return row[m]
    }

    /// Common values first, ascending, their counts added; then the rest of each side in its order.
    private static func merged(_ x: Table, _ y: Table, _ numbers: TableNumber) -> Table {
        var firstX: [Double: Int] = [:]
        var firstY: [Double: Int] = [:]
        for (index, value) in x.values.enumerated() where firstX[value] == nil { firstX[value] = index }
        for (index, value) in y.values.enumerated() where firstY[value] == nil { firstY[value] = index }
        var result = Table()
        var (takenX, takenY) = (Set<Int>(), Set<Int>())
        for value in firstX.keys.filter({ firstY[$0] != nil }).sorted() {
            guard let i = firstX[value], let j = firstY[value] else { continue }
            result.values.append(value)
            result.counts.append(numbers.rounded(x.counts[i] + y.counts[j]))
            takenX.insert(i)
            takenY.insert(j)
        }
        for index in x.values.indices where !takenX.contains(index) {
            result.values.append(x.values[index])
            result.counts.append(x.counts[index])
        }
        for index in y.values.indices where !takenY.contains(index) {
            result.values.append(y.values[index])
            result.counts.append(y.counts[index])
        }
        return result
    }

    private static func leastCommonMultiple(_ x: Int, _ y: Int) -> Int {
        var (a, b) = (x, y)
        while b != 0 { (a, b) = (b, a % b) }
        return x / a * y
    }
}

/// The rounding of numpy's float16 and float32 on non-negative numbers.
private enum TableNumber {
    case half, single

    func rounded(_ value: Double) -> Double {
        switch self {
        case .single: return Double(Float(value))
        case .half:
            guard value > 0 else { return 0 }
            // 11 significant bits; below 2^-14 the step stays 2^-24.
            let step = max(-24, value.exponent >= -14 ? Int(value.exponent) - 10 : -24)
            let unit = Double(sign: .plus, exponent: step, significand: 1)
            let result = (value / unit).rounded(.toNearestOrEven) * unit
            return result > 65504 ? .infinity : result
        }
    }

    /// numpy's pairwise sum, in float32 for both types.
    func sum(_ values: [Float]) -> Float {
        let total = values.withUnsafeBufferPointer { Self.pairwise($0[...]) }
        return self == .single ? total : Float(rounded(Double(total)))
    }

    private static func pairwise(_ values: Slice<UnsafeBufferPointer<Float>>) -> Float {
        let (start, count) = (values.startIndex, values.count)
        if count < 8 { return values.reduce(0, +) }
        if count > 128 {
            var half = count / 2
            half -= half % 8
            return pairwise(values[start..<(start + half)]) + pairwise(values[(start + half)...])
        }
        var lanes = Array(values[start..<(start + 8)])
        let whole = count - count % 8
        for block in stride(from: 8, to: whole, by: 8) {
            for lane in 0..<8 { lanes[lane] += values[start + block + lane] }
        }
        var total = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
        for index in whole..<count { total += values[start + index] }
        return total
    }

    func quotient(_ sum: Float, _ combinations: Double) -> Double {
        switch self {
        case .single: Double(sum / Float(combinations))
        case .half: rounded(Double(sum / Float(rounded(combinations))))
        }
    }
}
