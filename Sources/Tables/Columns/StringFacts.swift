import CKernels
import Core

extension StringEvidence {
    /// The kind of a column of strings none of which is a number or a time.
    /// - Parameter distinct: how many of its values are distinct.
    func kind(distinct: Int, values: Int) -> ColumnKind {
        if isBool && values > 0 { return .bool }
        return distinct > 50 && 2 * distinct > values ? .text : .cat
    }
}

/// What decides the kind of a column that is strings by its type: the same as in CSV, except that digits stay strings.
struct StringFacts {
    private var evidence = StringEvidence()
    private var distinct = DistinctEstimate()
    private var values = 0
    private var isTime = true

    /// Takes in further rows.
    mutating func add(_ column: StringColumn) {
        values += column.indices.count { $0 >= 0 }
        for var text in column.dictionary {
            text.withUTF8 { bytes in
                distinct.add(hash: steward_hash(bytes.baseAddress, bytes.count))
                if evidence.isBool { evidence.add(bytes) }
            }
            if isTime { isTime = text.time != nil }
        }
    }

    /// `num` for a column without any value, as in CSV.
    var kind: ColumnKind {
        if values == 0 { return .num }
        return isTime ? .datetime : evidence.kind(distinct: distinct.count, values: values)
    }
}

extension StringColumn {
    /// The column as the kind asked for, or as what its values say.
    /// - Parameter failure: makes the failure for a value (and the row where it is first) that is not of the kind.
    func column(
        _ name: String, asked: ColumnKind?, _ failure: (String, Int) -> Failure
    ) throws(Failure) -> Column {
        var kind = asked
        if kind == nil {
            var facts = StringFacts()
            facts.add(self)
            kind = facts.kind
        }
        switch kind ?? .cat {
        case .num:
            var isInteger = indices.allSatisfy { $0 >= 0 } && !indices.isEmpty
            let numbers = try numbers(failure) { text in
                guard let (number, isWhole) = text.number else { return nil }
                isInteger = isInteger && isWhole
                return number
            }
            return Column(name: name, kind: .num, values: .numbers(NumberColumn(values: numbers, isInteger: isInteger)))
        case .datetime:
            let numbers = try numbers(failure) { $0.time }
            return Column(name: name, kind: .datetime, values: .numbers(NumberColumn(values: numbers)))
        case .bool: return Column(name: name, kind: .bool, values: .strings(try truths(failure)))
        case let kind: return Column(name: name, kind: kind, values: .strings(self))
        }
    }

    private func firstRow(of index: Int) -> Int { indices.firstIndex(of: Int32(index)) ?? 0 }

    private func numbers(
        _ failure: (String, Int) -> Failure, _ number: (String) -> Double?
    ) throws(Failure) -> [Double] {
        var table: [Double] = []
        for (index, text) in dictionary.enumerated() {
            guard let number = number(text) else { throw failure(text, firstRow(of: index)) }
            table.append(number)
        }
        return indices.map { $0 < 0 ? .nan : table[Int($0)] }
    }

    /// Truth values in one spelling, so that True in one file is true in another.
    private func truths(_ failure: (String, Int) -> Failure) throws(Failure) -> StringColumn {
        var words: [String] = []
        var table: [Int32] = []
        for (index, var text) in dictionary.enumerated() {
            guard let truth = text.withUTF8({ StringEvidence.truth($0, isForced: true) }) else {
                throw failure(text, firstRow(of: index))
            }
            let word = truth ? "true" : "false"
            if !words.contains(word) { words.append(word) }
            table.append(words[0] == word ? 0 : 1)
        }
        return StringColumn(indices: indices.map { $0 < 0 ? -1 : table[Int($0)] }, dictionary: words)
    }
}

extension String {
    /// The number that the whole text is, NaN included, and whether it is written as an integer; nil if it is none or
    /// too large for a double.
    fileprivate var number: (Double, Bool)? {
        var value = 0.0
        var flags: UInt32 = 0
        let isNumber = utf8CString.withUnsafeBufferPointer {
            steward_number_parse($0.baseAddress!, $0.count - 1, &value, &flags) != 0
        }
        guard isNumber, flags & UInt32(STEWARD_NUMBER_OUT_OF_RANGE) == 0 else { return nil }
        return (value, flags & UInt32(STEWARD_NUMBER_INTEGER) != 0)
    }

    /// Seconds since 1970-01-01T00:00:00Z if the whole text is an ISO 8601 date or date-time.
    fileprivate var time: Double? {
        var seconds = 0.0
        let isTime = utf8CString.withUnsafeBufferPointer {
            steward_timestamp_parse($0.baseAddress!, $0.count - 1, &seconds) != 0
        }
        return isTime ? seconds : nil
    }
}

extension StringDictionary {
    /// The index of a string, given to it at its first appearance; nil when it is not UTF-8 (or there is no room for
    /// it): the dictionary must not be used any more then.
    func index(of text: UnsafeRawBufferPointer) -> Int32? {
        let known = count
        // A string of no bytes may have no address.
        var none: UInt8 = 0
        return withUnsafePointer(to: &none) { none in
            let bytes = text.baseAddress.map { $0.assumingMemoryBound(to: UInt8.self) } ?? none
            let index = steward_dictionary_add(storage, bytes, text.count, steward_hash(bytes, text.count), 0)
            guard index == known else { return index < 0 ? nil : Int32(truncatingIfNeeded: index) }
            // The check stops at a NUL as well, which typed formats may contain.
            let isText =
                steward_utf8_check(bytes, text.count) == text.count || String(validating: text, as: UTF8.self) != nil
            return isText ? Int32(truncatingIfNeeded: index) : nil
        }
    }

    /// The index of a string, -1 if there is no room for it.
    func index(of text: String) -> Int32 {
        var text = text
        return text.withUTF8 { index(of: UnsafeRawBufferPointer($0)) ?? -1 }
    }
}
