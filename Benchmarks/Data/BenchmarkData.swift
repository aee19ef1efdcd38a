import ArgumentParser
import Core
import Foundation
import Monitoring
import Platform
import Statistics

/// Writes the data of docs/benchmarks.md: two CSV files of 20 numeric and 5 categorical columns, about 214 bytes a row.
/// Columns n15 to n19 and c4 differ between the files; all others come from the same distributions.
@main
struct BenchmarkData: ParsableCommand {
    @Option(help: "Rows in each file.")
    var rows = 1_000_000

    @Option(help: "Seed of the random numbers.")
    var seed: UInt64 = 1

    @Argument(help: "Folder to write into.")
    var folder: String

    func run() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try write("reference.csv", shift: 0, seed: seed)
        try write("current.csv", shift: 0.3, seed: ~seed)
    }

    private static let categoryCounts = [2, 5, 20, 100, 8]

    private func write(_ name: String, shift: Double, seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var file = try OutputFile(path: folder + "/" + name)
        var line = CSVLine()
        for column in 0..<20 { line.word("n\(column)") }
        for column in 0..<5 { line.word("c\(column)") }
        line.end()
        let words = Self.categoryCounts.map { count in (0..<count).map { Array("group\($0)".utf8) } }
        for _ in 0..<rows {
            for column in 0..<20 { number(column, shift: column < 15 ? 0 : shift, into: &line, random: &random) }
            for (column, names) in words.enumerated() {
                // Low numbers are more frequent; the drifted column's skew is stronger.
                let skew = column == 4 ? 2 + shift : 2
                line.word(names[Int(pow(random.uniform(), skew) * Double(names.count))])
            }
            line.end()
            try file.append(line.bytes)
            line.clear()
        }
        try file.commit()
    }

    private func number(_ column: Int, shift: Double, into line: inout CSVLine, random: inout SeededRandom) {
        // Two columns have missing values.
        if column % 10 == 3, random.uniform() < 0.05 { return line.missing() }
        let value = random.normal() + shift
        switch column % 5 {
        case 0, 1: line.fixed(value, decimals: 6)
        case 2: line.fixed(1_000 * exp(0.8 * value), decimals: 6)
        case 3: line.integer(Int(400 + 120 * value))
        default: line.fixed(50 + 10 * value, decimals: 6)
        }
    }
}
