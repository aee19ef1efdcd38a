import Core

/// What is going on, from the parts that domains give, and what the search box finds. For everybody who is signed in;
/// each part asks for its own right.
struct HomePage {
    let parts: [HomePart]
    let searches: [QuickSearch]

    var endpoints: [Endpoint] {
        [
            .page("/", .signedIn, "Home: what needs somebody, and what is new.") { try await home($0, $1) },
            .page("/search", .signedIn, "What is found by the words in `q`.") { request, _ in
                try await search(request)
            },
        ]
    }

    private func home(_ request: Request, _ site: Site) async throws -> Page {
        var page = Page("Home", section: "/")
        let mine = parts.sorted { $0.order < $1.order }.filter { request.principal.may($0.permission) }
        var sections = Markup()
        var isEmpty = true
        for part in mine {
            guard let content = try await part.write(request, site) else { continue }
            if part.order < HomePart.afterthoughts { isEmpty = false }
            sections.element("section", ["aria-label": part.title]) { html in
                html.element("h2", text: part.title)
                html.append(content)
            }
        }
        if mine.isEmpty {
            page.lead("You may not read anything here yet. Somebody who administers this server can change that.")
        } else if isEmpty {
            page.lead("Nothing has been tracked here yet.")
            for part in mine { if let beginning = part.beginning { page.body.append(beginning(request)) } }
        } else {
            var sentences: [String] = []
            for part in mine {
                if let sentence = try await part.sentence?(request, site) { sentences.append(sentence) }
            }
            page.lead(sentences.isEmpty ? "Nothing needs you." : sentences.joined(separator: "; ") + ".")
        }
        page.body.append(sections)
        return page
    }

    private func search(_ request: Request) async throws -> Page {
        let words = (request.query["q"] ?? "").trimmingPrefix(while: \.isWhitespace)
        var page = Page("Search")
        guard !words.isEmpty else {
            page.lead("Type a name, or the identifier of a run.")
            return page
        }
        var found = 0
        for search in searches.sorted(by: { $0.order < $1.order }) where request.principal.may(search.permission) {
            let hits = try await search.find(String(words.prefix(200)), request)
            found += hits.count
            guard !hits.isEmpty else { continue }
            page.body { html in
                html.element("section", ["aria-label": search.title]) { html in
                    html.element("h2", text: search.title)
                    html.hits(hits)
                }
            }
        }
        page.lead { html in
            html.text(found == 0 ? "Nothing is called " : "\(DisplayValue.count(found, "hit")) for ")
            html.element("b") { $0.name(String(words), width: 60) }
            html.text(found == 0 ? ", and nothing begins so." : ".")
        }
        return page
    }
}

extension Markup {
    fileprivate mutating func hits(_ hits: [QuickSearch.Hit]) {
        element("ul", ["class": "list"]) { html in
            for hit in hits {
                html.element("li") { html in
                    html.link(hit.name, to: hit.address)
                    guard !hit.detail.isEmpty else { return }
                    html.text(" ")
                    html.element("span", ["class": "quiet"]) { $0.outside(hit.detail, limit: 120) }
                }
            }
        }
    }
}
