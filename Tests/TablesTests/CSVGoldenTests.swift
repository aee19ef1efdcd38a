import Core
import Foundation
import Tables
import Testing

/// The data sets of the golden cases, which are not part of this repository.
enum CSVGolden {
    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "../shared/golden/monitoring").standardizedFileURL

    static var isPresent: Bool { FileManager.default.fileExists(atPath: folder.path) }

    static var cases: [URL] {
        let all = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return (all ?? []).filter { url in
            ["reference.csv", "current.csv", "schema.json"].allSatisfy {
                FileManager.default.fileExists(atPath: url.appending(path: $0).path)
            }
        }.sorted { $0.path < $1.path }
    }
}

@Suite("CSV: the golden data sets")
struct CSVGoldenTests {
    @Test(.enabled(if: CSVGolden.isPresent, "../shared is absent: golden comparisons skipped"))
    func kindsAndRows() throws {
        for folder in CSVGolden.cases {
            let schemaPath = folder.appending(path: "schema.json").path
            let schema = try JSONParser.parse(Array(Data(contentsOf: URL(filePath: schemaPath))))
            let kinds = try SchemaFile.read(schemaPath)
            for (file, member) in [("reference.csv", "n_ref"), ("current.csv", "n_cur")] {
                var options = ReadOptions()
                let path = folder.appending(path: file).path
                let inferred = try DataReader.read(path, options).table
                options.kinds = kinds
                let table = try DataReader.read(path, options).table
                if let rows = schema[member]?.int { #expect(table.rowCount == rows, "\(path)") }
                for (column, guess) in zip(table.columns, inferred.columns) {
                    #expect(kinds[column.name] == nil || column.kind == kinds[column.name], "\(path) \(column.name)")
                    guard column.kind == .num || column.kind == .datetime || column.kind == .bool else { continue }
                    #expect(guess.kind == column.kind, "\(path) \(column.name)")
                    #expect(guess.cells == column.cells, "\(path) \(column.name)")
                }
            }
        }
    }
}
