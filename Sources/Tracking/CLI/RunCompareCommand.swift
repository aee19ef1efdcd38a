import ArgumentParser
import Core
import Platform

struct RunCompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare runs side by side: the parameters in which they differ, and all metrics.",
        discussion: "Example: steward run compare 3f2a 77c1 9d0e")

    @Argument(help: ArgumentHelp("Two or more runs, by identifier or the beginning of it.", valueName: "runs"))
    var runs: [String]

    @Flag(help: "Also the parameters that are the same.") var all = false
    @OptionGroup var server: ServerOptions

    mutating func validate() throws {
        guard (2...20).contains(runs.count) else { throw ValidationError("Name 2 to 20 runs.") }
    }

    mutating func run() async throws {
        let names = runs
        let found = try await server.connect { server in
            var found: [RunView] = []
            for name in names { found.append(try await server.run(name)) }
            return found
        }
        if server.json { return JSON.record(["runs": .array(found.map(\.json))]).show() }
        let identifiers = ShortIdentifier.of(found.map(\.id))
        var table = TextTable(
            columns: [.init(title: "", minimum: 12)]
                + found.map { .init(title: DisplayText.label($0.name), alignsRight: true, minimum: 8) })
        table.rows.append([.init("Id", .faint)] + identifiers.map { .init(DisplayText.clean($0), .faint) })
        table.rows.append([.init("Status", .faint)] + found.map(\.statusCell))
        table.rows.append(
            [.init("Duration", .faint)]
                + found.map { .init($0.duration.map { DisplayValue.duration(milliseconds: $0) } ?? "-") })
        var same = 0
        for name in Self.names(found.map { $0.parameters.map(\.name) }) {
            let values = found.map { $0.parameter(name) }
            if !all, Set(values.map { $0 ?? "" }).count == 1 {
                same += 1
                continue
            }
            table.rows.append([.init(DisplayText.label(name))] + values.map { .init(DisplayText.clean($0 ?? "-")) })
        }
        for name in Self.names(found.map { $0.metrics.map(\.name) }) {
            let values = found.map { $0.metric(name) }
            table.rows.append(
                [.init(DisplayText.label(name))]
                    + zip(values, DisplayValue.numbers(values)).map { .init($0 == nil ? "-" : $1, .strong) })
        }
        table.write()
        if same > 0 {
            Terminal.message(
                "\(DisplayValue.count(same, "parameter is", "parameters are")) the same; --all shows them.")
        }
    }

    /// All names, by their bytes.
    private static func names(_ lists: [[String]]) -> [String] {
        Set(lists.joined()).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
