import Core

/// Columns of both sides in a few bins per column, one byte per value; reference rows first.
struct BinnedFeatures {
    /// Bins per feature, the last one for missing values.
    static let bins = 32

    var names: [String] = []
    var isCategorical: [Bool] = []
    /// `values[feature][row]`
    var values: [[UInt8]] = []
    let referenceCount: Int
    let rowCount: Int

    /// - Parameters:
    ///   - reference, current: columns of equal names and order; pairs of different kinds are left out.
    ///   - rows: sampled row numbers per side.
    init(reference: [Column], current: [Column], rows: (reference: [Int], current: [Int])) {
        referenceCount = rows.reference.count
        rowCount = rows.reference.count + rows.current.count
        for (a, b) in zip(reference, current) {
            switch (a.values, b.values) {
            case (.numbers(let x), .numbers(let y)):
                let pooled = rows.reference.map { x.values[$0] } + rows.current.map { y.values[$0] }
                add(a.name, Self.quantileBins(pooled), isCategorical: false)
            case (.strings(let x), .strings(let y)):
                add(a.name, Self.frequencyBins(x, y, rows), isCategorical: true)
            default: continue
            }
        }
    }

    private mutating func add(_ name: String, _ bins: [UInt8], isCategorical: Bool) {
        guard let first = bins.first, bins.contains(where: { $0 != first }) else { return }
        names.append(name)
        values.append(bins)
        self.isCategorical.append(isCategorical)
    }

    /// Pooled quantiles as inner borders, so that bins hold about equally many rows; NaN goes to the last bin.
    private static func quantileBins(_ values: [Double]) -> [UInt8] {
        let sorted = values.filter { !$0.isNaN }.sorted()
        var borders: [Double] = []
        for step in 1..<(bins - 1) where !sorted.isEmpty {
            let border = sorted[min(sorted.count - 1, step * sorted.count / (bins - 1))]
            if border > (borders.last ?? sorted[0]) { borders.append(border) }
        }
        // A full tree of 31 borders makes the search a fixed number of steps without a branch.
        let padded = borders + [Double](repeating: .infinity, count: bins - 1 - borders.count)
        return padded.withUnsafeBufferPointer { padded in
            values.map { value in
                if value.isNaN { return UInt8(bins - 1) }
                var bin = 0
                bin &+= padded[bin &+ 15] <= value ? 16 : 0
                bin &+= padded[bin &+ 7] <= value ? 8 : 0
                bin &+= padded[bin &+ 3] <= value ? 4 : 0
                bin &+= padded[bin &+ 1] <= value ? 2 : 0
                bin &+= padded[bin] <= value ? 1 : 0
                return UInt8(min(bin, borders.count))
            }
        }
    }

    /// The 30 categories most frequent over both sides get a bin each, the others share one. Nothing about the sides is
    /// used, so the encoding cannot leak the answer.
    private static func frequencyBins(
        _ a: StringColumn, _ b: StringColumn, _ rows: (reference: [Int], current: [Int])
    ) -> [UInt8] {
        var codes: [String: Int] = [:]
        for (code, text) in a.dictionary.enumerated() { codes[text] = code }
        var next = a.dictionary.count
        let mapped = b.dictionary.map { text in
            if let code = codes[text] { return code }
            codes[text] = next
            next += 1
            return next - 1
        }
        var counts = [Int](repeating: 0, count: next)
        let all =
            rows.reference.map { Int(a.indices[$0]) }
            + rows.current.map { b.indices[$0] < 0 ? -1 : mapped[Int(b.indices[$0])] }
        for code in all where code >= 0 { counts[code] += 1 }
        // Ties go by text: the order of first appearance differs between the sides.
        var texts = [String](repeating: "", count: next)
        for (text, code) in codes { texts[code] = text }
        let order = counts.indices.filter { counts[$0] > 0 }
            .sorted {
                counts[$0] == counts[$1]
                    ? texts[$0].utf8.lexicographicallyPrecedes(texts[$1].utf8) : counts[$0] > counts[$1]
            }
        var bin = [UInt8](repeating: UInt8(bins - 2), count: next)
        for (position, code) in order.prefix(bins - 2).enumerated() { bin[code] = UInt8(position) }
        return all.map { $0 < 0 ? UInt8(bins - 1) : bin[$0] }
    }
}
