import Core

/// One column while its values arrive in parts. The typed formats say at once what a value is; where a column mixes
/// numbers, flags and strings, all of them become strings.
struct ColumnAssembler {
    /// What the values so far are.
    enum Nature {
        /// Only missing values so far.
        case unknown
        /// Numbers; `instant`: seconds since 1970-01-01T00:00:00Z.
        case number, instant
        /// Booleans, stored as the strings "false" and "true".
        case flag
        case string
    }

    let name: String
    private(set) var nature: Nature
    private(set) var count = 0
    private(set) var numbers: [Double] = []
    /// Every number so far is an integer by its type, or was written as one.
    private(set) var isWhole = true
    /// The same, and none is missing.
    var isInteger: Bool { isWhole && !numbers.isEmpty && !numbers.contains { $0.isNaN } }
    private(set) var indices: [Int32] = []
    private(set) var dictionary = StringDictionary()
    private var encoded: [EncodedDictionary] = []

    init(name: String, nature: Nature = .unknown) {
        self.name = name
        self.nature = nature
    }

    mutating func reserve(_ rows: Int) {
        switch nature {
        case .unknown: break
        case .number, .instant: numbers.makeRoom(for: rows - numbers.count)
        case .flag, .string: indices.makeRoom(for: rows - indices.count)
        }
    }

    /// Forgets the values, keeps name and nature; a column without nature keeps none.
    mutating func removeAll() {
        count = 0
        numbers.removeAll(keepingCapacity: true)
        indices.removeAll(keepingCapacity: true)
        isWhole = true
        dictionary = StringDictionary()
        for index in encoded.indices { encoded[index].forgetPlaces() }
    }

    // MARK: One value at a time

    mutating func appendMissing(_ rows: Int = 1) {
        count += rows
        switch nature {
        case .unknown: break
        case .number, .instant:
            numbers.append(contentsOf: repeatElement(.nan, count: rows))
        case .flag, .string: indices.append(contentsOf: repeatElement(-1, count: rows))
        }
    }

    mutating func append(number: Double, isInteger whole: Bool) {
        if nature == .unknown { settle(.number) }
        guard nature == .number || nature == .instant else {
            becomeStrings()
            append(known: dictionary.index(of: Self.text(number, asInteger: true)))
            return
        }
        count &+= 1
        numbers.append(number)
        if !whole { isWhole = false }
    }

    /// Appends `rows` numbers to a column of numbers or instants; NaN is missing.
    @inline(__always)
    mutating func append(count rows: Int, isInteger whole: Bool, _ number: (Int) -> Double) {
        numbers.makeRoom(for: rows)
        for row in 0..<rows { numbers.append(number(row)) }
        count += rows
        if !whole { isWhole = false }
    }

    mutating func append(flag: Bool) {
        if nature == .unknown { settle(.flag) }
        if nature == .number || nature == .instant { becomeStrings() }
        append(known: dictionary.index(of: flag ? "true" : "false"))
    }

    /// False when the bytes are not UTF-8; nothing is appended then.
    mutating func append(string: UnsafeRawBufferPointer) -> Bool {
        if nature != .string { becomeStrings() }
        guard let index = dictionary.index(of: string) else { return false }
        append(known: index)
        return true
    }

    private mutating func append(known index: Int32) {
        count &+= 1
        indices.append(index)
    }

    /// Whole numbers up to 2^53 are written without a fraction when `asInteger`; others as the shortest decimal that
    /// reads back as the same double.
    static func text(_ number: Double, asInteger: Bool) -> String {
        if asInteger, let whole = Int64(exactly: number) { return String(whole) }
        return number.description
    }

    private mutating func settle(_ new: Nature) {
        nature = new
        let missing = count
        count = 0
        appendMissing(missing)
    }

    private mutating func becomeStrings() {
        if nature == .unknown { return settle(.string) }
        if nature == .number || nature == .instant {
            indices.reserveCapacity(numbers.count)
            for number in numbers {
                indices.append(number.isNaN ? -1 : dictionary.index(of: Self.text(number, asInteger: true)))
            }
            numbers = []
        }
        nature = .string
    }

    // MARK: Arrow

    /// The nature of a column of an Arrow type; nil for types a table cannot hold.
    static func nature(of type: ArrowType) -> Nature? {
        switch type {
        case .null: .unknown
        case .bool: .flag
        case .integer, .float, .seconds, .decimal: .number
        case .instant: .instant
        case .string, .stringView: .string
        case .unsupported: nil
        }
    }

    /// Appends a checked vector whose type, or whose dictionary's type, has the nature of this column.
    /// Answers what is wrong with its values, or nil.
    mutating func append(_ vector: ArrowVector) -> String? {
        guard vector.length > 0 else { return nil }
        if vector.type == .null {
            appendMissing(vector.length)
            return nil
        }
        if !vector.dictionary.isEmpty { return appendEncoded(vector) }
        count += vector.length
        switch nature {
        case .unknown: return nil
        case .number, .instant:
            vector.appendNumbers(to: &numbers)
            if !vector.type.isWhole { isWhole = false }
            return nil
        case .flag: return appendFlags(vector)
        case .string: return appendStrings(vector)
        }
    }

    private mutating func appendFlags(_ vector: ArrowVector) -> String? {
        var flags: [Double] = []
        flags.reserveCapacity(vector.length)
        vector.appendNumbers(to: &flags)
        // Indices by value; a value enters the dictionary when it first appears.
        var known: (no: Int32, yes: Int32) = (-1, -1)
        for flag in flags {
            if flag.isNaN {
                indices.append(-1)
            } else if flag == 0 {
                if known.no < 0 { known.no = dictionary.index(of: "false") }
                indices.append(known.no)
            } else {
                if known.yes < 0 { known.yes = dictionary.index(of: "true") }
                indices.append(known.yes)
            }
        }
        return nil
    }

    private mutating func appendStrings(_ vector: ArrowVector) -> String? {
        indices.makeRoom(for: vector.length)
        for row in 0..<vector.length {
            guard vector.isPresent(row) else {
                indices.append(-1)
                continue
            }
            guard let text = vector.string(row) else { return "a string view points outside its data" }
            guard let index = dictionary.index(of: text) else { return "a string is not UTF-8" }
            indices.append(index)
        }
        return nil
    }

    /// Dictionary-encoded values: a dictionary is read once, however many batches refer to it.
    private mutating func appendEncoded(_ vector: ArrowVector) -> String? {
        var plain = vector
        plain.dictionary = []
        var raw: [Double] = []
        raw.reserveCapacity(vector.length)
        plain.appendNumbers(to: &raw)
        if vector.dictionaryIdentity == 0 || encoded.first?.identity != vector.dictionaryIdentity {
            var values = ColumnAssembler(name: name, nature: nature)
            for part in vector.dictionary {
                if let problem = values.append(part) { return problem }
            }
            encoded = [EncodedDictionary(identity: vector.dictionaryIdentity, values: values)]
        }
        let size = Double(encoded[0].values.count)
        guard raw.allSatisfy({ $0.isNaN || ($0 >= 0 && $0 < size) }) else {
            return "a dictionary index is out of range"
        }
        count += vector.length
        switch nature {
        case .unknown: break
        case .number, .instant: takeNumbers(raw, encoded[0].values)
        case .flag, .string: takeStrings(raw)
        }
        return nil
    }

    private mutating func takeNumbers(_ raw: [Double], _ values: ColumnAssembler) {
        numbers.append(contentsOf: raw.lazy.map { $0.isNaN ? .nan : values.numbers[Int($0)] })
        if !values.isWhole { isWhole = false }
    }

    /// A dictionary may list values that never occur and list one twice; only values that occur are taken in.
    private mutating func takeStrings(_ raw: [Double]) {
        indices.makeRoom(for: raw.count)
        for index in raw {
            guard !index.isNaN else {
                indices.append(-1)
                continue
            }
            let place = Int(index)
            if encoded[0].places[place] == EncodedDictionary.unseen {
                encoded[0].places[place] = encoded[0].text(place).map { dictionary.index(of: $0) } ?? -1
            }
            indices.append(encoded[0].places[place])
        }
    }
}

/// A dictionary as it came, and where its values are in the dictionary of the column.
private struct EncodedDictionary {
    static let unseen: Int32 = -2
    let identity: Int
    let values: ColumnAssembler
    private let texts: [String]
    var places: [Int32]

    init(identity: Int, values: ColumnAssembler) {
        self.identity = identity
        self.values = values
        texts = values.dictionary.strings
        places = Array(repeating: Self.unseen, count: values.count)
    }

    /// The string at a place of the dictionary as it came; nil = missing.
    func text(_ place: Int) -> String? {
        let index = values.indices[place]
        return index < 0 ? nil : texts[Int(index)]
    }

    mutating func forgetPlaces() { places = Array(repeating: Self.unseen, count: values.count) }
}

extension ArrowType {
    /// Values are integers by their type.
    fileprivate var isWhole: Bool { if case .integer = self { true } else { false } }
}

extension Array where Element: BitwiseCopyable {
    /// Room for `more` further elements; at least doubles when it grows, so that many small appends stay linear.
    mutating func makeRoom(for more: Int) {
        guard count + more > capacity else { return }
        reserveCapacity(Swift.max(count + more, capacity * 2))
        let bytes = (count + more) * MemoryLayout<Element>.stride
        withUnsafeMutableBytes { LargePages.advise($0.baseAddress, bytes) }
    }
}
