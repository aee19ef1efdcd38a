package import Core

/// Finds the endpoint of a request. Paths without parameters are found in one step. Otherwise literal segments win over
/// `{name}`, which wins over `{name...}`; matching takes one step per segment and never backtracks into an ambiguity,
/// because two endpoints of the same shape are refused.
package struct RouteTable: Sendable {
    package enum Match: Sendable {
        case found(Endpoint, parameters: [String: String])
        /// The path exists with other methods.
        case wrongMethod(allowed: [String])
        case none
    }

    private struct Node: Sendable {
        var literals: [String: Int] = [:]
        var parameter: Int?
        var rest: [String: Target] = [:]
        var targets: [String: Target] = [:]
    }

    /// An endpoint, and what its parameters are called.
    fileprivate struct Target: Sendable {
        let endpoint: Endpoint
        let names: [String]
    }

    private var nodes: [Node] = [Node()]
    /// Paths without parameters, and the nodes they end in.
    private var literalPaths: [String: Int] = [:]
    package private(set) var endpoints: [Endpoint] = []
    /// Endpoints whose addresses are secrets: how these begin, and what is shown instead.
    private var hidden: [(beginning: String, path: String)] = []

    private let aliases: [RouteAlias]

    /// - Throws: `bug` when two endpoints have the same method and the same shape of path, when a GET writes, when a
    ///   body that is read whole may be too large for that, or when an alias hides an endpoint.
    package init(_ endpoints: [Endpoint], aliases: [RouteAlias] = []) throws(Failure) {
        self.aliases = aliases
        for endpoint in endpoints {
            guard original(endpoint.path) == nil else {
                throw Failure(.bug, "\(endpoint.method) \(endpoint.path): it is the second address of another endpoint")
            }
            try add(endpoint)
        }
    }

    /// The path of the endpoint that `rawPath` is a second address of; nil for every other path.
    func original(_ rawPath: String) -> String? {
        for alias in aliases {
            if let path = alias.original(of: rawPath) { return path }
        }
        return nil
    }

    private mutating func add(_ endpoint: Endpoint) throws(Failure) {
        let name = "\(endpoint.method) \(endpoint.path)"
        guard endpoint.path.utf8.first == UInt8(ascii: "/") else { throw Failure(.bug, "\(name): no path") }
        guard endpoint.method != "GET" || endpoint.effect == .reads else {
            throw Failure(.bug, "\(name): a GET must not write, browsers send it from any page")
        }
        guard endpoint.streams || endpoint.bodyLimit <= Endpoint.wholeBodyLimit else {
            throw Failure(
                .bug, "\(name): a body of up to \(endpoint.bodyLimit) bytes is read whole",
                hint: "Say `streams: true` and take it with `forEachPiece`.")
        }
        var endpoint = endpoint
        endpoint.place = endpoints.count
        endpoints.append(endpoint)
        if endpoint.hidesPath { hidden.append((String(endpoint.path.prefix { $0 != "{" }), endpoint.path)) }
        var node = 0
        var names: [String] = []
        for segment in endpoint.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            if segment.hasPrefix("{"), segment.hasSuffix("...}") {
                names.append(String(segment.dropFirst().dropLast(4)))
                let target = Target(endpoint: endpoint, names: names)
                guard nodes[node].rest.updateValue(target, forKey: endpoint.method) == nil else {
                    throw Failure(.bug, "two endpoints \(name)")
                }
                return
            }
            if segment.hasPrefix("{") { names.append(String(segment.dropFirst().dropLast())) }
            node = step(from: node, segment)
        }
        guard Set(names).count == names.count else { throw Failure(.bug, "\(name): two parts of one name") }
        let target = Target(endpoint: endpoint, names: names)
        guard nodes[node].targets.updateValue(target, forKey: endpoint.method) == nil else {
            throw Failure(.bug, "two endpoints \(name)")
        }
        if names.isEmpty { literalPaths[endpoint.path] = node }
    }

    /// The node that `segment` of an endpoint's path leads to; it is made when it is not there.
    private mutating func step(from node: Int, _ segment: Substring) -> Int {
        let isParameter = segment.hasPrefix("{")
        if let known = isParameter ? nodes[node].parameter : nodes[node].literals[String(segment)] { return known }
        nodes.append(Node())
        let new = nodes.count - 1
        if isParameter { nodes[node].parameter = new } else { nodes[node].literals[String(segment)] = new }
        return new
    }

    /// - Parameter rawPath: the path as sent, percent-encoded, beginning with `/`. It must be ASCII: then `String`
    ///   equality is equality of bytes.
    package func match(method: String, rawPath: String) -> Match {
        if let node = literalPaths[rawPath] { return answer(nodes[node], method, []) }
        guard rawPath.utf8.first == UInt8(ascii: "/") else { return .none }
        let segments = rawPath.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        var node = 0
        var values: [String] = []
        var rest: (node: Int, from: Substring.Index, values: Int)?
        var isLost = false
        for segment in segments {
            if !nodes[node].rest.isEmpty, !segment.isEmpty || segment.endIndex != rawPath.endIndex {
                rest = (node, segment.startIndex, values.count)
            }
            if let next = nodes[node].literals[String(segment)] {
                node = next
            } else if let next = nodes[node].parameter, !segment.isEmpty,
                let value = PercentEncoding.decode(segment)
            {
                values.append(value)
                node = next
            } else {
                isLost = true
                break
            }
        }
        if !isLost, !nodes[node].targets.isEmpty { return answer(nodes[node], method, values) }
        guard let rest else { return .none }
        guard let target = nodes[rest.node].rest[method] else {
            return .wrongMethod(allowed: nodes[rest.node].rest.keys.sorted())
        }
        return .found(target, values.prefix(rest.values) + [String(rawPath[rest.from...])])
    }

    /// A path as a log may show it, whatever became of the request.
    func loggedPath(_ rawPath: String) -> String {
        hidden.first { rawPath.utf8.starts(with: $0.beginning.utf8) }?.path ?? rawPath
    }

    private func answer(_ node: Node, _ method: String, _ values: [String]) -> Match {
        guard let target = node.targets[method] else {
            return .wrongMethod(allowed: node.targets.keys.sorted())
        }
        return .found(target, values)
    }
}

extension RouteTable.Match {
    fileprivate static func found(_ target: RouteTable.Target, _ values: some Sequence<String>) -> Self {
        .found(target.endpoint, parameters: Dictionary(uniqueKeysWithValues: zip(target.names, values)))
    }
}
