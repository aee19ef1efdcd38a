package import Core

extension Evidence {
    /// Rows per side that a text comparison looks at; more are sampled evenly.
    static let textRows = 50_000

    /// Compares free text by three plain things, row by row: how long it is, which kinds of characters it holds, and
    /// how many rows hold a word that one half of the reference never used (against the same share in the other half).
    ///
    /// It does not understand language. The strongest of the three is reported, its p-value multiplied by their number.
    /// - Throws: `Failure(.invalid)` when a side has no text.
    package static func text(
        reference: StringColumn, current: StringColumn, settings: VerdictSettings
    ) throws(Failure) -> ColumnEvidence {
        let a = TextRows(reference)
        let b = TextRows(current)
        guard !a.rows.isEmpty, !b.rows.isEmpty else {
            throw Failure(.invalid, "a side has no text", hint: "compare columns that hold at least one value")
        }
        var members: [ColumnEvidence] = []
        var length = try numeric(reference: a.lengths, current: b.lengths, settings: settings)
        length.effect = "length"
        length.change = "the number of characters \(length.change)"
        members.append(length)
        var kinds = shares(reference: a.kindCounts, current: b.kindCounts, settings: settings)
        kinds.effect = "characters"
        kinds.change = "\(Wording.percent(kinds.corrected)) of the rows changed the kinds of characters they hold"
        members.append(kinds)
        if a.rows.count >= 4 {
            let (known, held) = a.halves(seed: settings.seed)
            let before = a.rowsWithNewWords(held, vocabulary: known)
            let all = Array(b.rows.indices)
            let after = b.rowsWithNewWords(all, vocabulary: known)
            var words = shares(
                reference: [held.count - before, before], current: [all.count - after, after], settings: settings)
            words.effect = "new_words"
            let from = Wording.percent(Double(before) / Double(held.count))
            let to = Wording.percent(Double(after) / Double(all.count))
            words.change = "rows with words new to the reference went from \(from) to \(to)"
            members.append(words)
        }
        let family = Double(members.count)
        // Among significant ones the effect counts, otherwise the p-value.
        func rank(_ e: ColumnEvidence) -> (Double, Double) {
            let size = e.corrected / e.threshold
            return e.pValue * family <= settings.alpha ? (1 + size, -e.pValue) : (0, -e.pValue)
        }
        var strongest = members[0]
        for member in members.dropFirst() where rank(member) > rank(strongest) { strongest = member }
        strongest.pValue = min(1, strongest.pValue * family)
        return strongest
    }
}

/// The rows of one side that have a text, and what is counted about them.
private struct TextRows {
    let rows: [Int32]
    private let dictionary: [String]
    private let scalarCounts: [Int: Double]
    private let kinds: [Int: Int]

    init(_ column: StringColumn) {
        let present = column.indices.filter { $0 >= 0 && Int($0) < column.dictionary.count }
        let step = max(1, (present.count + Evidence.textRows - 1) / Evidence.textRows)
        rows = stride(from: 0, to: present.count, by: step).map { present[$0] }
        dictionary = column.dictionary
        var scalarCounts: [Int: Double] = [:]
        var kinds: [Int: Int] = [:]
        for row in rows where scalarCounts[Int(row)] == nil {
            let (count, kind) = Self.look(at: column.dictionary[Int(row)])
            scalarCounts[Int(row)] = Double(count)
            kinds[Int(row)] = kind
        }
        self.scalarCounts = scalarCounts
        self.kinds = kinds
    }

    /// Number of Unicode scalars, and which of letters, digits, spaces, other ASCII and non-ASCII occur, as a bit set.
    private static func look(at text: String) -> (count: Int, kind: Int) {
        var count = 0
        var kind = 0
        for scalar in text.unicodeScalars {
            count += 1
            switch scalar.value {
            case 65...90, 97...122: kind |= 1
            case 48...57: kind |= 2
            case 9, 10, 13, 32: kind |= 4
            case 0..<128: kind |= 8
            default: kind |= 16
            }
        }
        return (count, kind)
    }

    var lengths: EmpiricalDistribution {
        EmpiricalDistribution(SortedSample(ascending: rows.map { scalarCounts[Int($0)] ?? 0 }.sorted()))
    }

    /// Rows per combination of character kinds, 32 of them.
    var kindCounts: [Int] {
        var counts = [Int](repeating: 0, count: 32)
        for row in rows { counts[kinds[Int(row)] ?? 0] += 1 }
        return counts
    }

    /// The words of a random half of the rows, and the positions of the others.
    func halves(seed: UInt64) -> (known: Set<String>, held: [Int]) {
        var digest = Digest(seed: seed)
        digest.add(rows.count)
        var random = SeededRandom(seed: digest.value)
        var order = Array(rows.indices)
        order.shuffle(using: &random)
        let middle = order.count / 2
        var known: Set<String> = []
        var seen: Set<Int32> = []
        for position in order[..<middle] where seen.insert(rows[position]).inserted {
            Self.words(dictionary[Int(rows[position])]) { known.insert($0) }
        }
        return (known, Array(order[middle...]))
    }

    func rowsWithNewWords(_ positions: [Int], vocabulary: Set<String>) -> Int {
        var verdicts: [Int32: Bool] = [:]
        var count = 0
        for position in positions {
            let row = rows[position]
            let isNew: Bool
            if let known = verdicts[row] {
                isNew = known
            } else {
                var found = false
                Self.words(dictionary[Int(row)]) { found = found || !vocabulary.contains($0) }
                isNew = found
                verdicts[row] = found
            }
            count += isNew ? 1 : 0
        }
        return count
    }

    /// Runs of ASCII letters and digits and of non-ASCII scalars, ASCII letters in lower case.
    private static func words(_ text: String, _ body: (String) -> Void) {
        var word = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 65...90: word.append(Unicode.Scalar(UInt8(scalar.value + 32)))
            case 97...122, 48...57, 128...: word.append(scalar)
            default:
                if !word.isEmpty { body(String(word)) }
                word = String.UnicodeScalarView()
            }
        }
        if !word.isEmpty { body(String(word)) }
    }
}
