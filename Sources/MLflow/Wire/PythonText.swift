package import Core

extension JSON {
    /// The text that Python's `json.dumps` makes: a space behind commas and colons, and ASCII only. Tags that MLflow
    /// keeps JSON in look like this, and people search for them.
    package func pythonText() -> String {
        switch self {
        case .array(let elements): "[" + elements.map { $0.pythonText() }.joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.map { "\(Self.ascii(.string($0.name))): \($0.value.pythonText())" }.joined(separator: ", ")
                + "}"
        default: Self.ascii(self)
        }
    }

    private static func ascii(_ value: JSON) -> String {
        let text = value.text()
        guard text.utf8.contains(where: { $0 >= 0x7F }) else { return text }
        return text.utf16.reduce(into: "") { result, unit in
            if unit < 0x7F {
                result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            } else {
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            }
        }
    }
}
