/// The address of a page of this server, percent-encoded as it is put together.
package struct Address: Sendable, Hashable {
    package private(set) var text: String

    /// - Parameters:
    ///   - path: begins with a slash; a literal of the source.
    ///   - segments: names from outside, appended one segment each.
    package init(_ path: StaticString, _ segments: String...) {
        text = path.description
        for segment in segments { text += "/" + PercentEncoding.encode(segment) }
    }

    /// The address with more segments of a literal: `/edit`.
    package func adding(_ path: StaticString) -> Address {
        var longer = self
        longer.text += path.description
        return longer
    }

    /// The address with more segments, names from outside.
    package func appending(_ segments: [String]) -> Address {
        var longer = self
        for segment in segments { longer.text += "/" + PercentEncoding.encode(segment) }
        return longer
    }

    /// The address with a query. Nothing is written for what is nil.
    package func query(_ items: [(name: String, value: String?)]) -> Address {
        var longer = self
        for (name, value) in items {
            guard let value else { continue }
            longer.text += longer.text.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
            longer.text += PercentEncoding.encode(name) + "=" + PercentEncoding.encode(value, keeping: "/:,")
        }
        return longer
    }
}
