package import ArgumentParser
package import Core

/// A list of the server's own API, over as many pages as were wanted.
package struct ServerList: Sendable {
    /// As one page of the API, with all elements that were read and the token of the page that would follow.
    package let json: JSON
    package let elements: [JSON]
    /// Whether the server has more.
    package let hasMore: Bool

    package init(json: JSON, elements: [JSON], hasMore: Bool) {
        self.json = json
        self.elements = elements
        self.hasMore = hasMore
    }
}

extension ServerClient {
    /// Reads pages until there are `limit` elements or no more.
    /// - Parameters:
    ///   - member: what the list is called in the answer.
    ///   - largest: elements the server gives in one page.
    package func list(
        _ path: String, _ member: String, query: [(name: String, value: String)] = [], limit: Int, largest: Int = 1000
    ) async throws(Failure) -> ServerList {
        var elements: [JSON] = []
        var token: String?
        while true {
            var asked = query + [("limit", String(min(limit - elements.count, largest)))]
            if let token { asked.append(("page_token", token)) }
            let page = try await get(path, query: asked)
            elements += page[member]?.elements ?? []
            token = page["next_page_token"]?.text
            if token != nil, elements.count < limit { continue }
            let members = (page.members ?? []).map { $0.name == member ? JSON.Member(member, .array(elements)) : $0 }
            return ServerList(json: .object(members), elements: elements, hasMore: token != nil)
        }
    }
}

/// How many elements of a list a command shows.
package struct ListOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How many to show, over all pages.", valueName: "number"))
    package var limit = 30

    package init() {}

    package func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be 1 or more.") }
    }

    /// Says on standard error that more are there, so that nobody takes a part for the whole.
    package func note(_ list: ServerList, _ what: String) {
        guard list.hasMore else { return }
        Terminal.message("There are more \(what); --limit \(limit * 10) shows up to \(limit * 10).")
    }
}

/// How every command that changes something is told why.
package struct ReasonOption: ParsableArguments {
    @Option(help: ArgumentHelp("Why: kept with the change in the event log.", valueName: "text"))
    package var reason: String?

    package init() {}
}

extension JSON {
    /// Writes an answer of the API to standard output.
    package func show() { Terminal.write(text(pretty: true) + "\n") }
}
