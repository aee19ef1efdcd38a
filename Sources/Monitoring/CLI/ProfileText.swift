import Core
import Statistics

/// A profile for a terminal: the sentence first, then numeric columns, then the others.
enum ProfileText {
    static func document(_ profile: TableProfile) -> String {
        var text = sentence(profile) + "\n"
        let numeric = profile.columns.filter { $0.kind.isNumeric }
        if !numeric.isEmpty {
            text += "\n"
            text += table(
                ["COLUMN", "KIND", "MISSING", "DISTINCT", "MEAN", "SD", "MIN", "25 %", "MEDIAN", "75 %", "MAX"],
                numeric.map(numericRow), leftAligned: [0, 1])
        }
        let others = profile.columns.filter { !$0.kind.isNumeric }
        if !others.isEmpty {
            text += "\n"
            text += table(
                ["COLUMN", "KIND", "MISSING", "DISTINCT", "MOST FREQUENT"], others.map(categoryRow),
                leftAligned: [0, 1, 4])
        }
        var notes: [String] = []
        if profile.columns.contains(where: { !$0.isDistinctExact }) {
            notes.append("~ is an estimate with a standard error of 1.6 %.")
        }
        let errors = profile.columns.compactMap { $0.numbers?.quantiles.rankError }
        if let largest = errors.max(), largest > 0 {
            notes.append(
                "Quantiles may be off by \(number(largest * 100)) % of the ranks in columns beyond 4,096 values.")
        }
        return notes.isEmpty ? text : text + "\n" + notes.joined(separator: "\n") + "\n"
    }

    /// "1,309 rows and 12 columns; 4 columns have missing values, most in body (91 %)."
    static func sentence(_ profile: TableProfile) -> String {
        let rows = profile.rows == 1 ? "1 row" : "\(grouped(profile.rows)) rows"
        let columns = profile.columns.count == 1 ? "1 column" : "\(grouped(profile.columns.count)) columns"
        let incomplete = profile.columns.filter { $0.missing > 0 }
        guard let worst = incomplete.max(by: { $0.missing < $1.missing }) else {
            return "\(rows) and \(columns), no missing values."
        }
        let share = percent(worst.missing, of: worst.rows)
        let subject = incomplete.count == 1 ? "1 column has" : "\(incomplete.count) columns have"
        let place =
            incomplete.count == 1 ? "\(clean(worst.name)) (\(share))" : "most in \(clean(worst.name)) (\(share))"
        return "\(rows) and \(columns); \(subject) missing values, \(place)."
    }

    private static func numericRow(_ column: ColumnProfile) -> [String] {
        let start = leading(column)
        guard let numbers = column.numbers, numbers.count > 0 else { return start + [String](repeating: "-", count: 7) }
        let moments = numbers.moments
        let quantiles = numbers.quantiles.quantiles([0.25, 0.5, 0.75])!
        let isDate = column.kind == .datetime
        let show = { (value: Double) in isDate ? date(value) : number(value) }
        let spread = moments.standardDeviation.map { isDate ? number($0 / 86_400) + " d" : number($0) } ?? "-"
        return start + [show(moments.mean), spread]
            + ([moments.minimum] + quantiles + [moments.maximum]).map(show)
    }

    private static func categoryRow(_ column: ColumnProfile) -> [String] {
        let start = leading(column)
        guard let categories = column.categories, categories.frequent.total > 0 else { return start + ["-"] }
        if let lengths = categories.lengths, column.distinctEstimate * 2 > categories.frequent.total {
            let moments = lengths.moments
            let range = "\(number(moments.minimum)) to \(number(moments.maximum))"
            return start + ["texts of \(range) characters, \(number(moments.mean)) on average"]
        }
        let shown = categories.frequent.ranked.prefix(3).map {
            "\(clean($0.category)) \(percent($0.count, of: categories.frequent.total))"
        }
        return start + [shown.joined(separator: ", ")]
    }

    private static func leading(_ column: ColumnProfile) -> [String] {
        [
            clean(column.name), column.kind.rawValue, percent(column.missing, of: column.rows),
            column.isDistinctExact ? grouped(column.distinctEstimate) : "~" + grouped(rounded(column.distinctEstimate)),
        ]
    }

    /// Three significant digits: more would say more than an estimate knows.
    private static func rounded(_ estimate: Int) -> Int {
        var unit = 1
        while estimate / unit >= 1000 { unit *= 10 }
        return (estimate + unit / 2) / unit * unit
    }

    private static func table(_ head: [String], _ rows: [[String]], leftAligned: Set<Int>) -> String {
        let widths = head.indices.map { index in
            rows.reduce(head[index].count) { max($0, $1[index].count) }
        }
        return ([head] + rows).map { row in
            let cells = row.enumerated().map { index, cell in
                let space = String(repeating: " ", count: widths[index] - cell.count)
                return leftAligned.contains(index) ? cell + space : space + cell
            }
            var line = cells.joined(separator: "  ")
            while line.hasSuffix(" ") { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    /// Data must not reach the terminal as control sequences; long values are cut.
    static func clean(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            guard result.unicodeScalars.count < 40 else { return result + "..." }
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            // Also the marks that reverse the direction of writing.
            let isHidden =
                (0x200B...0x200F).contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
                || (0x2066...0x2069).contains(scalar.value)
            result.unicodeScalars.append(isControl || isHidden ? "\u{FFFD}" : scalar)
        }
        return result
    }

    static func percent(_ part: Int, of whole: Int) -> String {
        guard whole > 0, part > 0 else { return "0 %" }
        let share = Double(part) / Double(whole) * 100
        if share < 0.1 { return "<0.1 %" }
        if part < whole, share > 99.9 { return ">99.9 %" }
        return share < 10 ? "\((share * 10).rounded() / 10) %" : "\(Int(share.rounded())) %"
    }

    /// Four significant digits; whole numbers below ten million in full.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "-" : value > 0 ? "inf" : "-inf" }
        if value.rounded() == value, abs(value) < 1e7 { return grouped(Int(value)) }
        let size = abs(value)
        if size >= 1e7 || size < 1e-4 { return scientific(value) }
        var step = 1000.0
        var scaled = size
        while scaled >= 10 {
            scaled /= 10
            step /= 10
        }
        while scaled < 1 {
            scaled *= 10
            step *= 10
        }
        let rounded = step >= 1 ? (value * step).rounded() / step : value.rounded()
        return rounded.rounded() == rounded ? grouped(Int(rounded)) : rounded.description
    }

    private static func scientific(_ value: Double) -> String {
        var (mantissa, exponent) = (value, 0)
        while abs(mantissa) >= 10 {
            mantissa /= 10
            exponent += 1
        }
        while abs(mantissa) < 1 {
            mantissa *= 10
            exponent -= 1
        }
        let rounded = (mantissa * 1000).rounded() / 1000
        return "\(rounded)e\(exponent)"
    }

    static func grouped(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return value < 0 ? "-" + result : result
    }

    /// Seconds since 1970-01-01 as a day of the proleptic Gregorian calendar, with the time unless it is midnight.
    static func date(_ seconds: Double) -> String {
        guard abs(seconds) < 1e11 else { return number(seconds) }
        let whole = Int(seconds.rounded(.down))
        var days = whole / 86_400
        if whole % 86_400 < 0 { days -= 1 }
        let time = whole - days * 86_400
        let date = CalendarDate(daysSince1970: days)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let padding = String(repeating: "0", count: max(0, 4 - String(abs(date.year)).count))
        let calendar =
            "\(date.year < 0 ? "-" : "")\(padding)\(abs(date.year))-\(two(date.month))-\(two(date.day))"
        return time == 0 ? calendar : "\(calendar)T\(two(time / 3600)):\(two(time / 60 % 60))"
    }
}
