import Core

/// What a first pass over a file in batches learns, so that every batch of the second has the same kinds.
struct KindDecision {
    private let options: ReadOptions
    /// For each column of strings whose kind was not asked for.
    private var seen: [[UInt8]: StringFacts] = [:]

    init(_ options: ReadOptions) { self.options = options }

    /// Takes in a batch.
    mutating func observe(_ columns: [ColumnAssembler]) throws(Failure) {
        for column in columns where column.nature == .string && options.kind(of: column.name) == nil {
            let strings = column.strings(missing: options.missing)
            seen[Array(column.name.utf8), default: StringFacts()].add(strings)
        }
    }

    /// The options with the kind of every column set.
    func options(for columns: [ColumnAssembler], source: String) throws(Failure) -> ReadOptions {
        var options = options
        for column in columns where options.kind(of: column.name) == nil {
            if let natural = column.natural {
                options.kinds[column.name] = natural
            } else {
                options.kinds[column.name] = seen[Array(column.name.utf8)]?.kind ?? .num
            }
        }
        return options
    }
}
