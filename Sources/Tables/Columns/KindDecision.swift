import Core

/// What a first pass over a file in batches learns, so that every batch of the second has the same kinds.
struct KindDecision {
    private let options: ReadOptions
    /// For each column of strings whose kind was not asked for: its distinct values, up to a bound, and how many values.
    private var seen: [[UInt8]: (distinct: DistinctStrings, values: Int)] = [:]

    /// A column with more distinct strings than this is text, whatever the others are.
    private static let maximumDistinct = 1 << 20

    init(_ options: ReadOptions) { self.options = options }

    /// Takes in a batch.
    mutating func observe(_ builders: [ColumnBuilder]) throws(Failure) {
        for builder in builders where builder.nature == .string && options.kind(of: builder.name) == nil {
            let column = builder.strings(missing: options.missing)
            var entry = seen.removeValue(forKey: Array(builder.name.utf8)) ?? (DistinctStrings(), 0)
            entry.values += column.indices.reduce(0) { $1 < 0 ? $0 : $0 + 1 }
            for text in column.dictionary where entry.distinct.count <= Self.maximumDistinct {
                _ = entry.distinct.index(of: text)
            }
            seen[Array(builder.name.utf8)] = entry
        }
    }

    /// The options with the kind of every column set.
    func options(for builders: [ColumnBuilder], source: String) throws(Failure) -> ReadOptions {
        var options = options
        for builder in builders where options.kind(of: builder.name) == nil {
            if let natural = builder.natural {
                options.kinds[builder.name] = natural
            } else if let (distinct, values) = seen[Array(builder.name.utf8)] {
                options.kinds[builder.name] = StringKind.decide(distinct.strings(), values: values)
            } else {
                options.kinds[builder.name] = .num
            }
        }
        return options
    }
}
