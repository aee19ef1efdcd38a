import Core

/// What the file `MLmodel`, which MLflow writes beside every model, says about it.
///
/// It is YAML from outside. Only what is shown is read, line by line: names at the beginning of lines, values in quotes
/// or plain, continued on indented lines. Anchors, tags and whatever else YAML has mean nothing here, so that no file
/// can make the reader work hard.
package struct MLmodelFile: Sendable, Equatable {
    package struct Flavor: Sendable, Equatable {
        package let name: String
        /// Of the library: `sklearn_version`, `python_version`.
        package var version: String?

        package init(name: String, version: String? = nil) {
            self.name = name
            self.version = version
        }
    }

    package struct Field: Sendable, Equatable {
        package let name: String
        package let type: String
        package let isRequired: Bool

        package init(name: String, type: String, isRequired: Bool) {
            self.name = name
            self.type = type
            self.isRequired = isRequired
        }
    }

    package private(set) var flavors: [Flavor] = []
    package private(set) var inputs: [Field] = []
    package private(set) var outputs: [Field] = []
    package private(set) var parameters: [Field] = []
    package private(set) var mlflowVersion: String?
    /// Bytes.
    package private(set) var size: Int64?

    private static let lineLimit = 20_000
    private static let fieldLimit = 2000

    package init(_ text: String) {
        var section = ""
        var lines = Lines(text.split(separator: "\n", omittingEmptySubsequences: false).prefix(Self.lineLimit))
        while let line = lines.next() {
            switch (line.indent, section) {
            case (0, _):
                section = line.key
                if line.key == "mlflow_version" { mlflowVersion = line.value.isEmpty ? nil : line.value }
                if line.key == "model_size_bytes" { size = Int64(line.value) }
            case (2, "flavors"): flavors.append(Flavor(name: line.key))
            case (4, "flavors"):
                guard let last = flavors.last,
                    line.key == "\(last.name)_version"
                        || (last.name == "python_function" && line.key == "python_version")
                else { continue }
                flavors[flavors.count - 1].version = line.value
            case (2, "signature"):
                let fields = Self.fields(line.value)
                switch line.key {
                case "inputs": inputs = fields
                case "outputs": outputs = fields
                case "params": parameters = fields
                default: break
                }
            default: break
            }
        }
    }

    /// Columns and tensors of a signature, which are JSON within the file.
    private static func fields(_ text: String) -> [Field] {
        guard let elements = (try? JSONParser.parse(Array(text.utf8)))?.elements else { return [] }
        return elements.prefix(fieldLimit).map { element in
            Field(
                name: element["name"]?.text ?? "", type: type(element),
                isRequired: (element["required"]?.flag ?? true) && !(element["optional"]?.flag ?? false))
        }
    }

    private static func type(_ element: JSON) -> String {
        let type = element["type"]?.text ?? element["dtype"]?.text ?? "unknown"
        guard let tensor = element["tensor-spec"] else { return type }
        let shape = tensor["shape"]?.elements?.map { $0.text() }.joined(separator: ", ") ?? ""
        return "\(tensor["dtype"]?.text ?? "tensor") (\(shape))"
    }

    private struct Line {
        let indent: Int
        let key: String
        let value: String
    }

    private struct Lines {
        private var rest: ArraySlice<Substring>

        init(_ lines: ArraySlice<Substring>) { rest = lines }

        /// The next line of the form `key: value`; what continues a value is part of it.
        mutating func next() -> Line? {
            while let text = rest.popFirst() {
                let indent = text.prefix { $0 == " " }.count
                let body = text.dropFirst(indent)
                guard let colon = body.firstIndex(of: ":"), body.first != "#", body.first != "-" else { continue }
                let after = body[body.index(after: colon)...]
                guard after.isEmpty || after.first == " " else { continue }
                var value = Substring(after.drop { $0 == " " })
                var whole = String(value)
                let quote = value.first
                while quote == "'" || quote == "\"", !Self.isClosed(whole, quote!), let more = rest.popFirst() {
                    // A line end within quotes is a space (YAML 1.2, section 6.5).
                    whole += " " + more.drop { $0 == " " }
                }
                value = whole[...]
                return Line(indent: indent, key: String(body[..<colon]), value: Self.unquoted(value))
            }
            return nil
        }

        private static func isClosed(_ text: String, _ quote: Character) -> Bool {
            guard text.count > 1, text.last == quote else { return false }
            // A doubled quote stands for one: the last of an odd number closes.
            let trailing = text.dropFirst().reversed().prefix { $0 == quote }.count
            return quote == "\"" || trailing % 2 == 1
        }

        private static func unquoted(_ text: Substring) -> String {
            guard text.count > 1, let quote = text.first, quote == text.last, quote == "'" || quote == "\"" else {
                return String(text)
            }
            let inside = text.dropFirst().dropLast()
            return quote == "'" ? String(inside.replacing("''", with: "'")) : String(inside)
        }
    }
}
