import Core
import Foundation
import Statistics

/// The recorded cases of `../shared/golden/monitoring` as column pairs: the two CSV files read as `schema.json` says.
enum CompatGolden {
    private static let folder: URL = {
        var root = URL(filePath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        return root.deletingLastPathComponent().appending(path: "shared/golden/monitoring")
    }()

    static var isPresent: Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: "MANIFEST.json").path)
    }

    static func cases() throws -> [CompatCase] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        return try names.compactMap { name in
            let place = folder.appending(path: name)
            let expected = place.appending(path: "expected.json")
            let schema = place.appending(path: "schema.json")
            let reference = place.appending(path: "reference.csv")
            let needed = [expected, schema, reference].map(\.path)
            guard needed.allSatisfy(FileManager.default.fileExists(atPath:)) else { return nil }
            let kinds = try JSONParser.parse(Array(Data(contentsOf: schema)))["columns"]
            let pairs = try pairs(
                table(reference), table(place.appending(path: "current.csv")), kinds: kinds?.members ?? [])
            return CompatCase(
                name: name, expected: try JSONParser.parse(Array(Data(contentsOf: expected))), pairs: pairs)
        }
    }

    private static func pairs(
        _ reference: [String: [String]], _ current: [String: [String]], kinds: [JSON.Member]
    ) -> [ColumnPair] {
        kinds.compactMap { member in
            guard let kind = ColumnKind(rawValue: member.value.text ?? ""), let x = reference[member.name],
                let y = current[member.name]
            else { return nil }
            return pair(member.name, kind, x, y)
        }
    }

    static func pair(_ name: String, _ kind: ColumnKind, _ x: [String], _ y: [String]) -> ColumnPair {
        if kind == .num {
            return ColumnPair(name: name, kind: kind, values: .numeric(reference: numbers(x), current: numbers(y)))
        }
        let (reference, current) = (strings(x), strings(y))
        return ColumnPair(
            name: name, kind: kind,
            values: .categorical(counts(x, y), reference: reference, current: current))
    }

    private static func numbers(_ fields: [String]) -> NumericSample {
        NumericSample(rows: fields.map { Double($0) ?? .nan }, isInteger: fields.allSatisfy { Int($0) != nil })
    }

    static func column(_ pair: ColumnPair, _ fields: [String]) -> Column {
        let isNumber = pair.kind == .num
        let rows = fields.map { Double($0) ?? .nan }
        return Column(
            name: pair.name, kind: pair.kind,
            values: isNumber
                ? .numbers(NumberColumn(values: rows, isInteger: fields.allSatisfy { Int($0) != nil }))
                : .strings(strings(fields)))
    }

    private static func strings(_ fields: [String]) -> StringColumn {
        var codes: [String: Int32] = [:]
        var dictionary: [String] = []
        let indices = fields.map { field -> Int32 in
            if field.isEmpty { return -1 }
            if let code = codes[field] { return code }
            codes[field] = Int32(dictionary.count)
            dictionary.append(field)
            return Int32(dictionary.count - 1)
        }
        return StringColumn(indices: indices, dictionary: dictionary)
    }

    private static func counts(_ x: [String], _ y: [String]) -> CategoryCounts {
        let names = Set(x).union(y).subtracting([""]).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        func count(_ fields: [String]) -> [Int] {
            let tally = Dictionary(fields.map { ($0, 1) }, uniquingKeysWith: +)
            return names.map { tally[$0] ?? 0 }
        }
        return CategoryCounts(categories: names, reference: count(x), current: count(y))
    }

    /// Fields by column name; quotes as in RFC 4180, no line breaks inside fields.
    private static func table(_ file: URL) throws -> [String: [String]] {
        let lines = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline)
        let header = fields(lines[0])
        var table = Dictionary(uniqueKeysWithValues: header.map { ($0, [String]()) })
        for line in lines.dropFirst() {
            for (name, field) in zip(header, fields(line)) { table[name]?.append(field) }
        }
        return table
    }

    private static func fields(_ line: Substring) -> [String] {
        guard line.utf8.contains(UInt8(ascii: "\"")) else {
            return line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        var (result, field, quoted) = ([String](), "", false)
        for character in line {
            if character == "\"" {
                quoted.toggle()
            } else if character == ",", !quoted {
                result.append(field)
                field = ""
            } else {
                field.append(character)
            }
        }
        return result + [field]
    }
}
