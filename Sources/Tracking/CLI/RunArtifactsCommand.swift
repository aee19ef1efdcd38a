import ArgumentParser
import Core
import Platform

struct RunArtifactsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "artifacts",
        abstract: "List the artifacts of a run.",
        discussion: """
            Examples:
              steward run artifacts 3f2a
              steward run artifacts 3f2a model --recursive
            """)

    @Argument(help: RunCommand.help) var identifier: String
    @Argument(help: "A folder of them.") var path: String = ""
    @Flag(name: .shortAndLong, help: "Also what is in its folders.") var recursive = false
    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (text, path, recursive, limit) = (identifier, path, recursive, list.limit)
        let found = try await server.connect { server in
            recursive
                ? try await server.artifacts(of: text, below: path, limit: limit)
                : try await server.list(
                    "\(RunCommand.path(text))/artifacts", "entries", query: [("path", path)], limit: limit)
        }
        if server.json { return found.json.show() }
        guard !found.elements.isEmpty else {
            return Terminal.message(
                "There are no artifacts\(path.isEmpty ? "" : " in it"). `mlflow.log_artifact(PATH)` stores one.")
        }
        let now = World.live.now()
        var table = TextTable(columns: [
            .init(title: "Path", minimum: 16), .init(title: "Size", alignsRight: true), .init(title: "Stored"),
            .init(title: "SHA-256", dispensable: 1),
        ])
        for entry in found.elements {
            let isFolder = entry["kind"]?.text == "folder"
            table.rows.append([
                .init(entry.shown("path") + (isFolder ? "/" : "")),
                .init(isFolder ? "" : DisplayValue.bytes(Int64(entry["size"]?.int ?? 0))),
                .init(entry.time("modified_at").map { DisplayValue.age($0, now: now) } ?? ""),
                .init(
                    Terminal.outputIsTerminal ? String(entry.shown("sha256").prefix(12)) : entry.shown("sha256"), .faint
                ),
            ])
        }
        table.write()
        list.note(found, "artifacts")
    }
}

extension ServerClient {
    /// All files below a folder, folder after folder, each by name.
    func artifacts(of run: String, below path: String, limit: Int) async throws(Failure) -> ServerList {
        var files: [JSON] = []
        var folders = [path]
        var first: JSON?
        var isCut = false
        while let folder = folders.popLast(), !isCut {
            let page = try await list(
                "\(RunCommand.path(run))/artifacts", "entries", query: [("path", folder)], limit: 100_000)
            first = first ?? page.json
            folders += page.elements.filter { $0["kind"]?.text == "folder" }.compactMap { $0["path"]?.text }.reversed()
            for entry in page.elements where entry["kind"]?.text == "file" {
                if files.count == limit {
                    isCut = true
                    break
                }
                files.append(entry)
            }
        }
        let members = (first?.members ?? []).map { member -> JSON.Member in
            switch member.name {
            case "entries": JSON.Member(member.name, .array(files))
            // There is no page to go on from: more is had with a higher limit.
            case "next_page_token": JSON.Member(member.name, .null)
            default: member
            }
        }
        return ServerList(
            json: .object(members + [JSON.Member("complete", .bool(!isCut))]), elements: files, hasMore: isCut)
    }
}
