/// The type of one element of a NumPy array, as far as a column can hold it.
struct NumpyType: Equatable {
    enum Kind: Equatable {
        /// IEEE 754, 16, 32 or 64 bits.
        case float
        case signed, unsigned
        case bool
        /// UTF-32, padded with zeros.
        case unicode
        /// Bytes, padded with zeros; read as UTF-8.
        case bytes
        /// A signed 64-bit count of `unit`s since 1970-01-01; the smallest value is "not a time".
        case instant(Unit)
        /// The same, as a difference: read as a number of seconds.
        case difference(Unit)
    }

    /// A unit of datetime64, in seconds; months and years have no fixed length.
    enum Unit: Equatable {
        case seconds(ArrowType.Rate)
        case months(Int)
    }

    var kind: Kind
    var isBigEndian: Bool
    /// Bytes of one element.
    var width: Int

    /// Why a type cannot be read, in words that complete "it holds ...".
    struct Refused: Error {
        var what: String
    }

    /// - Parameter description: the `descr` of a plain type, such as `<f8`, `|b1`, `<U12` or `<M8[ns]`.
    init(_ description: String) throws(Refused) {
        var rest = Substring(description)
        isBigEndian = false
        if let order = rest.first, "<>|=".contains(order) {
            isBigEndian = order == ">"
            rest.removeFirst()
        }
        guard let letter = rest.popFirst() else { throw Refused(what: "values of type '\(description)'") }
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        let suffix = rest.dropFirst(digits.count)
        guard let size = digits.isEmpty && (letter == "O" || letter == "?") ? 1 : Int(digits), size <= 1 << 24 else {
            throw Refused(what: "values of type '\(description)'")
        }
        guard suffix.isEmpty || letter == "M" || letter == "m" else {
            throw Refused(what: "values of type '\(description)'")
        }
        (kind, width) = try Self.kind(letter, size, String(suffix), description)
    }

    private static func kind(
        _ letter: Character, _ size: Int, _ suffix: String, _ description: String
    ) throws(Refused) -> (Kind, Int) {
        switch (letter, size) {
        case ("f", 2), ("f", 4), ("f", 8): return (.float, size)
        case ("i", 1), ("i", 2), ("i", 4), ("i", 8): return (.signed, size)
        case ("u", 1), ("u", 2), ("u", 4), ("u", 8): return (.unsigned, size)
        case ("b", 1), ("?", 1): return (.bool, 1)
        case ("U", _): return (.unicode, size * 4)
        case ("S", _), ("a", _): return (.bytes, size)
        case ("M", 8): return (.instant(try unit(suffix, description)), 8)
        case ("m", 8): return (.difference(try unit(suffix, description)), 8)
        case ("O", _): throw Refused(what: "Python objects, which only unpickling could read")
        case ("c", _): throw Refused(what: "complex numbers")
        default: throw Refused(what: "values of type '\(description)'")
        }
    }

    /// `[ns]`, `[25s]`, ...
    private static func unit(_ suffix: String, _ description: String) throws(Refused) -> Unit {
        guard suffix.first == "[", suffix.last == "]" else {
            throw Refused(what: "times without a unit ('\(description)')")
        }
        let inner = suffix.dropFirst().dropLast()
        let digits = inner.prefix { $0.isASCII && $0.isNumber }
        let seconds: [Substring: (Double, Double)] = [
            "W": (604_800, 1), "D": (86_400, 1), "h": (3600, 1), "m": (60, 1), "s": (1, 1), "ms": (1, 1e3),
            "us": (1, 1e6), "ns": (1, 1e9), "ps": (1, 1e12), "fs": (1, 1e15), "as": (1, 1e18),
        ]
        let name = inner.dropFirst(digits.count)
        guard let multiple = digits.isEmpty ? 1 : Int(digits), multiple > 0, multiple <= 1 << 31 else {
            throw Refused(what: "values of type '\(description)'")
        }
        if let rate = seconds[name] {
            return .seconds(.init(numerator: rate.0 * Double(multiple), denominator: rate.1))
        }
        switch name {
        case "M": return .months(multiple)
        case "Y": return .months(12 * multiple)
        default: throw Refused(what: "values of type '\(description)'")
        }
    }

    /// What a column of this type is.
    var nature: ColumnAssembler.Nature {
        switch kind {
        case .float, .signed, .unsigned, .difference: .number
        case .bool: .flag
        case .unicode, .bytes: .string
        case .instant: .instant
        }
    }
}

extension NumpyType.Unit {
    /// Seconds since 1970-01-01 (or of a difference; a month of a difference is a twelfth of 365.2425 days).
    func seconds(_ count: Int64, isInstant: Bool) -> Double {
        switch self {
        case .seconds(let rate): return Double(count) * rate.numerator / rate.denominator
        case .months(let step):
            guard isInstant else { return Double(count) * Double(step) * (365.2425 * 86_400 / 12) }
            let (months, overflow) = count.multipliedReportingOverflow(by: Int64(step))
            // 2^40 months are ninety thousand million years: beyond any calendar.
            guard !overflow, months.magnitude < 1 << 40 else { return .nan }
            let year = 1970 + (months >= 0 ? months / 12 : (months - 11) / 12)
            let month = months - (year - 1970) * 12
            return Double(Self.days(year: year, month: month + 1)) * 86_400
        }
    }

    /// Days from 1970-01-01 to the first of a month of the proleptic Gregorian calendar.
    private static func days(year: Int64, month: Int64) -> Int64 {
        // Years begin in March here, so that the leap day is the last of its year.
        let shifted = month > 2 ? year : year - 1
        let fromMarch = (month + 9) % 12
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * fromMarch + 2) / 5
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
