package import Core
import Platform
import Statistics

/// The demonstration data set: two periods of loan applications with known drift.
package enum DemoData {
    /// Rows in each of the two files.
    package static let rowLimit = 5_000_000
    package static let defaultRows = 20_000

    /// Writes `reference.csv`, `current.csv`, `schema.json` and `README.txt` into an existing folder. The same rows and
    /// seed give the same bytes.
    /// - Parameters:
    ///   - rows: per file, 1 to `rowLimit`.
    ///   - progress: told the file and how many of its rows are written, about every 100,000 rows.
    /// - Throws: `invalid` for a row count out of range or a folder that cannot be written to.
    package static func write(
        rows: Int, seed: UInt64, folder: String, progress: (_ file: String, _ rows: Int) -> Void
    ) throws(Failure) {
        guard (1...rowLimit).contains(rows) else {
            throw Failure(.invalid, "\(rows) rows: the demo data has 1 to \(rowLimit) rows per file")
        }
        let sides = [("reference.csv", CreditPopulation.reference, seed), ("current.csv", .current, ~seed)]
        for (name, population, seed) in sides {
            var random = SeededRandom(seed: seed)
            var file = try OutputFile(path: folder + "/" + name)
            var line = CSVLine()
            for column in CreditPopulation.columns { line.word(column.name) }
            line.end()
            for row in 0..<rows {
                population.write(into: &line, position: (Double(row) + 0.5) / Double(rows), random: &random)
                try file.append(line.bytes)
                line.clear()
                if row % 100_000 == 99_999 { progress(name, row + 1) }
            }
            try file.commit()
        }
        try AtomicFile.write(schema.serialised(pretty: true) + [UInt8(ascii: "\n")], to: folder + "/schema.json")
        try AtomicFile.write(Array(explanation.utf8), to: folder + "/README.txt")
    }

    private static var schema: JSON {
        .record(["columns": .object(CreditPopulation.columns.map { JSON.Member($0.name, .string($0.kind)) })])
    }

    private static let explanation = """
        Loan applications, made up by `steward demo data`. reference.csv is the year 2024, current.csv the first quarter
        of 2025. Nobody in them is real.

        What differs between the two files, by construction:

        column               change from reference to current
        -------------------  ---------------------------------------------------------------------------
        application_date     another period (the values cannot overlap)
        loan_amount          18 % larger (about a third of a standard deviation)
        interest_rate        1.2 percentage points higher (0.5 standard deviations)
        purpose              a new category, "solar", with 7 % of the applications
        employment_years     missing for 11 % instead of 3 %; the known values are unchanged
        default_probability  higher, because it depends on loan_amount and interest_rate
        defaulted            more often true, for the same reason (about 2 percentage points)
        income               2 % higher: real, but small
        home_owner           true for 50 % instead of 52 %: real, but small
        age, region, credit_score, debt_to_income, open_loans: unchanged

        """
}
