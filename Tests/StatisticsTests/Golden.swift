import Core
import Foundation
import Statistics

/// The golden data beside the repository (../shared/golden/monitoring): cases, columns, expected numbers, tolerances.
/// The environment variable STEWARD_GOLDEN names another folder of the same shape.
enum Golden {
    static let folder: URL = {
        if let other = ProcessInfo.processInfo.environment["STEWARD_GOLDEN"] { return URL(fileURLWithPath: other) }
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { url.deleteLastPathComponent() }
        return url.deletingLastPathComponent().appendingPathComponent("shared/golden/monitoring")
    }()

    static var isPresent: Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent("README.md").path)
    }

    struct Case {
        let name: String
        /// Reference and current column of each name, in the order of the reference file.
        let columns: [(reference: Column, current: Column)]
        let expected: JSON

        /// What scipy and Evidently say, by column; nil for other kinds of cases.
        var columnBlocks: [JSON.Member] { expected["scipy_evidently"]?["columns"]?.members ?? [] }

        func pair(named name: String) -> ColumnPair? {
            columns.first { $0.reference.name == name }.map { Golden.pair($0.reference, $0.current) }
        }
    }

    /// The drift cases: folders with all four files.
    static func caseNames() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().filter { name in
            ["reference.csv", "current.csv", "schema.json", "expected.json"].allSatisfy {
                FileManager.default.fileExists(atPath: folder.appendingPathComponent("\(name)/\($0)").path)
            }
        }
    }

    static func load(_ name: String) throws -> Case {
        let place = folder.appendingPathComponent(name)
        func bytes(_ file: String) throws -> [UInt8] {
            [UInt8](try Data(contentsOf: place.appendingPathComponent(file)))
        }
        let schema = try JSONParser.parse(try bytes("schema.json"))
        var kinds: [String: ColumnKind] = [:]
        for member in schema["columns"]?.members ?? [] {
            kinds[member.name] = member.value.text.flatMap(ColumnKind.init(rawValue:))
        }
        let reference = columns(try bytes("reference.csv"), kinds)
        let current = columns(try bytes("current.csv"), kinds)
        let both = reference.compactMap { column in
            current.first { $0.name == column.name }.map { (reference: column, current: $0) }
        }
        return Case(name: name, columns: both, expected: try JSONParser.parse(try bytes("expected.json")))
    }

    static func pair(_ reference: Column, _ current: Column) -> ColumnPair {
        switch (reference.values, current.values) {
        case (.numbers(let left), .numbers(let right)):
            ColumnPair(
                name: reference.name, kind: reference.kind,
                values: .numeric(reference: NumericSample(column: left), current: NumericSample(column: right)))
        case (.strings(let left), .strings(let right)):
            ColumnPair(
                name: reference.name, kind: reference.kind,
                values: .categorical(
                    CategoryCounts(counting: left, against: right), reference: left, current: right))
        default:
            ColumnPair(
                name: reference.name, kind: reference.kind,
                values: .categorical(
                    CategoryCounts(categories: [], reference: [], current: []),
                    reference: StringColumn(indices: [], dictionary: []),
                    current: StringColumn(indices: [], dictionary: [])))
        }
    }
}

// MARK: - Reading

extension Golden {
    /// RFC 4180 with a header; an empty field is a missing value.
    static func columns(_ bytes: [UInt8], _ kinds: [String: ColumnKind]) -> [Column] {
        let rows = fields(bytes)
        guard let header = rows.first else { return [] }
        return header.enumerated().map { place, name in
            let texts = rows.dropFirst().map { place < $0.count ? $0[place] : "" }
            let kind = kinds[name] ?? .cat
            switch kind {
            case .num: return Column(name: name, kind: kind, values: .numbers(numbers(texts)))
            case .datetime:
                return Column(name: name, kind: kind, values: .numbers(NumberColumn(values: texts.map(seconds))))
            case .cat, .text, .bool: return Column(name: name, kind: kind, values: .strings(strings(texts)))
            }
        }
    }

    private static func fields(_ bytes: [UInt8]) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var field: [UInt8] = []
        var quoted = false
        var i = 0
        func endField() {
            row.append(String(decoding: field, as: UTF8.self))
            field.removeAll(keepingCapacity: true)
        }
        while i < bytes.count {
            let byte = bytes[i]
            i += 1
            if quoted {
                if byte != 0x22 {
                    field.append(byte)
                } else if i < bytes.count, bytes[i] == 0x22 {
                    field.append(byte)
                    i += 1
                } else {
                    quoted = false
                }
            } else if byte == 0x22 {
                quoted = true
            } else if byte == 0x2C {
                endField()
            } else if byte == 0x0A {
                endField()
                rows.append(row)
                row.removeAll(keepingCapacity: true)
            } else if byte != 0x0D {
                field.append(byte)
            }
        }
        if !field.isEmpty || !row.isEmpty {
            endField()
            rows.append(row)
        }
        return rows
    }

    private static func numbers(_ texts: [String]) -> NumberColumn {
        let values = texts.map { $0.isEmpty ? Double.nan : Double($0) ?? .nan }
        return NumberColumn(values: values, isInteger: !texts.isEmpty && texts.allSatisfy { Int64($0) != nil })
    }

    private static func strings(_ texts: [String]) -> StringColumn {
        var places: [[UInt8]: Int32] = [:]
        var dictionary: [String] = []
        let indices: [Int32] = texts.map { text in
            if text.isEmpty { return -1 }
            let key = Array(text.utf8)
            if let place = places[key] { return place }
            let place = Int32(dictionary.count)
            places[key] = place
            dictionary.append(text)
            return place
        }
        return StringColumn(indices: indices, dictionary: dictionary)
    }

    /// `YYYY-MM-DD` with an optional ` HH:MM:SS`, in UTC.
    private static func seconds(_ text: String) -> Double {
        let parts = text.split { !$0.isNumber }.compactMap { Double($0) }
        guard parts.count >= 3 else { return .nan }
        // Days from civil date: years begin in March, so that the leap day is the last.
        let year = parts[1] > 2 ? parts[0] : parts[0] - 1
        let month = parts[1] > 2 ? parts[1] - 3 : parts[1] + 9
        let days =
            365 * year + (year / 4).rounded(.down) - (year / 100).rounded(.down) + (year / 400).rounded(.down)
            + ((153 * month + 2) / 5).rounded(.down) + parts[2] - 1 - 719_468
        let clock = (Array(parts.dropFirst(3)) + [0, 0, 0]).prefix(3)
        return days * 86400 + zip(clock, [3600.0, 60, 1]).reduce(0) { $0 + $1.0 * $1.1 }
    }
}

// MARK: - Comparing

extension Golden {
    /// How a figure is compared; the golden check's kinds.
    enum Figure {
        case statistic, pValue, asymptoticCramerVonMises
        /// alibi-detect stores single precision.
        case singleStatistic, singlePValue, singleCramerVonMises
    }

    /// The largest absolute difference that still matches.
    static func allowed(_ kind: Figure, _ expected: Double) -> Double {
        let size = abs(expected)
        let relative = size >= 1e-12 ? 1e-9 : 1e-6
        switch kind {
        case .statistic: return 1e-9 * size
        case .pValue: return relative * size
        case .asymptoticCramerVonMises: return 1e-7
        case .singleStatistic: return max(6e-8 * size, 1.5e-45)
        case .singlePValue: return max(max(relative, 6e-8) * size, 1.5e-45)
        case .singleCramerVonMises: return 1e-7 + 6e-8 * size
        }
    }

    static func matches(_ got: Double?, _ expected: Double, _ kind: Figure) -> Bool {
        guard let got else { return false }
        if expected.isNaN || got.isNaN { return expected.isNaN && got.isNaN }
        if expected.isInfinite || got.isInfinite { return expected == got }
        if kind != .statistic, kind != .singleStatistic, (0..<1e-300).contains(expected), (0..<1e-300).contains(got) {
            return true
        }
        return abs(expected - got) <= allowed(kind, expected)
    }
}
