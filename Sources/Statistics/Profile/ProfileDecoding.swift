package import Core

extension TableProfile {
    /// Whether the bytes begin like a stored profile of any version.
    package static func isProfile(_ beginning: some Collection<UInt8>) -> Bool {
        beginning.starts(with: magic.prefix(7))
    }

    /// Reads a stored profile. Everything is checked, also that its parts agree with each other.
    /// - Throws: `invalid` with what is wrong and where, `unsupported` for another version of the format.
    package init(serialised bytes: [UInt8]) throws(Failure) {
        guard Self.isProfile(bytes) else {
            throw Failure(.invalid, "this is not a profile: it does not begin with \"STWPROF1\"")
        }
        guard bytes.count >= 36 else { throw Failure(.invalid, "the profile is damaged: it ends inside the header") }
        var tail = ByteReader(bytes, from: bytes.count - 8, to: bytes.count)
        var reader = ByteReader(bytes, from: Self.magic.count, to: bytes.count - 8)
        let version = try reader.integer(UInt32.self, "the version")
        guard bytes.starts(with: Self.magic), version == Self.formatVersion else {
            throw Failure(
                .unsupported, "this profile has format version \(version), and this Steward reads version 1",
                hint: "Update Steward, or make the profile again with this version.")
        }
        let checksum = bytes.withUnsafeBytes {
            Hashing.xxh64(UnsafeRawBufferPointer(rebasing: $0[..<(bytes.count - 8)]))
        }
        guard try tail.integer(UInt64.self, "the checksum") == checksum else {
            throw reader.failure("its checksum does not match")
        }
        guard try reader.integer(UInt32.self, "the flags") == 0 else { throw reader.failure("unknown flags") }
        let rows = try reader.rows("the number of rows")
        // The smallest column takes 80 bytes; 4 is enough to bound the allocation by the size of the file.
        let count = try reader.count(elementSize: 4, "the number of columns")
        var columns: [ColumnProfile] = []
        var names: Set<[UInt8]> = []
        for index in 0..<count {
            var section = try reader.section("column \(index + 1)")
            let column = try ColumnProfile(from: &section, rows: rows)
            guard names.insert(Array(column.name.utf8)).inserted else {
                throw section.failure("its name is not unique")
            }
            columns.append(column)
        }
        try reader.finish()
        self.init(rows: rows, columns: columns)
    }
}

extension ColumnProfile {
    init(from reader: inout ByteReader, rows tableRows: Int) throws(Failure) {
        let name = try reader.text("the name")
        guard let kind = ColumnKind(code: try reader.integer(UInt8.self, "the kind")) else {
            throw reader.failure("unknown kind of column")
        }
        let isInteger = try reader.flag("the integer flag")
        let rows = try reader.rows("the number of rows")
        let missing = try reader.rows("the number of missing values")
        guard rows == tableRows, missing <= rows else { throw reader.failure("the numbers of rows disagree") }
        let content: Content
        let values: Int
        if kind.isNumeric {
            let state = try NumericProfile.State(from: &reader)
            content = .numbers(NumericProfile(state: state))
            values = state.moments.count + state.positiveInfinite + state.negativeInfinite
        } else {
            let categories = try CategoryProfile(from: &reader, kind: kind)
            content = .categories(categories)
            values = categories.frequent.total
        }
        guard values == rows - missing else { throw reader.failure("the values do not add up to the rows") }
        guard !isInteger || kind.isNumeric else { throw reader.failure("a column of strings has the integer flag") }
        try reader.finish()
        self.init(name: name, kind: kind, rows: rows, missing: missing, isInteger: isInteger, content: content)
    }
}

extension NumericProfile.State {
    init(from reader: inout ByteReader) throws(Failure) {
        positiveInfinite = try reader.rows("the number of infinities")
        negativeInfinite = try reader.rows("the number of infinities")
        fractional = try reader.rows("the number of fractional values")
        moments = try Moments(from: &reader)
        quantiles = try QuantileSketch(from: &reader)
        distinct = try HyperLogLog.read(from: &reader)
        histogram = try reader.flag("the histogram flag") ? FixedHistogram(from: &reader) : nil
        guard fractional <= moments.count, quantiles.count == moments.count else {
            throw reader.failure("the counts of finite values disagree")
        }
        if let histogram, histogram.total != moments.count {
            throw reader.failure("the histogram does not add up to the finite values")
        }
    }
}

extension Moments {
    init(from reader: inout ByteReader) throws(Failure) {
        let count = try reader.rows("the number of finite values")
        let mean = try reader.number("the mean")
        let deviations = try reader.number("the squared deviations")
        let minimum = try reader.number("the minimum")
        let maximum = try reader.number("the maximum")
        let isSound =
            count == 0
            ? mean == 0 && deviations == 0 && minimum == .infinity && maximum == -.infinity
            : minimum.isFinite && maximum.isFinite && minimum <= mean && mean <= maximum && deviations >= 0
        guard isSound else { throw reader.failure("the moments contradict each other") }
        self.init(count: count, mean: mean, squaredDeviations: deviations, minimum: minimum, maximum: maximum)
    }
}

extension QuantileSketch {
    init(from reader: inout ByteReader) throws(Failure) {
        let hasLevels = try reader.flag("the form of the quantiles")
        let rankError = try reader.number("the rank error")
        guard rankError >= 0, rankError <= 1 else { throw reader.failure("the rank error is not a share") }
        guard hasLevels else {
            let size = try reader.count(elementSize: 9, "the number of distinct values")
            guard size <= Self.exactCapacity else { throw reader.failure("too many distinct values") }
            let values = try reader.ascending(size, strictly: true, "the distinct values")
            var counts: [Int] = []
            var total = 0
            for _ in 0..<size {
                let count = try reader.variable("a count")
                total += count
                guard count > 0, total <= TableProfile.maximumRows else { throw reader.failure("impossible count") }
                counts.append(count)
            }
            self.init(values: values, counts: counts, rankError: rankError)
            return
        }
        guard rankError > 0 else { throw reader.failure("levels without a rank error") }
        let height = Int(try reader.integer(UInt8.self, "the number of levels"))
        guard (1...Self.maximumLevels).contains(height) else { throw reader.failure("impossible number of levels") }
        var levels: [Level] = []
        var total = 0
        for index in 0..<height {
            let owed = try reader.integer(UInt8.self, "a coin")
            guard owed <= 2 else { throw reader.failure("impossible coin") }
            let size = try reader.count(elementSize: 8, "the size of a level")
            guard size <= (TableProfile.maximumRows - total) >> index else { throw reader.failure("impossible level") }
            total += size << index
            let items = try reader.ascending(size, strictly: false, "the items of a level")
            levels.append(Level(items: items, owed: owed == 2 ? nil : owed))
        }
        self.init(levels: levels, rankError: rankError)
    }
}

extension HyperLogLog {
    static func read(from reader: inout ByteReader) throws(Failure) -> HyperLogLog? {
        switch try reader.integer(UInt8.self, "the form of the distinct count") {
        case 0: return nil
        case 1:
            var registers = [UInt8](repeating: 0, count: registerCount)
            var last = -1
            for _ in 0..<(try reader.integer(UInt16.self, "the number of registers")) {
                let index = Int(try reader.integer(UInt16.self, "a register"))
                let rank = try reader.integer(UInt8.self, "a register")
                guard index > last, index < registerCount, (1...largestRank).contains(rank) else {
                    throw reader.failure("impossible register")
                }
                registers[index] = rank
                last = index
            }
            return HyperLogLog(registers: registers)
        case 2:
            let registers = Array(try reader.raw(registerCount, "the registers"))
            guard registers.allSatisfy({ $0 <= largestRank }) else { throw reader.failure("impossible register") }
            return HyperLogLog(registers: registers)
        default: throw reader.failure("unknown form of the distinct count")
        }
    }
}

extension FixedHistogram {
    init(from reader: inout ByteReader) throws(Failure) {
        let size = try reader.count(elementSize: 8, "the number of edges")
        let edges = try reader.ascending(size, strictly: true, "the edges")
        let below = try reader.variable("a count")
        let above = try reader.variable("a count")
        var counts: [Int] = []
        var total = below + above
        for _ in 0..<max(0, size - 1) {
            counts.append(try reader.variable("a count"))
            total += counts[counts.count - 1]
            guard total <= TableProfile.maximumRows else { throw reader.failure("impossible count") }
        }
        do {
            try self.init(edges: edges, counts: counts, below: below, above: above)
        } catch {
            throw reader.failure(error.message)
        }
    }
}

extension CategoryProfile {
    init(from reader: inout ByteReader, kind: ColumnKind) throws(Failure) {
        let capacity = Int(try reader.integer(UInt32.self, "the capacity"))
        let total = try reader.rows("the number of values")
        let maximumError = try reader.rows("the largest error of a count")
        let size = try reader.count(elementSize: 5, "the number of categories")
        guard capacity == CategoryProfile(kind: kind).frequent.capacity, size <= capacity else {
            throw reader.failure("impossible number of categories")
        }
        var items: [(String, Int)] = []
        var sum = 0
        for _ in 0..<size {
            let category = try reader.text("a category")
            let count = try reader.variable("a count")
            if let last = items.last, !CategoryKey.precedes(last.0, category) {
                throw reader.failure("the categories are not in ascending order")
            }
            sum += count
            guard count > 0, sum <= total else { throw reader.failure("impossible count") }
            items.append((category, count))
        }
        guard maximumError <= total, maximumError > 0 || sum == total else {
            throw reader.failure("the categories do not add up to the values")
        }
        let sketch = try HyperLogLog.read(from: &reader)
        let hasLengths = try reader.flag("the lengths flag")
        guard hasLengths == (kind == .text) else { throw reader.failure("lengths belong to text columns only") }
        let lengths = hasLengths ? NumericProfile(state: try .init(from: &reader)) : nil
        let frequent = FrequentItems(capacity: capacity, items: items, total: total, maximumError: maximumError)
        self.init(frequent: frequent, sketch: sketch, lengths: lengths)
    }
}
