import Core

/// The checks of names and values that MLflow makes before it stores anything (`mlflow/utils/validation.py`), with its
/// limits and its messages. Each throws `.invalid`.
///
/// A `path` is where the value stands in the request, as in `metrics[3].name`.
package enum Validate {}

// What the checks are made of.
extension Validate {
    /// `Invalid value "a b" for parameter 'key' supplied: ...`
    static func invalidValue(_ value: String, at path: String, _ reason: String? = nil) -> Failure {
        let start = "Invalid value \(JSON.string(excerpt(value)).text()) for parameter '\(path)' supplied"
        return Failure(.invalid, reason.map { "\(start): \($0)" } ?? "\(start).")
    }

    /// A value as messages show it: nobody is sent back a megabyte.
    static func excerpt(_ value: String) -> String {
        let limit = 1000
        guard value.utf8.count > limit else { return value }
        return String(String.UnicodeScalarView(value.unicodeScalars.prefix(limit))) + "..."
    }

    static func missingValue(at path: String) -> Failure {
        Failure(.invalid, "Missing value for required parameter '\(path)'.")
    }

    static func join(_ path: String, _ member: String) -> String { path.isEmpty ? member : "\(path).\(member)" }

    /// - Parameter limit: in Unicode scalars.
    static func length(_ what: String, _ value: String, atMost limit: Int) throws(Failure) {
        guard isWithin(value, limit) else {
            throw Failure(.invalid, "'\(what)' exceeds the maximum length of \(limit) characters")
        }
    }

    /// The value, cut to the limit if `truncating`, which is what MLflow does with parameters and run tags by default.
    static func length(
        _ what: String, _ value: String, atMost limit: Int, truncating: Bool
    ) throws(Failure) -> String {
        if truncating, !isWithin(value, limit) {
            return String(String.UnicodeScalarView(value.unicodeScalars.prefix(limit)))
        }
        try length(what, value, atMost: limit)
        return value
    }

    private static func isWithin(_ value: String, _ limit: Int) -> Bool {
        value.utf8.count <= limit || value.unicodeScalars.count <= limit
    }

    /// The characters of names of metrics, parameters and tags, and that the name is a path that stays what it is.
    static func entityName(_ name: String, at place: @autoclosure () -> String) throws(Failure) {
        if isPlainName(name) { return }
        let path = place()
        guard name.unicodeScalars.allSatisfy({ $0.isWordCharacter || "/.- :".unicodeScalars.contains($0) }) else {
            throw invalidValue(
                name, at: path,
                "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) "
                    + "and slashes (/).")
        }
        try pathName(name, at: path)
    }

    /// Names of ASCII without a slash and without a dot in front, as nearly all are, need no closer look.
    private static func isPlainName(_ name: String) -> Bool {
        guard let first = name.utf8.first, first != UInt8(ascii: ".") else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: " "), UInt8(ascii: ":"):
                true
            default: false
            }
        }
    }

    static func pathName(_ name: String, at path: String) throws(Failure) {
        let normal = normalisedPath(name)
        guard normal.utf8.elementsEqual(name.utf8), normal != ".", !normal.hasPrefix(".."), !normal.hasPrefix("/")
        else {
            throw invalidValue(
                name, at: path,
                "Names may be treated as files in certain cases, and must not resolve to other names when treated as "
                    + "such. This name would resolve to '\(excerpt(normal))'")
        }
    }

    /// POSIX: no empty parts, no `.`, `..` taken back where it can be; `.` if nothing is left. Two slashes at the start
    /// stay two.
    static func normalisedPath(_ path: String) -> String {
        let bytes = Array(path.utf8)
        let slashes = bytes.prefix { $0 == UInt8(ascii: "/") }.count
        let root = slashes == 0 ? "" : slashes == 2 ? "//" : "/"
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part != ".." || (root.isEmpty && (parts.isEmpty || parts.last == "..")) {
                parts.append(part)
            } else if !parts.isEmpty {
                parts.removeLast()
            }
        }
        let normal = root + parts.joined(separator: "/")
        return normal.isEmpty ? "." : normal
    }

    /// An ASCII letter or digit and then word characters and dashes, `limit` in all.
    static func isIdentifier(_ text: String, atMost limit: Int) -> Bool {
        guard let first = text.unicodeScalars.first, first.isASCII, first.isWordCharacter, first != "_" else {
            return false
        }
        return isWithin(text, limit) && text.unicodeScalars.allSatisfy { $0.isWordCharacter || $0 == "-" }
    }

    static func isBlank(_ text: String) -> Bool { text.unicodeScalars.allSatisfy { $0.properties.isWhitespace } }
}
