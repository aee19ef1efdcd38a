import ArgumentParser
import Core
import Platform

struct ModelHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show what happened to a model or a version: who changed what, when and why.",
        discussion: """
            Examples:
              steward model history credit-risk
              steward model history credit-risk/3
            """)

    @Argument(help: ArgumentHelp("A model, or MODEL/VERSION; also a deleted one.", valueName: "model"))
    var name: String

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (reference, limit) = (ModelArgument(name), list.limit)
        let found = try await server.connect { server in
            var path = reference.path
            if case .alias = reference.version {
                let version = try await server.get(path)["version"]?.int ?? 0
                path = ModelCommand.path(reference.model) + "/versions/\(version)"
            }
            return try await server.backwards(path + "/history", "events", limit: limit)
        }
        if server.json { return found.json.show() }
        guard !found.elements.isEmpty else { return Terminal.message("Nothing has happened to it.") }
        var table = TextTable(columns: [
            .init(title: "Time (UTC)"), .init(title: "What", minimum: 44), .init(title: "By"),
            .init(title: "Why", dispensable: 1, minimum: 12),
        ])
        for event in found.elements {
            table.rows.append([
                .init(event.time("time").map { DisplayValue.moment($0, zone: false) } ?? ""),
                .init(HistoryText.sentence(event)),
                .init(event.shown("by")), .init(event.shown("reason")),
            ])
        }
        table.write()
        list.note(found, "changes")
    }
}

/// A change in a few words.
enum HistoryText {
    static func sentence(_ event: JSON) -> String {
        let details = event["details"] ?? .null
        let version = details["version"]?.int.map { "version \($0)" } ?? "model"
        func shown(_ member: String) -> String { details.shown(member) }
        switch event["kind"]?.text {
        case EventKind.modelCreated: return "model created"
        case EventKind.modelRenamed: return "model renamed from \(shown("name")) to \(shown("new_name"))"
        case EventKind.modelDeleted: return "model deleted"
        case EventKind.versionRegistered: return "\(version) registered from \(shown("source"))"
        case EventKind.versionDeleted: return "\(version) deleted, stage \(shown("stage"))"
        case EventKind.stageTransitioned:
            let cause = details["archived_for"]?.int.map { ", for version \($0)" } ?? ""
            return "\(version): stage \(shown("from")) to \(shown("to"))\(cause)"
        case EventKind.aliasSet:
            let old = details["old"]?.int.map { ", was at version \($0)" } ?? ""
            return "\(version): alias \(shown("alias")) set\(old)"
        case EventKind.aliasLost:
            return "\(version): alias \(shown("alias")) moved to version \(details["moved_to"]?.int ?? 0)"
        case EventKind.aliasDeleted: return "\(version): alias \(shown("alias")) removed"
        case EventKind.modelTagSet, EventKind.versionTagSet:
            return "\(version): tag \(shown("key")) = \(shown("new"))"
        case EventKind.modelTagDeleted, EventKind.versionTagDeleted:
            return "\(version): tag \(shown("key")) removed"
        case EventKind.modelUpdated, EventKind.versionUpdated: return "\(version): description changed"
        case let kind: return DisplayText.clean(kind ?? "")
        }
    }
}
