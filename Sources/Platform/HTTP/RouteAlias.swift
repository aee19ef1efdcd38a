/// A second address of endpoints: what is asked for below `prefix` is answered by the endpoint that stands at the path
/// without it. One endpoint, one set of rights, one entry in metrics: nothing is served twice.
package struct RouteAlias: Sendable {
    /// `/mlflow`
    package let prefix: String
    /// How the paths begin that have a second address: `/ajax-api/`.
    package let beginnings: [String]

    package init(prefix: String, beginnings: [String]) {
        self.prefix = prefix
        self.beginnings = beginnings
    }

    /// The path that `path` is a second address of; nil when it is none.
    func original(of path: String) -> String? {
        guard path.utf8.starts(with: prefix.utf8) else { return nil }
        let rest = path.utf8.dropFirst(prefix.utf8.count)
        guard beginnings.contains(where: { rest.starts(with: $0.utf8) }) else { return nil }
        return String(Substring(rest))
    }

    /// The second address of what stands at `path`; nil when it has none.
    func address(of path: String) -> String? {
        beginnings.contains { path.utf8.starts(with: $0.utf8) } ? prefix + path : nil
    }
}
