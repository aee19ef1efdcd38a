package import Core

/// `schema.json`: what each column means.
///
///     {"columns": {"amount": "num", "country": "cat", "note": "text", "fraud": "bool", "created": "datetime"}}
///
/// Other members are ignored.
package enum SchemaFile {
    private static let maximumBytes = 16 << 20

    /// The kinds of the columns by name.
    /// - Throws: what `DataFile.open` throws; `.invalid` naming the path and the column: not JSON, no object of
    ///   columns, a kind that does not exist (with the nearest that does).
    package static func read(_ path: String) throws(Failure) -> [String: ColumnKind] {
        try parse(try DataFile.open(path).contents(maximumBytes: maximumBytes), path: path)
    }

    /// The same for a document in memory; `path` is named in errors.
    package static func parse(_ bytes: [UInt8], path: String) throws(Failure) -> [String: ColumnKind] {
        let document: JSON
        do {
            document = try JSONParser.parse(bytes)
        } catch {
            throw Failure(error.code, "\(path): \(error.message)", hint: "A schema is a JSON object; \(example)")
        }
        guard let columns = document["columns"]?.members else {
            throw Failure(.invalid, "\(path): no object \"columns\" in the schema", hint: "Write \(example)")
        }
        var kinds: [String: ColumnKind] = [:]
        for column in columns {
            let name = excerpt(Array(column.name.utf8))
            guard let text = column.value.text else {
                throw Failure(
                    .invalid, "\(path): column \(name): the kind is not a string", hint: "Write one of \(choices).")
            }
            guard let kind = ColumnKind(rawValue: text) else {
                throw Failure(
                    .invalid, "\(path): column \(name): unknown kind \(excerpt(Array(text.utf8)))",
                    hint: (nearest(to: text).map { "Did you mean \($0)? " } ?? "") + "The kinds are \(choices).")
            }
            kinds[column.name] = kind
        }
        return kinds
    }

    private static let example = #"for example {"columns": {"amount": "num", "country": "cat"}}"#

    private static let choices = ColumnKind.allCases.map(\.rawValue).joined(separator: ", ")

    /// What other tools call the kinds.
    private static let synonyms: [String: ColumnKind] = [
        "float": .num, "float64": .num, "double": .num, "int": .num, "int64": .num, "integer": .num, "continuous": .num,
        "string": .cat, "str": .cat, "object": .cat, "enum": .cat, "factor": .cat, "nominal": .cat,
        "date": .datetime, "time": .datetime, "timestamp": .datetime, "logical": .bool,
    ]

    private static func nearest(to text: String) -> String? {
        let word = Array(text.lowercased().utf8.prefix(40))
        if let kind = synonyms[String(decoding: word, as: UTF8.self)] { return kind.rawValue }
        let kinds = ColumnKind.allCases.map(\.rawValue)
        // "numeric" and "category" begin like a kind.
        if let kind = kinds.first(where: { word.starts(with: $0.utf8) }) { return kind }
        return NearestName.find(text, among: kinds)
    }
}
