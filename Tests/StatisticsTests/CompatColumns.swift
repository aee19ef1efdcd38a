import Core
import Statistics

/// Columns for tests, from fields as a CSV file holds them: an empty field is a missing value.
enum CompatColumns {
    static func pair(_ name: String, _ kind: ColumnKind, _ x: [String], _ y: [String]) -> ColumnPair {
        let (reference, current) = (strings(x), strings(y))
        return ColumnPair(
            name: name, kind: kind,
            values: .categorical(
                CategoryCounts(counting: reference, against: current), reference: reference, current: current))
    }

    private static func strings(_ fields: [String]) -> StringColumn {
        var dictionary: [String] = []
        let indices = fields.map { field -> Int32 in
            if field.isEmpty { return -1 }
            if let code = dictionary.firstIndex(where: { $0.utf8.elementsEqual(field.utf8) }) { return Int32(code) }
            dictionary.append(field)
            return Int32(dictionary.count - 1)
        }
        return StringColumn(indices: indices, dictionary: dictionary)
    }
}
