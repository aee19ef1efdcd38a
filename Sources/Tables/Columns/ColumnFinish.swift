import Core

extension ColumnAssembler {
    /// The kind of the values as they are, without what strings may say.
    var natural: ColumnKind? {
        switch nature {
        case .number: .num
        case .instant: .datetime
        case .flag: .bool
        case .string, .unknown: nil
        }
    }

    /// The column as it goes into a table: of the kind asked for or, without that, of the kind its type says; strings
    /// are looked at, as the strings of a CSV file are.
    /// - Throws: `.invalid` naming the column and a row if a value is not of the kind that was asked for.
    func column(_ options: ReadOptions, source: String) throws(Failure) -> Column {
        let asked = options.kind(of: name)
        switch nature {
        case .unknown:
            // Nothing but missing values: what an empty column of a CSV file is.
            return Column(
                name: name, kind: asked ?? .num, values: asked.map { empty($0) } ?? empty(.num))
        case .number, .instant: return try numberColumn(asked ?? natural ?? .num, source)
        case .flag:
            switch asked ?? .bool {
            case .num:
                let values = strings(missing: [])
                let ones = values.dictionary.map { $0 == "true" ? 1.0 : 0.0 }
                let numbers = values.indices.map { $0 < 0 ? Double.nan : ones[Int($0)] }
                return Column(name: name, kind: .num, values: .numbers(whole(numbers)))
            case .datetime: throw notOfKind(.datetime, "true or false", row: 0, source)
            case let kind: return Column(name: name, kind: kind, values: .strings(strings(missing: [])))
            }
        case .string:
            let values = strings(missing: options.missing)
            return try values.column(name, asked: asked) { (text, row) in
                notOfKind(asked ?? .text, excerpt(Array(text.utf8)), row: row, source)
            }
        }
    }

    private func empty(_ kind: ColumnKind) -> ColumnValues {
        switch kind {
        case .num, .datetime: .numbers(NumberColumn(values: Array(repeating: .nan, count: count)))
        case .cat, .text, .bool: .strings(StringColumn(indices: Array(repeating: -1, count: count), dictionary: []))
        }
    }

    private func whole(_ numbers: [Double]) -> NumberColumn {
        NumberColumn(values: numbers, isInteger: !numbers.contains { $0.isNaN })
    }

    private func numberColumn(_ kind: ColumnKind, _ source: String) throws(Failure) -> Column {
        switch kind {
        case .num, .datetime:
            // Arrow and NumPy may hold NaN in a column without missing values; integers never are NaN.
            return Column(
                name: name, kind: kind,
                values: .numbers(NumberColumn(values: numbers, isInteger: nature == .number && isInteger)))
        case .cat, .text, .bool:
            let texts = StringDictionary()
            var indices: [Int32] = []
            indices.reserveCapacity(numbers.count)
            for number in numbers {
                guard !number.isNaN else {
                    indices.append(-1)
                    continue
                }
                let text = nature == .instant ? Instant.text(number) : Self.text(number, asInteger: isWhole)
                indices.append(texts.index(of: text))
            }
            let column = StringColumn(indices: indices, dictionary: texts.strings)
            return try column.column(name, asked: kind) { (text, row) in
                notOfKind(kind, text, row: row, source)
            }
        }
    }

    /// The strings without those that spell a missing value.
    func strings(missing: Set<String>) -> StringColumn {
        let all = dictionary.strings
        guard !missing.isEmpty, all.contains(where: missing.contains) else {
            return StringColumn(indices: indices, dictionary: all)
        }
        var places: [Int32] = []
        var kept: [String] = []
        for text in all {
            if missing.contains(text) {
                places.append(-1)
            } else {
                places.append(Int32(kept.count))
                kept.append(text)
            }
        }
        return StringColumn(indices: indices.map { $0 < 0 ? -1 : places[Int($0)] }, dictionary: kept)
    }

    private func notOfKind(_ kind: ColumnKind, _ what: String, row: Int, _ source: String) -> Failure {
        Failure(
            .invalid, "\(source): column \"\(name)\", row \(row + 1): \(what) cannot be read as \(kind.rawValue)",
            hint: "Correct the data, or the kind of the column in the schema.")
    }
}

/// Points in time as text.
enum Instant {
    /// ISO 8601 in UTC, with as many digits of a second as the double has, at most microseconds.
    static func text(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds.magnitude < 1e14 else { return seconds.description }
        let whole = Int64(seconds.rounded(.down))
        var micro = Int64(((seconds - Double(whole)) * 1e6).rounded())
        var second = whole
        if micro >= 1_000_000 { (second, micro) = (second + 1, 0) }
        let day = second >= 0 ? second / 86_400 : (second - 86_399) / 86_400
        let time = second - day * 86_400
        let date = CalendarDate(daysSince1970: Int(day))
        func pad(_ number: some BinaryInteger, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        let clock = "\(pad(time / 3600, 2)):\(pad(time / 60 % 60, 2)):\(pad(time % 60, 2))"
        let fraction = micro == 0 ? "" : "." + pad(micro, 6)
        return "\(pad(date.year, 4))-\(pad(date.month, 2))-\(pad(date.day, 2))T\(clock)\(fraction)Z"
    }
}
