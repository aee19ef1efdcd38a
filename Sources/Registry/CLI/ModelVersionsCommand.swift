import ArgumentParser
import Core
import Platform

struct ModelVersionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions", abstract: "List the versions of a model, the newest first.")

    @Argument(help: ModelCommand.help) var model: String
    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (path, limit) = (ModelCommand.path(model) + "/versions", list.limit)
        let found = try await server.connect { try await $0.backwards(path, "versions", limit: limit) }
        if server.json { return found.json.show() }
        guard !found.elements.isEmpty else {
            return Terminal.message(
                """
                \(DisplayText.label(model)) has no versions yet. This registers one, from a run that logged it:
                  mlflow.register_model("runs:/RUN_ID/model", \(JSON.string(model).text()))
                """)
        }
        ModelText.versions(found.elements, now: World.live.now()).write()
        list.note(found, "versions")
    }
}

extension ServerClient {
    /// A list that goes back by numbers: `before` and `next_before` instead of tokens.
    func backwards(_ path: String, _ member: String, limit: Int) async throws(Failure) -> ServerList {
        var elements: [JSON] = []
        var before: Int?
        while true {
            var query = [("limit", String(min(limit - elements.count, 1000)))]
            if let before { query.append(("before", String(before))) }
            let page = try await get(path, query: query)
            elements += page[member]?.elements ?? []
            before = page["next_before"]?.int
            if before != nil, elements.count < limit { continue }
            let members = (page.members ?? []).map { $0.name == member ? JSON.Member(member, .array(elements)) : $0 }
            return ServerList(json: .object(members), elements: elements, hasMore: before != nil)
        }
    }
}
