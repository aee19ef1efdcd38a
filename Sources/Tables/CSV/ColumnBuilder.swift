import CKernels
import Core

/// The rows of one column, collected block by block.
final class ColumnBuilder {
    private(set) var numbers: [Double] = []
    private(set) var codes: [Int32] = []
    let dictionary = StringDictionary()
    /// From the codes of the block at hand to those of `dictionary`; -2 is not known yet.
    private var map: [Int32] = []
    private var isText = false

    var count: Int { isText ? codes.count : numbers.count }

    /// Room for about that many rows, taken up as they come.
    func reserve(_ rows: Int) {
        // A little more, so that a low estimate does not copy the column; memory that is not used is not taken.
        let room = rows + rows / 32 + 1024
        if isText {
            codes.reserveCapacity(room)
            codes.withUnsafeMutableBytes { LargePages.advise($0.baseAddress, rows * 4) }
        } else {
            numbers.reserveCapacity(room)
            numbers.withUnsafeMutableBytes { LargePages.advise($0.baseAddress, rows * 8) }
        }
    }

    /// To be called once for each block of a text column, before its rows are appended.
    func beginBlock(_ column: UnsafeMutablePointer<steward_csv_column>) {
        map.removeAll(keepingCapacity: true)
        map.append(contentsOf: repeatElement(-2, count: column.pointee.dictionary.count))
    }

    func append(numbers column: UnsafeMutablePointer<steward_csv_column>, _ rows: Range<Int>) {
        numbers.append(
            contentsOf: UnsafeBufferPointer(start: column.pointee.numbers + rows.lowerBound, count: rows.count))
    }

    /// - Throws: `.exhausted` with more than 2^31 - 1 distinct strings or no memory for them.
    func append(strings column: UnsafeMutablePointer<steward_csv_column>, _ rows: Range<Int>) throws(Failure) {
        if !isText { becomeText() }
        let codesOfBlock = column.pointee.codes + rows.lowerBound
        let done = map.withUnsafeMutableBufferPointer { map in
            // In place: these rows are not looked at again.
            var spare: Int32 = 0
            return withUnsafeMutablePointer(to: &spare) { spare in
                steward_dictionary_translate(
                    dictionary.storage, &column.pointee.dictionary, map.baseAddress ?? spare, codesOfBlock, rows.count,
                    codesOfBlock)
            }
        }
        guard done != 0 else {
            throw Failure(
                .exhausted, "too many distinct strings for the memory", hint: "Leave out columns with long text.")
        }
        codes.append(contentsOf: UnsafeBufferPointer(start: codesOfBlock, count: rows.count))
    }

    /// A column that only had missing values so far turns out to be text.
    private func becomeText() {
        isText = true
        codes.reserveCapacity(numbers.capacity)
        codes.append(contentsOf: repeatElement(-1, count: numbers.count))
        numbers = []
    }

    /// Empty again, with the same memory; in the middle of a block, whose strings have to be looked up anew.
    func clear() {
        numbers.removeAll(keepingCapacity: true)
        codes.removeAll(keepingCapacity: true)
        dictionary.clear()
        for index in map.indices { map[index] = -2 }
    }

    /// Empty again, and the memory given back.
    func discard() {
        numbers = []
        codes = []
        isText = false
        dictionary.clear()
    }

    /// The rows as a column of that kind. The builder keeps nothing if `isLast`.
    func finish(_ name: String, _ kind: ColumnKind, integers: Bool, isLast: Bool) -> Column {
        defer { if isLast { discard() } }
        switch kind {
        case .num: return Column(name: name, kind: kind, values: .numbers(.init(values: numbers, isInteger: integers)))
        case .datetime: return Column(name: name, kind: kind, values: .numbers(.init(values: numbers)))
        case .bool: return Column(name: name, kind: kind, values: .strings(truths()))
        case .cat, .text:
            let column = StringColumn(indices: codes, dictionary: dictionary.strings)
            return Column(name: name, kind: kind, values: .strings(column))
        }
    }

    /// Truth values in one spelling, so that True in one file is true in another.
    private func truths() -> StringColumn {
        var words: [String] = []
        let codesOfWords = (0..<dictionary.count).map { index -> Int32 in
            guard let truth = StringEvidence.truth(dictionary.text(index), isForced: true) else { return -1 }
            let word = truth ? "true" : "false"
            if let known = words.firstIndex(of: word) { return Int32(known) }
            words.append(word)
            return Int32(words.count - 1)
        }
        return StringColumn(indices: codes.map { $0 < 0 ? -1 : codesOfWords[Int($0)] }, dictionary: words)
    }
}
