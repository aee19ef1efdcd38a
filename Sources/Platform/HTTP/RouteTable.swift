package import Core

/// Finds the endpoint of a request. Literal segments win over `{name}`, which wins over `{name...}`; matching takes one
/// step per segment and never backtracks into an ambiguity, because two endpoints of the same shape are refused.
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
        var rest: [String: (endpoint: Endpoint, name: String)] = [:]
        var endpoints: [String: (endpoint: Endpoint, names: [String])] = [:]
    }

    private var nodes: [Node] = [Node()]
    package private(set) var endpoints: [Endpoint] = []

    /// - Throws: `bug` when two endpoints have the same method and the same shape of path.
    package init(_ endpoints: [Endpoint]) throws(Failure) {
        for endpoint in endpoints { try add(endpoint) }
    }

    private mutating func add(_ endpoint: Endpoint) throws(Failure) {
        endpoints.append(endpoint)
        var node = 0
        var names: [String] = []
        for segment in endpoint.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            if segment.hasPrefix("{"), segment.hasSuffix("...}") {
                let name = String(segment.dropFirst().dropLast(4))
                guard nodes[node].rest.updateValue((endpoint, name), forKey: endpoint.method) == nil else {
                    throw Failure(.bug, "two endpoints \(endpoint.method) \(endpoint.path)")
                }
                return
            }
            let isParameter = segment.hasPrefix("{")
            if isParameter { names.append(String(segment.dropFirst().dropLast())) }
            let known = isParameter ? nodes[node].parameter : nodes[node].literals[String(segment)]
            if let known {
                node = known
            } else {
                nodes.append(Node())
                let new = nodes.count - 1
                if isParameter { nodes[node].parameter = new } else { nodes[node].literals[String(segment)] = new }
                node = new
            }
        }
        guard nodes[node].endpoints.updateValue((endpoint, names), forKey: endpoint.method) == nil else {
            throw Failure(.bug, "two endpoints \(endpoint.method) \(endpoint.path)")
        }
    }

    /// - Parameter rawPath: the path as sent, percent-encoded, beginning with `/`.
    package func match(method: String, rawPath: String) -> Match {
        guard rawPath.utf8.first == UInt8(ascii: "/") else { return .none }
        let segments = rawPath.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        var node = 0
        var values: [String] = []
        var rest: (node: Int, from: Substring.Index)?
        var isLost = false
        for segment in segments {
            if !nodes[node].rest.isEmpty { rest = (node, segment.startIndex) }
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
        if !isLost, !nodes[node].endpoints.isEmpty { return answer(nodes[node], method, values) }
        guard let rest else { return .none }
        guard let (endpoint, name) = nodes[rest.node].rest[method] else {
            return .wrongMethod(allowed: nodes[rest.node].rest.keys.sorted())
        }
        return .found(endpoint, parameters: [name: String(rawPath[rest.from...])])
    }

    private func answer(_ node: Node, _ method: String, _ values: [String]) -> Match {
        guard let (endpoint, names) = node.endpoints[method] else {
            return .wrongMethod(allowed: node.endpoints.keys.sorted())
        }
        return .found(endpoint, parameters: Dictionary(uniqueKeysWithValues: zip(names, values)))
    }
}
