import Core
import Statistics

/// Seeded tables for the tests of profiles.
enum ProfileTables {
    /// Columns of every kind, with missing values, infinities and ties.
    static func table(rows: Int, seed: UInt64) -> Table {
        var random = SeededRandom(seed: seed)
        func numbers(_ value: (inout SeededRandom) -> Double) -> [Double] { (0..<rows).map { _ in value(&random) } }
        func strings(_ range: UInt64, missing: Bool) -> StringColumn {
            let picks = (0..<rows).map { _ in Int32(random.next() % range) - (missing ? 1 : 0) }
            return StringColumn(indices: picks, dictionary: (0..<range).map { "value \($0)" })
        }
        let continuous = numbers { $0.uniform() < 0.05 ? .nan : $0.uniform() * 100 - 20 }
        let odd = numbers { random in
            switch random.next() % 20 {
            case 0: .infinity
            case 1: -.infinity
            case 2: -0.0
            default: (random.uniform() * 30).rounded()
            }
        }
        let integers = numbers { Double($0.next() % 3000) }
        let dates = numbers { 1.6e9 + ($0.uniform() * 1e6).rounded() }
        return Table(
            columns: [
                Column(name: "continuous", kind: .num, values: .numbers(NumberColumn(values: continuous))),
                Column(name: "odd", kind: .num, values: .numbers(NumberColumn(values: odd))),
                Column(name: "integers", kind: .num, values: .numbers(NumberColumn(values: integers, isInteger: true))),
                Column(name: "dates", kind: .datetime, values: .numbers(NumberColumn(values: dates))),
                Column(name: "category", kind: .cat, values: .strings(strings(40, missing: true))),
                Column(name: "flag", kind: .bool, values: .strings(strings(2, missing: false))),
                Column(name: "many", kind: .cat, values: .strings(strings(9000, missing: false))),
                Column(name: "text", kind: .text, values: .strings(strings(5000, missing: true))),
            ], rowCount: rows)
    }

    static func slice(_ table: Table, _ range: Range<Int>) -> Table {
        Table(
            columns: table.columns.map { column in
                var column = column
                switch column.values {
                case .numbers(let numbers):
                    column.values = .numbers(
                        NumberColumn(values: Array(numbers.values[range]), isInteger: numbers.isInteger))
                case .strings(let strings):
                    column.values = .strings(
                        StringColumn(indices: Array(strings.indices[range]), dictionary: strings.dictionary))
                }
                return column
            }, rowCount: range.count)
    }

    static func profile(_ table: Table) throws -> TableProfile {
        var profile = TableProfile.zero
        try profile.update(table)
        return profile
    }

    static func numeric(_ name: String, _ values: [Double], isInteger: Bool = false) -> Table {
        Table(
            columns: [
                Column(
                    name: name, kind: .num, values: .numbers(NumberColumn(values: values, isInteger: isInteger)))
            ], rowCount: values.count)
    }

    static func categories(_ name: String, _ values: [String], kind: ColumnKind = .cat) -> Table {
        var dictionary: [String] = []
        let indices = values.map { value -> Int32 in
            if let index = dictionary.firstIndex(of: value) { return Int32(index) }
            dictionary.append(value)
            return Int32(dictionary.count - 1)
        }
        return Table(
            columns: [
                Column(
                    name: name, kind: kind,
                    values: .strings(StringColumn(indices: indices, dictionary: dictionary)))
            ], rowCount: values.count)
    }
}
