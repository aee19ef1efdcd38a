import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// NannyML's multivariate drift: how badly a principal component analysis of the reference reconstructs each chunk.
enum NannyMLReconstruction {
    static let name = "nannyml.pca_reconstruction_5_chunks"

    static let method = DatasetMethod(
        name: name, title: "PCA reconstruction error per chunk",
        definition: """
            Numeric and categorical columns without infinities, each kind ascending by name. Missing numbers become \
            the reference's mean, missing categories its most frequent one; a category becomes its share of the \
            reference's rows (0 if unknown there); columns are standardised on the reference; as many principal \
            components are kept as explain more than 65 % of the variance. The value is the mean Euclidean length \
            of what they leave over, per row. Alert outside the mean +- 3 population standard deviations of the \
            reference's chunks (no lower limit if it is not positive). 5 chunks unless set otherwise; the name \
            stays the same.
            """,
        source: NannyMLMethods.source
    ) { pairs, settings in
        var result = DatasetResult(method: name)
        do throws(Failure) {
            try fill(&result, pairs, settings)
        } catch {
            result.columns = []
            result.error = error.message
        }
        return result
    }

    /// The share of the variance the kept components must exceed.
    private static let varianceShare = 0.65
    /// The covariance of more columns than this is not decomposed.
    private static let largestColumnCount = 2000

    private static func fill(
        _ result: inout DatasetResult, _ pairs: [ColumnPair], _ settings: MethodSettings
    ) throws(Failure) {
        var columns: [(name: String, reference: [Double], current: [Double])] = []
        let ordered = pairs.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        for pair in ordered where pair.kind == .num {
            guard case .numeric(let x, let y) = pair.values, x.infinite == 0, y.infinite == 0 else { continue }
            columns.append((pair.name, x.rows, y.rows))
            guard x.count > 0 else { throw Failure(.invalid, "column \(pair.name): the reference has no values") }
            let mean = NumPy.mean(x.values)
            columns[columns.count - 1].reference = x.rows.map { $0.isNaN ? mean : $0 }
            columns[columns.count - 1].current = y.rows.map { $0.isNaN ? mean : $0 }
        }
        for pair in ordered where pair.kind == .cat {
            guard case .categorical(_, let x, let y) = pair.values else { continue }
            columns.append(try encoded(pair.name, x, y))
        }
        guard let first = columns.first else {
            throw Failure(.invalid, "no numeric or categorical column without infinite values")
        }
        guard columns.count <= largestColumnCount else {
            throw Failure(.unsupported, "\(columns.count) columns; the limit is \(largestColumnCount)")
        }
        let isRectangular = columns.allSatisfy {
            $0.reference.count == first.reference.count && $0.current.count == first.current.count
        }
        guard isRectangular else { throw Failure(.invalid, "the columns differ in their number of rows") }
        let referenceChunks = try Chunks.ranges(rows: first.reference.count, count: settings.chunks)
        let currentChunks = try Chunks.ranges(rows: first.current.count, count: settings.chunks)
        let analysis = try PrincipalComponents(columns.map(\.reference), varianceShare: varianceShare)
        let baseline = means(analysis.errors(columns.map(\.reference)), referenceChunks)
        let values = means(analysis.errors(columns.map(\.current)), currentChunks)
        let limits = Chunks.limits(baseline)
        let lower = limits.lower <= 0 ? -Double.infinity : limits.lower
        result.columns = columns.map(\.name)
        result.values = values
        result.alerts = values.map { !(lower < $0 && $0 < limits.upper) }
        result.threshold = limits.upper
        result.figures = [
            .init("components", Double(analysis.count)), .init("lower_threshold", lower),
            .init("upper_threshold", limits.upper),
        ]
    }

    /// Missing values become the reference's most frequent category (the first in ascending order of several), and
    /// every category its share of the reference's rows.
    private static func encoded(
        _ name: String, _ x: StringColumn, _ y: StringColumn
    ) throws(Failure) -> (name: String, reference: [Double], current: [Double]) {
        let codes = CommonCodes(x, y)
        var counts = NannyMLCategorical.Counts(codes.reference.lazy.filter { $0 >= 0 }, size: codes.size).counts
        guard let most = counts.max(), most > 0, let mode = counts.firstIndex(of: most) else {
            throw Failure(.invalid, "column \(name): the reference has no values")
        }
        counts[mode] += codes.reference.count { $0 < 0 }
        let shares = counts.map { Double($0) / Double(codes.reference.count) }
        func encode(_ rows: [Int]) -> [Double] { rows.map { shares[$0 < 0 ? mode : $0] } }
        return (name, encode(codes.reference), encode(codes.current))
    }

    private static func means(_ errors: [Double], _ chunks: [Range<Int>]) -> [Double] {
        chunks.map { NumPy.mean(Array(errors[$0])) }
    }
}

/// Standardisation and principal components of a table, fitted on one side.
struct PrincipalComponents {
    /// Per column: a value becomes (value - mean) / scale - rest. The three steps stay apart, as in scikit-learn:
    /// with a large mean its rounding error is what `rest` holds.
    private let standards: [(mean: Double, scale: Double, rest: Double)]
    /// Row-major, one row per kept component.
    private let components: [Double]
    /// Kept components.
    let count: Int

    /// - Parameters:
    ///   - columns: of equal, positive length; finite.
    ///   - varianceShare: components are kept until their share of the variance exceeds it.
    init(_ columns: [[Double]], varianceShare: Double) throws(Failure) {
        let rows = columns[0].count
        var standards: [(mean: Double, scale: Double, rest: Double)] = []
        var standard: [[Double]] = []
        for column in columns {
            let (mean, scale) = Self.standard(of: column)
            let scaled = column.map { ($0 - mean) / scale }
            let rest = NumPy.mean(scaled)
            standards.append((mean, scale, rest))
            standard.append(scaled.map { $0 - rest })
        }
        self.standards = standards
        let size = columns.count
        var covariance = Array(repeating: 0.0, count: size * size)
        for i in 0..<size {
            for j in 0...i {
                let product = Self.product(standard[i], standard[j]) / Double(max(rows - 1, 1))
                covariance[i * size + j] = product
                covariance[j * size + i] = product
            }
        }
        guard let eigen = SymmetricEigen(matrix: covariance, order: size) else {
            throw Failure(.invalid, "the covariance of the columns has no finite decomposition")
        }
        let variances = eigen.values.prefix(rows).map { max($0, 0) }
        let total = variances.reduce(0, +)
        var (kept, explained) = (0, 0.0)
        for variance in variances where total > 0 && explained <= varianceShare {
            explained += variance / total
            kept += 1
        }
        // Without any variance there is nothing to keep and nothing left over.
        count = max(kept, 1)
        components = Array(eigen.vectors.prefix(count * size))
    }

    /// Mean and population standard deviation by the corrected two-pass algorithm; 1 for a column that varies by no
    /// more than rounding, as in scikit-learn.
    private static func standard(of column: [Double]) -> (mean: Double, scale: Double) {
        let count = Double(column.count)
        let mean = NumPy.mean(column)
        let deviations = column.map { $0 - mean }
        let correction = NumPy.sum(deviations)
        let variance = (NumPy.sum(deviations.map { $0 * $0 }) - correction * correction / count) / count
        let offset = count * mean * Double.ulpOfOne
        let noise = count * Double.ulpOfOne * variance + offset * offset
        return (mean, variance <= noise ? 1 : variance.squareRoot())
    }

    private static func product(_ x: [Double], _ y: [Double]) -> Double {
        x.withUnsafeBufferPointer { x in
            y.withUnsafeBufferPointer { y in
                var lanes = (0.0, 0.0, 0.0, 0.0)
                var index = 0
                while index &+ 4 <= x.count {
                    lanes.0 += x[index] * y[index]
                    lanes.1 += x[index &+ 1] * y[index &+ 1]
                    lanes.2 += x[index &+ 2] * y[index &+ 2]
                    lanes.3 += x[index &+ 3] * y[index &+ 3]
                    index &+= 4
                }
                while index < x.count {
                    lanes.0 += x[index] * y[index]
                    index &+= 1
                }
                return (lanes.0 + lanes.1) + (lanes.2 + lanes.3)
            }
        }
    }

    /// The Euclidean length, per row, of what the kept components do not reconstruct.
    func errors(_ columns: [[Double]]) -> [Double] {
        let size = columns.count
        var row = Array(repeating: 0.0, count: size)
        return columns[0].indices.map { index in
            for column in 0..<size {
                let (mean, scale, shift) = standards[column]
                row[column] = (columns[column][index] - mean) / scale - shift
            }
            var rest = row
            for component in 0..<count {
                let start = component * size
                var score = 0.0
                for column in 0..<size { score += row[column] * components[start + column] }
                for column in 0..<size { rest[column] -= score * components[start + column] }
            }
            return NumPy.sum(rest.map { $0 * $0 }).squareRoot()
        }
    }
}
