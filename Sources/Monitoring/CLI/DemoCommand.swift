package import ArgumentParser
import Core
import Foundation
import Platform

/// `steward demo`: data to try Steward on.
package struct DemoCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Makes data to try Steward on.", subcommands: [DemoDataCommand.self])

    package init() {}
}

/// `steward demo data`.
struct DemoDataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Writes a credit-risk data set with known drift.",
        discussion: """
            Two files of loan applications, reference.csv and current.csv, with schema.json and a README.txt that says \
            which columns changed and by how much. The same --rows and --seed give the same files.
            """)

    @Option(help: "Rows in each of the two files, up to \(DemoData.rowLimit).")
    var rows = DemoData.defaultRows

    @Option(help: "Seed of the random numbers.")
    var seed: UInt64 = 1

    @Option(name: .shortAndLong, help: ArgumentHelp("Folder to write into; it is made if absent.", valueName: "dir"))
    var output = "demo-data"

    func run() throws {
        do {
            try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
        } catch {
            throw Failure(
                .invalid, "\(output): the folder cannot be made", hint: "choose another one with --output",
                cause: "\(error)")
        }
        let showsProgress = Terminal.errorIsTerminal && rows >= 500_000
        try DemoData.write(rows: rows, seed: seed, folder: output) { file, done in
            if showsProgress { Terminal.message("\(file): \(done * 100 / rows) %") }
        }
        Terminal.write(
            """
            \(output)/reference.csv  \(rows) rows, the year 2024
            \(output)/current.csv    \(rows) rows, the first quarter of 2025
            \(output)/schema.json    the kinds of the columns
            \(output)/README.txt     what changed, and by how much

            """)
    }
}
