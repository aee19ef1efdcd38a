import Core
import Platform
import Statistics
import Tables

/// What one run of `steward drift` does, after flags, configuration file and defaults have been put together and
/// checked.
struct DriftPlan {
    enum Format: String, CaseIterable { case text, json, markdown, junit }
    enum FailOn: String, CaseIterable { case drift, never }

    let referencePath: String
    let currentPath: String
    var reading = ReadOptions()
    var profileAbove = 2048 << 20
    var settings = DriftSettings()
    var format = Format.text
    var html: String?
    var failOn = FailOn.drift
    var verbose: Bool
    var constraints: String?
    var sagemakerViolations: String?

    init(_ command: DriftCommand) throws(Failure) {
        referencePath = command.reference
        currentPath = command.current
        verbose = command.output.verbose
        constraints = command.data.constraints
        sagemakerViolations = command.output.sagemakerViolations
        let file = try Settings(Self.names, file: command.config)
        try readData(command.data, file)
        try readDecision(command.decision, file)
        try readOutput(command.output, file, failOn: command.decision.failOn)
    }

    /// The settings a file may have: the long flags, and `importances`.
    private static let names = [
        "schema", "columns", "exclude", "missing", "prediction", "target", "profile_above", "compat", "method", "alpha",
        "correction", "threshold", "strict", "segment_by", "chunks", "fail_on", "format", "html", "importances",
    ]

    private mutating func readData(_ options: DataOptions, _ file: Settings) throws(Failure) {
        if let schema = try file.text("schema", flag: options.schema) { reading.kinds = try SchemaFile.read(schema) }
        let columns = try file.texts("columns", flag: ColumnNames.split(options.columns))
        reading.include = columns.isEmpty ? nil : columns
        settings.columns = reading.include
        reading.exclude = try file.texts("exclude", flag: ColumnNames.split(options.exclude))
        reading.missing = Set(try file.texts("missing", flag: options.missing))
        settings.prediction = try file.text("prediction", flag: options.prediction)
        settings.target = try file.text("target", flag: options.target)
        if let limit = try file.integer("profile_above", flag: options.profileAbove) {
            guard (0...1 << 30).contains(limit) else {
                throw Failure(.invalid, "--profile-above must be between 0 and \(1 << 30) MiB, not \(limit)")
            }
            profileAbove = limit << 20
        }
    }

    private mutating func readDecision(_ options: DecisionOptions, _ file: Settings) throws(Failure) {
        settings.compatibility = try choice(file.text("compat", flag: options.compat), "--compat") ?? .steward
        settings.methods = try file.texts("method", flag: options.method)
        settings.correction = try choice(file.text("correction", flag: options.correction), "--correction")
        settings.strict = try file.isSet("strict", flag: options.strict)
        settings.segmentBy = try file.text("segment_by", flag: options.segmentBy)
        settings.importances = try file.numbers("importances")
        if let alpha = try file.number("alpha", flag: options.alpha) {
            guard alpha > 0, alpha < 1 else { throw Failure(.invalid, "--alpha must be between 0 and 1, not \(alpha)") }
            settings.alpha = alpha
        }
        if let chunks = try file.integer("chunks", flag: options.chunks) {
            guard (2...1000).contains(chunks) else {
                throw Failure(.invalid, "--chunks must be between 2 and 1000, not \(chunks)")
            }
            settings.chunks = chunks
        }
        for text in try file.texts("threshold", flag: options.threshold) {
            try addThreshold(text)
        }
    }

    private mutating func readOutput(
        _ options: OutputOptions, _ file: Settings, failOn: String?
    ) throws(Failure) {
        format = try choice(file.text("format", flag: options.format), "--format") ?? .text
        html = try file.text("html", flag: options.html)
        for output in [html, sagemakerViolations].compactMap(\.self) { try checkOutput(output) }
        self.failOn = try choice(file.text("fail_on", flag: failOn), "--fail-on") ?? .drift
    }

    /// A comparison may take minutes; that its report cannot be written should be known before.
    private func checkOutput(_ output: String) throws(Failure) {
        try AtomicFile.check(output)
        for input in [referencePath, currentPath] where AtomicFile.isSameFile(input, output) {
            throw Failure(.invalid, "\(output): is the data itself", hint: "Give the report another name.")
        }
    }

    /// `0.2` for everything, `num=0.2`, `cat=0.1`, or `COLUMN=0.3`; the last `=` divides, for names that hold one.
    private mutating func addThreshold(_ text: String) throws(Failure) {
        let divider = text.lastIndex(of: "=")
        let number = divider.map { text[text.index(after: $0)...] } ?? text[...]
        guard let value = Double(number), value.isFinite, value >= 0 else {
            throw Failure(
                .invalid, "--threshold: \"\(number)\" is not a number of at least 0",
                hint: "Write --threshold 0.2, --threshold num=0.2 cat=0.1, or --threshold COLUMN=0.3.")
        }
        switch divider.map({ String(text[..<$0]) }) {
        case nil: settings.thresholds.all = value
        case "num": settings.thresholds.numeric = value
        case "cat": settings.thresholds.categorical = value
        case let column?: settings.thresholds.columns[column] = value
        }
    }

    private func choice<Choice: RawRepresentable & CaseIterable>(
        _ text: String?, _ option: String
    ) throws(Failure) -> Choice? where Choice.RawValue == String {
        guard let text else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let known = Choice.allCases.map(\.rawValue)
        throw Failure(
            .invalid, "\(option): there is no \"\(text)\"",
            hint: NearestName.find(text, among: known).map { "Did you mean \($0)?" }
                ?? "Choose from \(known.joined(separator: ", ")).")
    }
}
