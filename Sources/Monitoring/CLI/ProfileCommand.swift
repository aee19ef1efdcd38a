import ArgumentParser
import Core
import Platform
import Statistics
import Tables

/// `steward profile`: make, merge and look at profiles.
struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Summarise data once, compare and merge the summaries later.",
        discussion: """
            A profile holds what a comparison needs of every column - counts, missing values, mean and deviation, \
            quantiles, distinct values, categories - and no rows. It takes at most about 40 kB per numeric column, \
            however large the data. `steward drift` takes a profile wherever it takes data.

            Profile the training data once:
              steward profile train.csv -o train.profile

            Compare today's data with it:
              steward drift train.profile today.csv

            Profile each day, and merge the days into a week:
              steward profile merge mon.profile tue.profile wed.profile -o week.profile

            Merging equals profiling everything at once: exactly for counts, ranges and up to 4,096 distinct values of \
            a column, within 0.25 % of a rank beyond. Look at a profile:
              steward profile show train.profile
            """,
        subcommands: [ProfileCreate.self, ProfileMerge.self, ProfileShow.self],
        defaultSubcommand: ProfileCreate.self)
}

/// How failures of these commands end the process.
enum ProfileExit {
    static func run(_ body: () throws(Failure) -> Void) throws {
        do {
            try body()
        } catch {
            Terminal.report(error)
            throw ExitCode(ExitStatus(error.code).rawValue)
        }
    }

    static func note(_ notes: [String]) {
        for note in notes { Terminal.message("note: \(note)") }
    }
}

struct ProfileCreate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a profile of a data file (the word \"create\" may be left out).",
        discussion: """
            Reads CSV, NDJSON, NumPy, Arrow and Parquet in bounded memory. Kinds of columns are inferred over the \
            whole file; give a schema file when several files must be read the same way, which merging needs.

            Examples:
              steward profile create train.csv -o train.profile
              steward profile train.csv --schema schema.json --exclude id -o train.profile
              steward profile train.csv --missing NA ? -o train.profile
            """)

    @Argument(help: "The data file.")
    var data: String

    @Option(name: [.short, .long], help: "Where to write the profile. An existing file is replaced in one step.")
    var output: String

    @Option(help: "A schema file: {\"columns\": {\"name\": \"num | cat | text | bool | datetime\"}}.")
    var schema: String?

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Only these columns.", valueName: "name"))
    var columns: [String] = []

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Leave these columns out.", valueName: "name"))
    var exclude: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Further spellings of a missing value, such as NA or null.", valueName: "text"))
    var missing: [String] = []

    func run() throws {
        try ProfileExit.run { () throws(Failure) in
            var options = ReadOptions()
            options.missing = Set(missing)
            options.exclude = ColumnNames.split(exclude)
            if let schema { options.kinds = try SchemaFile.read(schema) }
            if !columns.isEmpty { options.include = ColumnNames.split(columns) }
            try AtomicFile.check(output)
            guard !AtomicFile.isSameFile(data, output) else {
                throw Failure(.invalid, "\(output): is the data itself", hint: "Give the profile another name.")
            }
            let progress = ProgressLine()
            let label = "reading \(ProfileText.clean(data))"
            options.progress = { progress.update(label, $0) }
            defer { progress.clear() }
            let (profile, _, notes) = try ProfileFile.load(data, options)
            progress.clear()
            ProfileExit.note(notes)
            let lost = (options.include ?? []).filter { options.reads($0) && profile.column(named: $0) == nil }
            guard lost.isEmpty else {
                throw Failure(
                    .invalid, "\(data): no column \(lost.map { "\"\($0)\"" }.joined(separator: ", "))",
                    hint: "Its columns can be seen with `head -1`; names are compared exactly.")
            }
            try ProfileFile.write(profile, to: output)
            Terminal.message("\(output): \(ProfileText.sentence(profile))")
        }
    }
}

struct ProfileMerge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Merge profiles of parts into the profile of the whole.",
        discussion: """
            The parts must have the same columns of the same kinds, in any order; a column without any value fits \
            every kind.

            Example:
              steward profile merge january.profile february.profile -o winter.profile
            """)

    @Argument(help: "Profiles, one or more.")
    var profiles: [String]

    @Option(
        name: [.short, .long], help: "Where to write the merged profile. An existing file is replaced in one step.")
    var output: String

    func run() throws {
        try ProfileExit.run { () throws(Failure) in
            try AtomicFile.check(output)
            var merged = TableProfile.zero
            for path in profiles {
                let part = try ProfileFile.read(path)
                do throws(Failure) {
                    try merged.merge(part)
                } catch {
                    throw Failure(error.code, "\(path): cannot be merged: \(error.message)", hint: error.hint)
                }
            }
            try ProfileFile.write(merged, to: output)
            Terminal.message("\(output): \(ProfileText.sentence(merged))")
        }
    }
}

struct ProfileShow: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print what a profile holds.",
        discussion: """
            Takes a profile, or SageMaker Model Monitor's statistics.json.

            Examples:
              steward profile show train.profile
              steward profile show train.profile --format json | jq '.columns[] | select(.missing > 0) | .name'
            """)

    @Argument(help: "The profile.")
    var file: String

    @Option(help: "text for people, json for programs.")
    var format = Format.text

    func run() throws {
        try ProfileExit.run { () throws(Failure) in
            let profile: TableProfile
            if try DataFormat.detect(file).format == .sagemakerStatistics {
                let statistics = try SageMaker.Statistics.read(file)
                ProfileExit.note(statistics.notes)
                profile = statistics.profile
            } else {
                profile = try ProfileFile.read(file)
            }
            switch format {
            case .text: Terminal.write(ProfileText.document(profile))
            case .json: Terminal.write(ProfileJSON.document(profile).text(pretty: true) + "\n")
            }
        }
    }
}
