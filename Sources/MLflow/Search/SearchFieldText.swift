extension SearchField {
    /// The field as filters and orderings write it: `metrics.loss`, `` params.`learning rate` ``.
    /// - Returns: nil for a key that the grammar cannot say.
    package var text: String? {
        let prefix =
            switch entity {
            case .attribute: ""
            case .metric: "metrics."
            case .parameter: "params."
            case .tag: "tags."
            case .dataset: "dataset."
            case .metadata: "request_metadata."
            }
        return Self.quoted(key).map { prefix + $0 }
    }

    /// There are no escapes: a key with one kind of quote goes into the other.
    private static func quoted(_ key: String) -> String? {
        let isBare = { (byte: UInt8) in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        if !key.isEmpty, key.utf8.allSatisfy(isBare) { return key }
        guard !key.isEmpty, !key.utf8.contains(UInt8(ascii: "\\")) else { return nil }
        if !key.utf8.contains(UInt8(ascii: "`")) { return "`\(key)`" }
        return key.utf8.contains(UInt8(ascii: "\"")) ? nil : "\"\(key)\""
    }
}
