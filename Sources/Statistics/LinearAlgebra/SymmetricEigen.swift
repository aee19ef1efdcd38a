#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Eigenvalues and eigenvectors of a real symmetric matrix: Householder reduction to tridiagonal form, then QL with
/// implicit shifts (Golub and Van Loan, Matrix Computations, section 8.3). O(order^3) time, O(order^2) memory.
package struct SymmetricEigen: Sendable {
    /// Descending.
    package let values: [Double]
    /// Row-major: row `i` is the eigenvector of `values[i]`, of length 1, its sign arbitrary.
    package let vectors: [Double]
    package let order: Int

    /// - Parameters:
    ///   - matrix: row-major, `order` x `order`, symmetric, finite.
    /// - Returns: nil if an element is not finite or the iteration does not converge.
    package init?(matrix: [Double], order: Int) {
        guard order >= 0, matrix.count == order * order, matrix.allSatisfy(\.isFinite) else { return nil }
        self.order = order
        var tridiagonal = Tridiagonal(matrix: matrix, order: order)
        guard tridiagonal.diagonalise() else { return nil }
        let ranking = (0..<order).sorted { tridiagonal.diagonal[$0] > tridiagonal.diagonal[$1] }
        values = ranking.map { tridiagonal.diagonal[$0] }
        var ordered: [Double] = []
        ordered.reserveCapacity(order * order)
        for row in ranking { ordered += tridiagonal.basis[(row * order)..<((row + 1) * order)] }
        vectors = ordered
    }

    /// The row-major eigenvector of `values[index]`.
    package func vector(_ index: Int) -> ArraySlice<Double> { vectors[(index * order)..<((index + 1) * order)] }
}

/// A = B' T B with T tridiagonal and the rows of B orthonormal.
private struct Tridiagonal {
    let order: Int
    var diagonal: [Double]
    /// `offDiagonal[i]` couples i and i + 1; the last element stays 0.
    var offDiagonal: [Double]
    /// Row-major.
    var basis: [Double]

    init(matrix: [Double], order: Int) {
        self.order = order
        diagonal = Array(repeating: 0, count: order)
        offDiagonal = Array(repeating: 0, count: order)
        basis = Array(repeating: 0, count: order * order)
        for index in 0..<order { basis[index * order + index] = 1 }
        var work = matrix
        var reflectors: [(vector: [Double], scale: Double)] = []
        for column in 0..<max(0, order - 2) {
            reflectors.append(Self.reflect(&work, column: column, order: order, offDiagonal: &offDiagonal))
        }
        for index in 0..<order { diagonal[index] = work[index * order + index] }
        if order > 1 { offDiagonal[order - 2] = work[(order - 1) * order + order - 2] }
        for (column, reflector) in reflectors.enumerated().reversed() where reflector.scale != 0 {
            for row in 0..<order {
                let start = row * order + column + 1
                var product = 0.0
                for index in reflector.vector.indices { product += basis[start + index] * reflector.vector[index] }
                product *= reflector.scale
                for index in reflector.vector.indices { basis[start + index] -= product * reflector.vector[index] }
            }
        }
    }

    /// Reflects row and column `column` so that only the element beside the diagonal remains; the trailing block of
    /// `work` becomes H A H. Returns v and 2 / (v'v) of H = I - scale v v'; scale 0 where nothing was to be done.
    private static func reflect(
        _ work: inout [Double], column: Int, order: Int, offDiagonal: inout [Double]
    ) -> (vector: [Double], scale: Double) {
        let size = order - column - 1
        var vector = (0..<size).map { work[(column + 1 + $0) * order + column] }
        let largest = vector.reduce(0) { max($0, abs($1)) }
        guard largest > 0, vector.dropFirst().contains(where: { $0 != 0 }) else {
            offDiagonal[column] = vector[0]
            return (vector, 0)
        }
        let norm = largest * vector.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
        let target = vector[0] > 0 ? -norm : norm
        offDiagonal[column] = target
        vector[0] -= target
        let longest = vector.reduce(0) { max($0, abs($1)) }
        for index in vector.indices { vector[index] /= longest }
        let scale = 2 / vector.reduce(0) { $0 + $1 * $1 }
        var product = Array(repeating: 0.0, count: size)
        for row in 0..<size {
            let start = (column + 1 + row) * order + column + 1
            var sum = 0.0
            for index in 0..<size { sum += work[start + index] * vector[index] }
            product[row] = scale * sum
        }
        var half = 0.0
        for index in 0..<size { half += product[index] * vector[index] }
        half *= scale / 2
        for index in 0..<size { product[index] -= half * vector[index] }
        for row in 0..<size {
            let start = (column + 1 + row) * order + column + 1
            for index in 0..<size {
                work[start + index] -= vector[row] * product[index] + product[row] * vector[index]
            }
        }
        return (vector, scale)
    }

    /// Leaves the eigenvalues on the diagonal and the eigenvectors in the rows of the basis.
    mutating func diagonalise() -> Bool {
        for first in 0..<order {
            var rounds = 0
            while true {
                var last = first
                while last < order - 1 {
                    let scale = abs(diagonal[last]) + abs(diagonal[last + 1])
                    if abs(offDiagonal[last]) <= Double.ulpOfOne * scale { break }
                    last += 1
                }
                if last == first { break }
                rounds += 1
                if rounds > 100 { return false }
                chase(from: first, to: last)
            }
        }
        return diagonal.allSatisfy(\.isFinite)
    }

    /// One implicit QL step with Wilkinson's shift on the unreduced block `first...last`.
    private mutating func chase(from first: Int, to last: Int) {
        var shift = (diagonal[first + 1] - diagonal[first]) / (2 * offDiagonal[first])
        let radius = hypot(shift, 1)
        shift = diagonal[last] - diagonal[first] + offDiagonal[first] / (shift + (shift < 0 ? -radius : radius))
        var (sine, cosine, carried) = (1.0, 1.0, 0.0)
        for index in stride(from: last - 1, through: first, by: -1) {
            let bulge = sine * offDiagonal[index]
            let beside = cosine * offDiagonal[index]
            let length = hypot(bulge, shift)
            offDiagonal[index + 1] = length
            if length == 0 {
                diagonal[index + 1] -= carried
                offDiagonal[last] = 0
                return
            }
            sine = bulge / length
            cosine = shift / length
            let corner = diagonal[index + 1] - carried
            let turned = (diagonal[index] - corner) * sine + 2 * cosine * beside
            carried = sine * turned
            diagonal[index + 1] = corner + carried
            shift = cosine * turned - beside
            rotate(index, sine: sine, cosine: cosine)
        }
        diagonal[first] -= carried
        offDiagonal[first] = shift
        offDiagonal[last] = 0
    }

    private mutating func rotate(_ row: Int, sine: Double, cosine: Double) {
        let upper = row * order
        let lower = upper + order
        for column in 0..<order {
            let (a, b) = (basis[upper + column], basis[lower + column])
            basis[lower + column] = sine * a + cosine * b
            basis[upper + column] = cosine * a - sine * b
        }
    }
}
