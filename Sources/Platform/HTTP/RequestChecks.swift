import Core
import HTTPTypes

/// What every request must satisfy before a route is looked for.
enum RequestChecks {
    /// The longest path with its query, in bytes.
    static let targetLimit = 16 * 1024

    static func check(_ head: HTTPRequest, _ settings: Responder.Settings) throws(Failure) {
        guard (head.path ?? "").utf8.count <= targetLimit else {
            throw Failure(.invalid, "the path and query are longer than \(targetLimit) bytes")
        }
        try checkHost(head.authority, settings)
        try checkOrigin(head, settings)
    }

    /// A page of a stranger's site can make a browser send requests to a name that resolves to this machine. It cannot
    /// choose the Host header, so a server that answers to its own names only is out of reach.
    private static func checkHost(_ authority: String?, _ settings: Responder.Settings) throws(Failure) {
        let host = hostName(authority ?? "")
        guard settings.hosts.contains(host) else {
            throw Failure(
                .denied, "this server does not answer to the name \"\(host.prefix(100))\"",
                hint: "Start it with --allowed-host NAME if that is one of its names.")
        }
    }

    /// Requests that change something may come from a browser's page of this server or a listed one only.
    private static func checkOrigin(_ head: HTTPRequest, _ settings: Responder.Settings) throws(Failure) {
        guard head.method != .get, head.method != .head, let origin = head.headerFields[.origin] else { return }
        let lower = origin.lowercased()
        if settings.origins.contains(lower) { return }
        if let scheme = lower.firstRange(of: "://"),
            hostAndPort(lower[scheme.upperBound...]) == head.authority?.lowercased()
        {
            return
        }
        throw Failure(
            .denied, "Cross-origin request blocked", hint: "Start the server with --allowed-origin to allow this page.")
    }

    private static func hostAndPort(_ text: Substring) -> String { String(text.prefix { $0 != "/" }) }

    /// The name without its port, in lower case.
    static func hostName(_ authority: String) -> String {
        let lower = authority.lowercased()
        if lower.hasPrefix("["), let end = lower.firstIndex(of: "]") { return String(lower[...end]) }
        return String(lower.prefix { $0 != ":" })
    }
}
