package import ArgumentParser
import Core
import Platform
import Statistics
import Tables

/// `steward drift REFERENCE CURRENT`
package struct DriftCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "drift",
        abstract: "Tell whether data have drifted: how far each column moved, and how sure that is.",
        discussion: """
            REFERENCE is what the model was trained on, CURRENT what it sees now. Each is a data file (CSV, NDJSON, \
            .npy, .npz, Parquet, Arrow; .gz where it is text), a profile written by `steward profile`, or, as the \
            reference, a SageMaker statistics.json.

            A column counts as drifted when the change is statistically significant after correction for the number \
            of columns, and larger than a threshold in units people understand. docs/concepts/statistics.md has the \
            whole rule.

            Examples:
              steward drift train.csv today.csv
              steward drift train.csv today.csv --html report.html --target churned
              steward drift train.profile today.parquet --format junit > drift.xml
              steward drift a.csv b.csv --compat evidently --method all --format json

            Exit status: 0 no drift, 1 drift, 2 bad usage or input, 3 too little data to decide, 4 something failed \
            (a full disk, a missing engine).
            """)

    @Argument(help: "The reference data or profile.")
    var reference: String

    @Argument(help: "The current data or profile.")
    var current: String

    @OptionGroup(title: "Data")
    var data: DataOptions

    @OptionGroup(title: "Decision")
    var decision: DecisionOptions

    @OptionGroup(title: "Output")
    var output: OutputOptions

    @Option(help: ArgumentHelp("Read settings from a YAML file; flags win over it.", valueName: "file"))
    var config: String?

    package init() {}

    package mutating func run() throws {
        try CommandExit.finish(compare())
    }

    private func compare() throws(Failure) -> ExitStatus {
        let plan = try DriftPlan(self)
        let line = ProgressLine()
        defer { line.clear() }
        let report = try plan.run(line)
        line.clear()
        try DriftOutputs(plan: plan).write(report)
        return plan.exitStatus(report)
    }
}

/// Which data to read, and how.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Column kinds: {\"columns\": {\"age\": \"num\", ...}} with num, cat, text, bool or datetime.",
            valueName: "file"))
    var schema: String?

    @Option(
        parsing: .upToNextOption, help: ArgumentHelp("Compare only these columns (a b, or a,b).", valueName: "name"))
    var columns: [String] = []

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Leave these columns out.", valueName: "name"))
    var exclude: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Further spellings of a missing value, such as NA or null.", valueName: "text"))
    var missing: [String] = []

    @Option(help: ArgumentHelp("The column that holds the model's prediction.", valueName: "name"))
    var prediction: String?

    @Option(help: ArgumentHelp("The column that holds the target.", valueName: "name"))
    var target: String?

    @Option(
        help: ArgumentHelp(
            "Files above this many MiB are read as profiles, in bounded memory (default 2048).", valueName: "MiB"))
    var profileAbove: Int?

    @Option(
        help: ArgumentHelp("SageMaker constraints.json that belongs to a statistics.json reference.", valueName: "file")
    )
    var constraints: String?
}

/// What counts as drift.
struct DecisionOptions: ParsableArguments {
    @Option(
        help:
            "Whose rules decide: \(DriftSettings.Compatibility.allCases.map(\.rawValue).joined(separator: ", ")) (default steward)."
    )
    var compat: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Methods by name, or `all` of the --compat namespace.", valueName: "name"))
    var method: [String] = []

    @Option(help: "Significance level, between 0 and 1 (default 0.05).")
    var alpha: Double?

    @Option(help: "Correction over the columns: bh (Benjamini-Hochberg, the default), bonferroni, none.")
    var correction: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Effect that matters: a number for all, or num=0.2, cat=0.1, COLUMN=0.3.", valueName: "x"))
    var threshold: [String] = []

    @Flag(help: "Call drift only when the whole interval lies above the threshold.")
    var strict = false

    @Option(help: ArgumentHelp("Compare again inside each value of this column.", valueName: "name"))
    var segmentBy: String?

    @Option(help: "Chunks that nannyml methods cut each side into (default 5).")
    var chunks: Int?

    @Option(help: "When to exit with 1: drift (the default) or never.")
    var failOn: String?
}

/// Where the answer goes.
struct OutputOptions: ParsableArguments {
    @Option(help: "Standard output: text (the default), json, markdown or junit.")
    var format: String?

    @Option(help: ArgumentHelp("Also write a self-contained HTML report.", valueName: "file"))
    var html: String?

    @Option(help: ArgumentHelp("Also write SageMaker's constraint_violations.json.", valueName: "file"))
    var sagemakerViolations: String?

    @Flag(name: .shortAndLong, help: "Text output: every figure of every column.")
    var verbose = false
}
