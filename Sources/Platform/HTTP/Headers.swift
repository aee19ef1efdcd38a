/// Header fields. Names are compared without regard to the case of ASCII letters (RFC 9110, section 5.1).
package struct Headers: Sendable {
    package private(set) var fields: [(name: String, value: String)]

    package init(_ fields: [(name: String, value: String)] = []) { self.fields = fields }

    /// The first value of that name; nil when there is none. Setting replaces all of that name.
    package subscript(_ name: String) -> String? {
        get { fields.first { Self.areEqual($0.name, name) }?.value }
        set {
            fields.removeAll { Self.areEqual($0.name, name) }
            if let newValue { fields.append((name, newValue)) }
        }
    }

    /// All values of that name, in the order sent.
    package func all(_ name: String) -> [String] { fields.filter { Self.areEqual($0.name, name) }.map(\.value) }

    package mutating func append(_ name: String, _ value: String) { fields.append((name, value)) }

    /// Whether a comma-separated list under that name holds `token`, which is given in lower case.
    func lists(_ name: String, _ token: String) -> Bool {
        fields.contains { field in
            Self.areEqual(field.name, name)
                && field.value.utf8.split(separator: UInt8(ascii: ",")).contains {
                    Self.areEqual(Substring($0).trimmingSpaces, token)
                }
        }
    }

    /// Whether two names are the same but for the case of ASCII letters.
    static func areEqual(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool {
        let (left, right) = (left.utf8, right.utf8)
        guard left.count == right.count else { return false }
        for (one, other) in zip(left, right) where one != other {
            guard one ^ other == 0x20, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(one | 0x20) else {
                return false
            }
        }
        return true
    }
}

extension Substring {
    /// Without spaces and tabs at its ends.
    var trimmingSpaces: Substring {
        var rest = self
        while let first = rest.utf8.first, first == 0x20 || first == 0x09 { rest = rest.dropFirst() }
        while let last = rest.utf8.last, last == 0x20 || last == 0x09 { rest = rest.dropLast() }
        return rest
    }
}
