package import Core

/// How a data file is read, and the limits it is held to.
package struct ReadOptions: Sendable {
    /// Kinds from `schema.json` or flags; they override inference. Names that the file does not have are ignored.
    package var kinds: [String: ColumnKind] = [:]
    /// Only these columns, or all; names that the file does not have are ignored.
    package var include: [String]?
    /// Columns left out even if included.
    package var exclude: [String] = []
    /// The field delimiter of CSV: one ASCII character. Without it one of `, ; tab |` is chosen by the first records.
    package var delimiter: UInt8?
    /// Further spellings of a missing value beside the empty field, compared with the whole field.
    package var missing: Set<String> = []
    /// The most bytes of (decompressed) input.
    package var maximumBytes = 1 << 40
    package var maximumColumns = 10_000
    package var maximumFieldBytes = 16 << 20
    package var maximumNameBytes = 1 << 10
    /// How many bytes of text are parsed at a time by each thread.
    package var blockBytes = 512 << 10
    /// How many threads parse; `nil` is one for each processor.
    package var threads: Int?
    /// Told the share that has been read, 0 to 1, from any thread but never from two at once.
    package var progress: (@Sendable (Double) -> Void)?

    package init() {}

    /// Whether the column of that name is wanted; names are compared as UTF-8 bytes.
    package func reads(_ name: String) -> Bool {
        func isIt(_ other: String) -> Bool { other.utf8.elementsEqual(name.utf8) }
        return (include?.contains(where: isIt) ?? true) && !exclude.contains(where: isIt)
    }

    /// The kind that was asked for; names are compared as UTF-8 bytes.
    package func kind(of name: String) -> ColumnKind? {
        // Dictionary look-up is by canonical equivalence; only the same bytes are the same column.
        guard let index = kinds.index(forKey: name), kinds[index].key.utf8.elementsEqual(name.utf8) else { return nil }
        return kinds[index].value
    }
}
