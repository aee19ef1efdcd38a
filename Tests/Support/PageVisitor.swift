import Core
import Foundation
package import Platform

/// Visits pages without a network, as a browser asks for them.
package struct PageVisitor: Sendable {
    private let responder: Responder

    package init(
        _ endpoints: [Endpoint], site: Site = Site(), authorizer: any Authorizer = LocalAuthorizer(),
        errorForms: [ErrorForm] = []
    ) throws {
        responder = Responder(
            routes: try RouteTable(endpoints), errorForms: errorForms, settings: .init(), world: .live,
            authorizer: authorizer, site: site, observer: RequestObservers([]))
    }

    /// - Parameter path: with its query, percent-encoded.
    package func get(_ path: String, accept: String = "text/html,*/*;q=0.8") async -> Response {
        await responder.respond(
            to: RequestHead(method: "GET", target: path, headers: Headers([("host", "localhost"), ("accept", accept)])))
    }

    package func post(_ path: String, _ fields: KeyValuePairs<String, String>) async -> Response {
        let headers: [(name: String, value: String)] = [
            ("host", "localhost"), ("accept", "text/html,*/*;q=0.8"), ("origin", "http://localhost"),
            ("content-type", "application/x-www-form-urlencoded"),
        ]
        let body = fields.map { PercentEncoding.encode($0.key) + "=" + PercentEncoding.encode($0.value) }
        return await responder.respond(
            to: RequestHead(method: "POST", target: path, headers: Headers(headers)),
            body: Array(body.joined(separator: "&").utf8))
    }
}

extension Response {
    package var html: String {
        if case .bytes(let bytes) = body { String(decoding: bytes, as: UTF8.self) } else { "" }
    }
}

extension MarkupCheck {
    /// Reads a page and checks what no page may break, whatever its content: nothing inline, no script but the own
    /// ones, links to safe places only, identifiers that are unique, one heading of the first level.
    package static func page(_ response: Response) throws -> MarkupCheck {
        let page = try read(response.html)
        func require(_ condition: Bool, _ what: String) throws { if !condition { throw Problem(description: what) } }
        try require(response.headers["content-security-policy"] == Response.pagePolicy, "no policy")
        try require(!page.attributes.contains { $0 == "style" || $0.hasPrefix("on") }, "inline: \(page.attributes)")
        try require(page.names.count { $0 == "script" } == page.scripts.count, "a script of its own")
        try require(!page.names.contains("style") && !page.names.contains("iframe"), "inline style or frame")
        for target in page.targets { try require(SafeAddress.isSafe(target), "leads to \(target.prefix(80))") }
        try require(Set(page.ids).count == page.ids.count, "an id twice: \(page.ids.sorted())")
        try require(page.names.count { $0 == "h1" } == 1, "\(page.names.count { $0 == "h1" }) headings of level 1")
        for character in ["\u{202E}", "\u{2066}", "\u{0}"] {
            try require(!page.text.contains(character), "a character that turns the text around")
        }
        return page
    }

    private var scripts: [String] { targets.filter { $0.hasPrefix("/assets/") && $0.hasSuffix(".js") } }
}

/// Texts that try to break out of a page.
package enum HostileText {
    package static let all = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
        "javascript:alert(1)",
        "\u{202E}txt.exe", "</title></textarea></select><svg onload=alert(1)>", "&lt;b&gt; &amp; {{7*7}} ${7*7}",
        "a/b?c#d%2e%2e/../..", "line\nbreak\r\nand\ttab", String(repeating: "x", count: 5000),
    ]
    /// One text with everything in it, short enough for a name.
    package static let name =
        "\u{202E}\"'><script>alert(1)</script><img src=x onerror=alert(1)> javascript:alert(1) a/b?c#d%2e"
}
