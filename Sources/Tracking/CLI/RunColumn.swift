import ArgumentParser
import Core
import Platform

/// A column of a table of runs.
enum RunColumn: Equatable {
    case name, status, experiment, started, ended, duration, user, id
    case metric(String)
    case parameter(String)
    case tag(String)

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
                .invalid, "--columns: there is no column '\(text)'",
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

    /// What a list shows when nobody says: what was asked for, the metrics most runs have, and the parameters in which
    /// they differ.
    /// - Parameter asked: filter and order of the list.
    static func standard(_ runs: [RunView], asked: String, showsExperiment: Bool) -> [RunColumn] {
        let metrics = ranked(runs.map { $0.metrics.map(\.name) }, asked, "metrics.")
            .filter { !$0.utf8.starts(with: "system/".utf8) }
        let parameters = ranked(runs.map { $0.parameters.map(\.name) }, asked, "params.").filter { name in
            runs.count == 1 || mentions(asked, "params.", name) || Set(runs.map { $0.parameter(name) ?? "" }).count > 1
        }
        return [.name] + (showsExperiment ? [.experiment] : []) + [.status]
            + metrics.prefix(4).map(RunColumn.metric) + parameters.prefix(3).map(RunColumn.parameter)
            + [.started, .duration, .id]
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

/// Runs as a table.
struct RunTable {
    let runs: [RunView]
    let columns: [RunColumn]
    let now: Timestamp

    func make() -> TextTable {
        var rows = Array(repeating: [TextTable.Cell](), count: runs.count)
        for column in columns {
            for (index, cell) in cells(column).enumerated() { rows[index].append(cell) }
        }
        var logged = 0
        return TextTable(
            columns: columns.map { column in
                // The last of what was logged gives way first on a narrow terminal; what names a run stays.
                switch column {
                case .metric, .parameter, .tag:
                    logged += 1
                    return .init(
                        title: column.title, alignsRight: isNumeric(column), dispensable: 3 + logged, minimum: 8)
                case .name: return .init(title: column.title, minimum: 12)
                case .experiment: return .init(title: column.title, dispensable: 1, minimum: 10)
                case .user, .ended: return .init(title: column.title, dispensable: 3)
                case .duration: return .init(title: column.title, alignsRight: true, dispensable: 2)
                case .started, .status, .id: return .init(title: column.title)
                }
            }, rows: rows)
    }

    private func isNumeric(_ column: RunColumn) -> Bool {
        switch column {
        case .metric: true
        case .parameter(let name): runs.allSatisfy { run in run.parameter(name).map { Double($0) != nil } ?? true }
        default: false
        }
    }

    private func cells(_ column: RunColumn) -> [TextTable.Cell] {
        func age(_ time: Timestamp?) -> String { time.map { DisplayValue.age($0, now: now) } ?? "-" }
        switch column {
        case .metric(let name): return DisplayValue.numbers(runs.map { $0.metric(name) }).map { .init($0) }
        case .id: return ShortIdentifier.of(runs.map(\.id)).map { .init(DisplayText.clean($0)) }
        default: break
        }
        return runs.map { run in
            switch column {
            case .name: .init(DisplayText.label(run.name))
            case .status: run.statusCell
            case .experiment: .init(DisplayText.label(run.experiment))
            case .started: .init(age(run.started))
            case .ended: .init(age(run.ended))
            case .duration: .init(run.duration.map { DisplayValue.duration(milliseconds: $0) } ?? "-")
            case .user: .init(DisplayText.clean(run.user))
            case .parameter(let name): .init(DisplayText.clean(run.parameter(name) ?? ""))
            case .tag(let name): .init(DisplayText.clean(run.tag(name) ?? ""))
            case .metric, .id: .init("")
            }
        }
    }
}
