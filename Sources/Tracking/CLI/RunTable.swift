import Core
import Platform

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
