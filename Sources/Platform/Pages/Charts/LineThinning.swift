/// A point of a series.
package struct ChartPoint: Sendable, Equatable {
    package let x: Double
    package let y: Double

    package init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }
}

/// Fewer points that draw the same line: of those that share a column of the picture the first, the lowest, the highest
/// and the last one are kept, so that no peak and no trough is lost. (Jugel et al., "M4: a visualization-oriented time
/// series data aggregation", VLDB 2014: with a column per pixel the picture is the same.)
package struct LineThinning {
    /// Parts of the line between gaps, none of them empty. Positions in the picture.
    package private(set) var parts: [[ChartPoint]] = []
    /// Where values were not finite or had no place on the axis, at most one per column.
    package private(set) var gaps: [Double] = []

    private var part: [ChartPoint] = []
    private var column: Column?
    private let columnWidth: Double

    private struct Column {
        let number: Int
        var first: ChartPoint?
        var lowest = ChartPoint(0, 0)
        var highest = ChartPoint(0, 0)
        var last = ChartPoint(0, 0)
        var lowestComesFirst = true
        /// Whether a value that is none stands before the first point, or after the last.
        var beginsWithGap = false
        var endsWithGap = false
        var gap: Double?

        mutating func add(_ point: ChartPoint) {
            endsWithGap = false
            guard first != nil else {
                (first, lowest, highest, last) = (point, point, point, point)
                return
            }
            // Upwards is towards smaller positions, but the order of the two is all that matters here.
            if point.y < lowest.y {
                lowest = point
                lowestComesFirst = false
            }
            if point.y > highest.y {
                highest = point
                lowestComesFirst = true
            }
            last = point
        }

        mutating func addGap(_ x: Double) {
            if first == nil { beginsWithGap = true }
            endsWithGap = true
            gap = gap ?? x
        }

        var points: [ChartPoint] {
            guard let first else { return [] }
            let middle = lowestComesFirst ? [lowest, highest] : [highest, lowest]
            var points = [first]
            for point in middle + [last] where point != points[points.count - 1] { points.append(point) }
            return points
        }
    }

    /// - Parameters:
    ///   - points: positions in the picture, ordered by x; y is nil where there is a gap.
    ///   - columnWidth: in the units of the positions.
    package init(_ points: some Sequence<(x: Double, y: Double?)>, columnWidth: Double) {
        self.columnWidth = columnWidth
        for (x, y) in points {
            let number = Int((x / columnWidth).rounded(.down))
            if column?.number != number {
                finishColumn()
                column = Column(number: number)
            }
            if let y { column?.add(ChartPoint(x, y)) } else { column?.addGap(x) }
        }
        finishColumn()
        finishPart()
    }

    private mutating func finishColumn() {
        guard let column else { return }
        if column.beginsWithGap { finishPart() }
        part += column.points
        if column.endsWithGap { finishPart() }
        if let gap = column.gap { gaps.append(gap) }
    }

    private mutating func finishPart() {
        if !part.isEmpty { parts.append(part) }
        part = []
    }

    // MARK: paths

    /// The parts of more than one point as a path, relative: two thirds of the bytes of absolute coordinates. Positions
    /// are rounded to tenths before their differences are taken, so that no error adds up.
    package var path: String {
        var bytes: [UInt8] = []
        for part in parts where part.count > 1 {
            var (x, y) = Self.tenths(part[0])
            bytes.append(UInt8(ascii: "M"))
            Self.append(x, y, to: &bytes)
            bytes.append(UInt8(ascii: "l"))
            var isFirst = true
            for point in part.dropFirst() {
                let next = Self.tenths(point)
                if next == (x, y) { continue }
                if !isFirst, next.0 - x >= 0 { bytes.append(UInt8(ascii: " ")) }
                Self.append(next.0 - x, next.1 - y, to: &bytes)
                (x, y) = next
                isFirst = false
            }
            // A part within a tenth is still a line, if one of no length.
            if isFirst { bytes += Array("0 0".utf8) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Points that stand alone between gaps.
    package var lonely: [ChartPoint] { parts.filter { $0.count == 1 }.map { $0[0] } }

    private static func tenths(_ point: ChartPoint) -> (Int, Int) {
        (Int((point.x * 10).rounded()), Int((point.y * 10).rounded()))
    }

    private static func append(_ x: Int, _ y: Int, to bytes: inout [UInt8]) {
        append(x, to: &bytes)
        if y >= 0 { bytes.append(UInt8(ascii: " ")) }
        append(y, to: &bytes)
    }

    /// Tenths as a number of SVG: `-3`, `12.5`, `.5`.
    private static func append(_ tenths: Int, to bytes: inout [UInt8]) {
        let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
        if tenths < 0 { bytes.append(UInt8(ascii: "-")) }
        if whole > 0 || rest == 0 { bytes += Array(String(whole).utf8) }
        if rest > 0 { bytes += [UInt8(ascii: "."), UInt8(ascii: "0") + UInt8(rest)] }
    }
}
