import Core
import Platform

/// Logged models that a run made or used.
struct RunModels: Sendable {
    let outputs: [LoggedModel]
    let inputs: [LoggedModel]
    /// At which step the run logged an output.
    private let steps: [String: Int64]

    /// Models that are not there any more, or may not be read, are left out.
    init(_ links: RunLinks, _ run: Run, _ rights: Rights, _ sql: any SQLConnection) throws {
        let store = LoggedModelStore(sql)
        func models(_ ids: [String]) throws -> [LoggedModel] {
            let found = try ids.prefix(100).compactMap { try store.find($0)?.model }
            let experiments = Set(found.map(\.experimentID)).sorted()
            let readable = Set(try ExperimentStore(sql).readable(experiments, rights))
            return found.filter { readable.contains($0.experimentID) }
        }
        outputs = try models(links.modelOutputs.map(\.modelID))
        inputs = try models(links.modelInputs)
        steps = Dictionary(links.modelOutputs.map { ($0.modelID, $0.step) }) { first, _ in first }
    }

    func write(_ html: inout Markup, _ now: Timestamp) {
        guard !outputs.isEmpty || !inputs.isEmpty else { return }
        html.section("Logged models", id: "models") { html in
            let columns = [
                TableColumn("Model", .id), TableColumn("State"), TableColumn("Kind"), TableColumn("The run"),
                .number("Step"), .number("Created"), TableColumn("Identifier"),
            ]
            html.table("Logged models", columns, style: .cards) { html in
                for model in outputs { row(model, "made it", steps[model.modelID], now, &html) }
                for model in inputs { row(model, "used it", nil, now, &html) }
            }
        }
    }

    private func row(_ model: LoggedModel, _ role: String, _ step: Int64?, _ now: Timestamp, _ html: inout Markup) {
        html.row { html in
            html.cell(.id) { $0.name(model.name, width: 60) }
            html.cell(label: "State") { $0.badge(model.badge, isPlain: model.status == .ready) }
            html.cell(model.modelType, label: "Kind")
            html.cell(role, label: "The run")
            html.numberCell(step.map { DisplayValue.grouped(Int($0)) }, label: "Step")
            html.cell(.number, label: "Created") { $0.time(model.createdAt, now: now) }
            html.cell(label: "Identifier") { html in
                html.identifier(model.modelID, shown: String(model.modelID.prefix(12)))
            }
        }
    }
}

extension LoggedModel {
    fileprivate var badge: Badge {
        switch status {
        case .ready: Badge(.good, "ready")
        case .failed: Badge(.bad, "failed")
        case .pending: Badge(.active, "pending")
        case .unspecified: Badge(.unknown, "unknown")
        }
    }
}
