package import ArgumentParser
import Core
import Platform

/// `steward model`
package struct ModelCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Registered models: list, show, versions, history, stage, alias.",
        subcommands: [
            ModelListCommand.self, ModelShowCommand.self, ModelVersionsCommand.self, ModelHistoryCommand.self,
            ModelStageCommand.self, ModelAliasCommand.self,
        ])

    package init() {}

    /// Where the API has a model.
    static func path(_ name: String) -> String { "/api/v1/models/" + PercentEncoding.encode(name) }

    static let help = ArgumentHelp("The name of a model.", valueName: "model")
}

/// A model or one of its versions, as MLflow's `models:/` URIs name them: `fraud`, `fraud/3`, `fraud@champion`.
struct ModelArgument {
    enum Version {
        case number(String)
        case alias(String)
    }

    let model: String
    /// Nil for the model itself.
    let version: Version?

    init(_ text: String) {
        let name = text.utf8.starts(with: "models:/".utf8) ? String(text.dropFirst(8)) : text
        if let slash = name.lastIndex(of: "/") {
            model = String(name[..<slash])
            version = .number(String(name[name.index(after: slash)...]))
        } else if let at = name.lastIndex(of: "@") {
            model = String(name[..<at])
            version = .alias(String(name[name.index(after: at)...]))
        } else {
            model = name
            version = nil
        }
    }

    /// Where the API has it.
    var path: String {
        switch version {
        case .number(let number): ModelCommand.path(model) + "/versions/" + PercentEncoding.encode(number)
        case .alias(let alias): ModelCommand.path(model) + "/aliases/" + PercentEncoding.encode(alias)
        case nil: ModelCommand.path(model)
        }
    }
}

/// Words about models and versions.
enum ModelText {
    /// "champion, shadow"
    static func aliases(_ version: JSON) -> String {
        (version["aliases"]?.elements ?? []).compactMap(\.text).map(DisplayText.clean).joined(separator: ", ")
    }

    /// Empty for versions without a stage.
    static func stage(_ version: JSON) -> TextTable.Cell {
        let stage = version["stage"]?.text ?? ""
        let style: TerminalStyle? = stage == "Production" ? .good : stage == "Archived" ? .faint : nil
        return .init(stage == "None" ? "" : DisplayText.clean(stage), style)
    }

    static func versions(_ versions: [JSON], now: Timestamp) -> TextTable {
        var table = TextTable(columns: [
            .init(title: "Version", alignsRight: true), .init(title: "Stage"), .init(title: "Aliases", minimum: 10),
            .init(title: "Registered"), .init(title: "By", dispensable: 2), .init(title: "Run", dispensable: 1),
            .init(title: "Description", dispensable: 3, minimum: 16),
        ])
        for version in versions {
            let run = version["run_id"]?.text ?? ""
            table.rows.append([
                .init(String(version["version"]?.int ?? 0)), stage(version), .init(aliases(version)),
                .init(version.time("created_at").map { DisplayValue.age($0, now: now) } ?? ""),
                .init(version.shown("registered_by")),
                .init(DisplayText.clean(Terminal.outputIsTerminal ? String(run.prefix(8)) : run)),
                .init(version.shown("description")),
            ])
        }
        return table
    }
}
