import Core

/// What every request must satisfy before a route is looked for.
enum RequestChecks {
    /// The longest request target, in bytes.
    static let targetLimit = 16 << 10

    static func check(_ head: RequestHead, _ settings: Responder.Settings) throws(HTTPRefusal) {
        guard head.rawPath.utf8.count + head.rawQuery.utf8.count <= targetLimit else {
            throw HTTPRefusal(
                failure: Failure(.invalid, "the path and query are longer than \(targetLimit) bytes"), status: 414)
        }
        guard head.rawPath.utf8.first == UInt8(ascii: "/"), isVisible(head.rawPath), isVisible(head.rawQuery) else {
            throw HTTPRefusal(
                failure: Failure(
                    .invalid, "the path or the query holds a character that must be percent-encoded",
                    hint: "Paths begin with a slash and are visible ASCII."), status: 400)
        }
        try checkHost(head, settings)
        try checkOrigin(head, settings)
    }

    private static func isVisible(_ text: String) -> Bool { text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }

    /// A page of a stranger's site can make a browser send requests to a name that resolves to this machine. It cannot
    /// choose the Host header, so a server that answers to its own names only is out of reach.
    private static func checkHost(_ head: RequestHead, _ settings: Responder.Settings) throws(HTTPRefusal) {
        guard let authority = head.authority, !authority.isEmpty, head.headers.all("host").count <= 1 else {
            throw HTTPRefusal(
                failure: Failure(.invalid, "the request names no host, or several", hint: "Send one Host header."),
                status: 400)
        }
        guard let host = hostName(authority), settings.hosts.contains(host) else {
            let shown = String(decoding: authority.utf8.prefix(100).filter { $0 > 0x20 && $0 < 0x7F }, as: UTF8.self)
            throw HTTPRefusal(
                failure: Failure(
                    .denied, "Invalid Host header: this server does not answer to the name \"\(shown)\"",
                    hint: "Start it with --allowed-host NAME if that is one of its names."),
                status: 403, isPlain: true)
        }
    }

    /// Requests that change something may come from a browser's page of this server or a listed one only. Programs
    /// send neither of the two headers.
    private static func checkOrigin(_ head: RequestHead, _ settings: Responder.Settings) throws(HTTPRefusal) {
        guard head.method != "GET", head.method != "HEAD" else { return }
        if let origin = head.headers["origin"] {
            if isOwn(origin.lowercased(), head, settings) { return }
        } else if head.headers["sec-fetch-site"] != "cross-site" {
            return
        }
        throw HTTPRefusal(
            failure: Failure(
                .denied, "Cross-origin request blocked",
                hint: "Start the server with --allowed-origin ORIGIN to allow this page."),
            status: 403, isPlain: true)
    }

    /// - Parameter origin: scheme, name and port in lower case, or `null` for pages without an origin.
    private static func isOwn(_ origin: String, _ head: RequestHead, _ settings: Responder.Settings) -> Bool {
        if settings.origins.contains(origin) { return origin != "null" }
        // A page of the same name that came without TLS may be anybody's who is on the way. That a request came without
        // it says less: a proxy that is not trusted to say so may have ended it.
        for scheme in head.isSecure ? ["https://"] : ["http://", "https://"] where origin.hasPrefix(scheme) {
            let own = (head.authority ?? "").lowercased()
            let defaultPort = scheme == "http://" ? ":80" : ":443"
            let page = String(origin.dropFirst(scheme.utf8.count))
            return page == own || page + defaultPort == own || page == own + defaultPort
        }
        return false
    }

    /// The name without its port, in lower case and without the dot at the end that makes a name absolute.
    /// - Returns: nil when `authority` is no name with an optional port.
    static func hostName(_ authority: String) -> String? {
        let utf8 = authority.utf8
        var end = utf8.firstIndex(of: UInt8(ascii: ":")) ?? utf8.endIndex
        if utf8.first == UInt8(ascii: "[") {
            guard let bracket = utf8.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            end = utf8.index(after: bracket)
        }
        let (name, port) = (authority[..<end], utf8[end...])
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard !name.isEmpty,
            port.isEmpty || (port.first == UInt8(ascii: ":") && port.dropFirst().allSatisfy(digits.contains))
        else { return nil }
        return (name.utf8.last == UInt8(ascii: ".") ? name.dropLast() : name).lowercased()
    }
}
