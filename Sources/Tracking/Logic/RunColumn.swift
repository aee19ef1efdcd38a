import Core
import Platform

/// A column of a table of runs.
enum RunColumn: Equatable {
    case name, status, experiment, started, ended, duration, user, id
    case metric(String)
    case parameter(String)
    case tag(String)

    /// Names are compared as bytes.
    static func == (left: RunColumn, right: RunColumn) -> Bool {
        switch (left, right) {
        case (.metric(let left), .metric(let right)), (.parameter(let left), .parameter(let right)),
            (.tag(let left), .tag(let right)):
            left.utf8.elementsEqual(right.utf8)
        case (.name, .name), (.status, .status), (.experiment, .experiment), (.started, .started), (.ended, .ended),
            (.duration, .duration), (.user, .user), (.id, .id):
            true
        default: false
        }
    }

    private static let words: [(String, RunColumn)] = [
        ("name", .name), ("status", .status), ("experiment", .experiment), ("started", .started), ("ended", .ended),
        ("duration", .duration), ("user", .user), ("id", .id),
    ]

    /// Reads `status`, `metrics.accuracy`, `params.depth`, `tags.team`.
    init(parsing text: String) throws(Failure) {
        let prefixes: [(String, (String) -> RunColumn)] = [
            ("metrics.", RunColumn.metric), ("metric.", RunColumn.metric), ("params.", RunColumn.parameter),
            ("param.", RunColumn.parameter), ("tags.", RunColumn.tag), ("tag.", RunColumn.tag),
        ]
        for (prefix, make) in prefixes where text.utf8.starts(with: prefix.utf8) {
            self = make(String(text.dropFirst(prefix.count)))
            return
        }
        guard let found = Self.words.first(where: { $0.0 == text }) else {
            throw Failure(
                .invalid, "there is no column '\(text.prefix(200))'",
                hint:
                    "Columns are \(Self.words.map(\.0).joined(separator: ", ")), metrics.NAME, params.NAME, tags.NAME.")
        }
        self = found.1
    }

    var title: String {
        switch self {
        case .name: "Name"
        case .status: "Status"
        case .experiment: "Experiment"
        case .started: "Started"
        case .ended: "Ended"
        case .duration: "Duration"
        case .user: "User"
        case .id: "Id"
        case .metric(let name), .parameter(let name), .tag(let name): DisplayText.label(name)
        }
    }

    /// As `init(parsing:)` reads it.
    var text: String {
        switch self {
        case .metric(let name): "metrics." + name
        case .parameter(let name): "params." + name
        case .tag(let name): "tags." + name
        default: Self.words.first { $0.1 == self }?.0 ?? ""
        }
    }

    /// What a list shows when nobody says: what was asked for, the metrics most runs have, and the parameters in which
    /// they differ.
    /// - Parameters:
    ///   - metrics: the names of the metrics of each run.
    ///   - parameters: those of each run, with their values.
    ///   - asked: filter and order of the list.
    static func standard(
        metrics: [[String]], parameters: [[(name: String, value: String)]], asked: String
    ) -> (metrics: [RunColumn], parameters: [RunColumn]) {
        let shown = ranked(metrics, asked, "metrics.").filter { !$0.utf8.starts(with: "system/".utf8) }
        let differing = ranked(parameters.map { $0.map(\.name) }, asked, "params.").filter { name in
            if parameters.count == 1 || mentions(asked, "params.", name) { return true }
            let values = parameters.map { run in run.first { $0.name == name }?.value ?? "" }
            return Set(values).count > 1
        }
        return (shown.prefix(4).map(RunColumn.metric), differing.prefix(3).map(RunColumn.parameter))
    }

    /// Names, first those that were asked for, then those that most runs have.
    private static func ranked(_ names: [[String]], _ asked: String, _ prefix: String) -> [String] {
        var counts: [String: Int] = [:]
        for name in names.joined() { counts[name, default: 0] += 1 }
        let all = counts.map { (name: $0.key, isAsked: mentions(asked, prefix, $0.key), count: $0.value) }
        return all.sorted { left, right in
            if left.isAsked != right.isAsked { return left.isAsked }
            if left.count != right.count { return left.count > right.count }
            return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
        }.map(\.name)
    }

    private static func mentions(_ asked: String, _ prefix: String, _ name: String) -> Bool {
        [name, "`\(name)`", "\"\(name)\""].contains { asked.contains(prefix + $0) }
    }
}
