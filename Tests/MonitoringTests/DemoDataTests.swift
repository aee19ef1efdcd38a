import Core
import Foundation
import Monitoring
import Platform
import Testing

@Suite("Demonstration data")
struct DemoDataTests {
    private func make(rows: Int, seed: UInt64) throws -> (reference: [[String]], current: [[String]], bytes: Data) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "steward-demo-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try DemoData.write(rows: rows, seed: seed, folder: folder.path) { _, _ in }
        let sides = try ["reference.csv", "current.csv"].map { try Data(contentsOf: folder.appending(path: $0)) }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names == ["README.txt", "current.csv", "reference.csv", "schema.json"])
        let schema = try JSONParser.parse(Array(Data(contentsOf: folder.appending(path: "schema.json"))))
        let kinds = try #require(schema["columns"]?.members)
        let tables = sides.map { data in
            String(decoding: data, as: UTF8.self).split(separator: "\n")
                .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        }
        #expect(tables[0][0] == kinds.map(\.name) && tables[1][0] == kinds.map(\.name))
        return (tables[0], tables[1], sides[0] + sides[1])
    }

    private func column(_ name: String, of table: [[String]]) throws -> [String] {
        let place = try #require(table[0].firstIndex(of: name))
        return table.dropFirst().map { $0[place] }
    }

    @Test("the same seed gives the same bytes, another seed others")
    func seeded() throws {
        let first = try make(rows: 300, seed: 5).bytes
        #expect(try make(rows: 300, seed: 5).bytes == first)
        #expect(try make(rows: 300, seed: 6).bytes != first)
    }

    @Test("the drift is what the README says")
    func drift() throws {
        let data = try make(rows: 20_000, seed: 2)
        #expect(data.reference.count == 20_001 && data.current.count == 20_001)
        #expect((data.reference + data.current).allSatisfy { $0.count == 14 })

        func mean(_ name: String, _ table: [[String]]) throws -> Double {
            let values = try column(name, of: table).compactMap(Double.init)
            return values.reduce(0, +) / Double(values.count)
        }
        func share(_ name: String, _ value: String, _ table: [[String]]) throws -> Double {
            Double(try column(name, of: table).count { $0 == value }) / 20_000
        }
        let loans = try mean("loan_amount", data.current) / mean("loan_amount", data.reference)
        #expect(abs(loans - 1.18) < 0.03)
        let interest = try mean("interest_rate", data.current) - mean("interest_rate", data.reference)
        #expect(abs(interest - 1.2) < 0.1)
        #expect(try share("purpose", "solar", data.reference) == 0)
        #expect(abs(try share("purpose", "solar", data.current) - 0.07) < 0.01)
        #expect(abs(try share("employment_years", "", data.reference) - 0.03) < 0.01)
        #expect(abs(try share("employment_years", "", data.current) - 0.11) < 0.01)
        let defaults = try share("defaulted", "true", data.current) - share("defaulted", "true", data.reference)
        #expect((0.005...0.035).contains(defaults))
        for name in ["age", "credit_score", "debt_to_income"] {
            let (before, after) = try (mean(name, data.reference), mean(name, data.current))
            #expect(abs(after / before - 1) < 0.02, "\(name)")
        }
        let dates = try column("application_date", of: data.reference)
        #expect(dates == dates.sorted() && dates.allSatisfy { $0.hasPrefix("2024-") && $0.count == 20 })
    }

    @Test("the number of rows is bounded", arguments: [0, -1, DemoData.rowLimit + 1])
    func bounds(rows: Int) {
        let failure = #expect(throws: Failure.self) {
            try DemoData.write(rows: rows, seed: 1, folder: "/nonexistent") { _, _ in }
        }
        #expect(failure?.code == .invalid && failure?.message.contains("\(rows)") == true)
    }

    @Test("numbers and times are written as they should be read")
    func line() {
        var line = CSVLine()
        line.integer(-7)
        line.missing()
        line.fixed(-1.005, decimals: 1)
        line.fixed(-0.001, decimals: 2)
        line.fixed(1234.5, decimals: 3)
        line.time(0)
        line.time(1_709_251_199)
        line.time(1_709_251_200)
        line.word("a b")
        line.end()
        #expect(
            String(decoding: line.bytes, as: UTF8.self)
                == "-7,,-1.0,0.00,1234.500,1970-01-01T00:00:00Z,2024-02-29T23:59:59Z,2024-03-01T00:00:00Z,a b\n")
    }

    @Test("a file that is not finished leaves nothing behind and the old one in place")
    func unfinished() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "steward-output-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "file").path
        func write(_ text: String, finish: Bool) throws {
            var file = try OutputFile(path: path)
            try file.append(Array(text.utf8))
            if finish { try file.commit() }
        }
        try write("old", finish: true)
        try write("new", finish: false)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
        try write("new", finish: true)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
        #expect(throws: Failure.self) { _ = try OutputFile(path: folder.path + "/absent/file") }
    }
}
