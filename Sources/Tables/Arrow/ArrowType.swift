/// What the values of an Arrow array are, as far as a table can hold them (Arrow columnar format, version 1.x).
enum ArrowType: Equatable {
    case null
    case bool
    /// 8, 16, 32 or 64 bits.
    case integer(bits: Int, signed: Bool)
    /// 16, 32 or 64 bits.
    case float(bits: Int)
    /// UTF-8 with 32-bit (utf8) or 64-bit (large_utf8) offsets.
    case string(wide: Bool)
    /// UTF-8 as 16-byte views (utf8_view).
    case stringView
    /// An instant: a signed count since 1970-01-01T00:00:00Z; `seconds` is the length of one step.
    case instant(bits: Int, seconds: Rate)
    /// A time of day or a duration, a signed count; read as a number of seconds.
    case seconds(bits: Int, seconds: Rate)
    /// A two's-complement integer of 32, 64, 128 or 256 bits divided by ten to the `scale`.
    case decimal(bits: Int, scale: Int)
    /// Lists, structs, binary and the like: named, so that the message can name them.
    case unsupported(String)

    /// Seconds per step, as a fraction of whole numbers, so that one division rounds once.
    struct Rate: Equatable {
        var numerator: Double
        var denominator: Double

        static let day = Rate(numerator: 86_400, denominator: 1)
        static let second = Rate(numerator: 1, denominator: 1)
        static let millisecond = Rate(numerator: 1, denominator: 1e3)
        static let microsecond = Rate(numerator: 1, denominator: 1e6)
        static let nanosecond = Rate(numerator: 1, denominator: 1e9)
    }

    /// Bytes of one value in the values buffer, nil where a value is not a whole number of bytes.
    var width: Int? {
        switch self {
        case .integer(let bits, _), .float(let bits), .instant(let bits, _), .seconds(let bits, _),
            .decimal(let bits, _):
            bits / 8
        case .stringView: 16
        case .null, .bool, .string, .unsupported: nil
        }
    }
}

extension ArrowType {
    /// The type of a format string of the Arrow C data interface.
    init(format: String) {
        switch format {
        case "n": self = .null
        case "b": self = .bool
        case "c": self = .integer(bits: 8, signed: true)
        case "C": self = .integer(bits: 8, signed: false)
        case "s": self = .integer(bits: 16, signed: true)
        case "S": self = .integer(bits: 16, signed: false)
        case "i": self = .integer(bits: 32, signed: true)
        case "I": self = .integer(bits: 32, signed: false)
        case "l": self = .integer(bits: 64, signed: true)
        case "L": self = .integer(bits: 64, signed: false)
        case "e": self = .float(bits: 16)
        case "f": self = .float(bits: 32)
        case "g": self = .float(bits: 64)
        case "u": self = .string(wide: false)
        case "U": self = .string(wide: true)
        case "vu": self = .stringView
        case "z", "Z", "vz": self = .unsupported("binary")
        case "tdD": self = .instant(bits: 32, seconds: .day)
        case "tdm": self = .instant(bits: 64, seconds: .millisecond)
        case "tts": self = .seconds(bits: 32, seconds: .second)
        case "ttm": self = .seconds(bits: 32, seconds: .millisecond)
        case "ttu": self = .seconds(bits: 64, seconds: .microsecond)
        case "ttn": self = .seconds(bits: 64, seconds: .nanosecond)
        case "tDs": self = .seconds(bits: 64, seconds: .second)
        case "tDm": self = .seconds(bits: 64, seconds: .millisecond)
        case "tDu": self = .seconds(bits: 64, seconds: .microsecond)
        case "tDn": self = .seconds(bits: 64, seconds: .nanosecond)
        default: self = ArrowType(parameterised: format)
        }
    }

    private init(parameterised format: String) {
        let known: [(String, Rate)] = [
            ("tss:", .second), ("tsm:", .millisecond), ("tsu:", .microsecond), ("tsn:", .nanosecond),
        ]
        if let (_, rate) = known.first(where: { format.hasPrefix($0.0) }) {
            // With a zone the count is of UTC; without one the clock's own zone is unknown and taken as UTC.
            self = .instant(bits: 64, seconds: rate)
        } else if format.hasPrefix("d:") {
            let parts = format.dropFirst(2).split(separator: ",").map { Int($0) }
            let bits = parts.count > 2 ? parts[2] ?? 0 : 128
            guard parts.count >= 2, let scale = parts[1], let type = ArrowType(decimalBits: bits, scale: scale) else {
                self = .unsupported("decimal")
                return
            }
            self = type
        } else {
            let names = ["+l": "list", "+L": "list", "+s": "struct", "+m": "map", "+r": "run-end encoded"]
            self = .unsupported(names[format] ?? (format.hasPrefix("+") ? "nested" : "format '\(format)'"))
        }
    }

    /// A decimal type when its width is one of the specification's and its scale is sane.
    init?(decimalBits bits: Int, scale: Int) {
        guard [32, 64, 128, 256].contains(bits), (-300...300).contains(scale) else { return nil }
        self = .decimal(bits: bits, scale: scale)
    }
}
