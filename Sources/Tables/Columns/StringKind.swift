import Core

/// Kinds of columns of strings.
enum StringKind {
    static func decide(_ distinct: [String], values: Int) -> ColumnKind {
        distinct.count * 2 > values ? .text : .cat
    }

    static func column(
        _ name: String, _ values: StringColumn, asked: ColumnKind?, _ failure: (String, Int) -> Failure
    ) throws(Failure) -> Column {
        let kind = asked ?? decide(values.dictionary, values: values.indices.count { $0 >= 0 })
        return Column(name: name, kind: kind, values: .strings(values))
    }
}

func excerpt(_ bytes: [UInt8]) -> String { String(decoding: bytes.prefix(80), as: UTF8.self) }
