package import Core
import Yams

/// Settings of a command, from flags, environment and a YAML file, in this order: the first that has one wins.
///
/// A setting has one name everywhere: the flag `--log-format`, the variable `STEWARD_LOG_FORMAT`, the line
/// `log_format: json` of the file.
package struct Settings {
    /// A file of settings is at most 1 MiB.
    package static let maximumBytes = 1 << 20

    private let known: [String]
    private let environment: [String: String]
    private let path: String
    private let file: [String: Node]

    /// - Parameters:
    ///   - known: the names there are, `_` for `-`; the file may have no other.
    ///   - environment: variables of the process; those that begin with `STEWARD_` are looked at.
    ///   - file: a YAML file of `name: value` lines; nil for none.
    /// - Throws: what reading the file throws, `invalid` for a file that is no such YAML or has an unknown name.
    package init(_ known: [String], environment: [String: String] = [:], file path: String? = nil) throws(Failure) {
        self.known = known
        self.environment = environment
        self.path = path ?? ""
        guard let path else {
            file = [:]
            return
        }
        let bytes = try FileContents.read(path, limit: Self.maximumBytes)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(.invalid, "\(path): invalid UTF-8", hint: "Save the file as UTF-8.")
        }
        file = try Self.nodes(text, path, known)
    }

    // Each takes the value of the flag of the same name.

    package func text(_ name: String, flag: String?) throws(Failure) -> String? {
        try read(name, flag, "a text", { $0 }, { $0.scalar?.string })
    }

    package func number(_ name: String, flag: Double?) throws(Failure) -> Double? {
        try read(name, flag, "a number", Double.init, \.float)
    }

    package func integer(_ name: String, flag: Int?) throws(Failure) -> Int? {
        try read(name, flag, "an integer", Int.init, \.int)
    }

    package func isSet(_ name: String, flag: Bool) throws(Failure) -> Bool {
        try read(name, flag ? true : nil, "true or false", Bool.init, \.bool) ?? false
    }

    /// A list, or a single text for a list of one; commas separate the values of a variable.
    package func texts(_ name: String, flag: [String]) throws(Failure) -> [String] {
        let words = { (text: String) in
            text.split(separator: ",").map { String($0.trimmingPrefix(while: \.isWhitespace)) }
        }
        return try read(name, flag.isEmpty ? nil : flag, "a text or a list of texts", words, Self.texts) ?? []
    }

    /// One of the names of an enumeration.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, flag: Choice?
    ) throws(Failure) -> Choice? where Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return try read(
            name, flag, "one of \(names)", Choice.init(rawValue:), { $0.scalar.flatMap { Choice(rawValue: $0.string) } }
        )
    }

    /// `name: number` lines below the name; only the file can have them. Numbers are finite and at least 0.
    package func numbers(_ name: String) throws(Failure) -> [String: Double] {
        try read(name, nil, "`name: number` lines", { _ in nil }, Self.numbers) ?? [:]
    }

    private func read<Value>(
        _ name: String, _ flag: Value?, _ expected: String, _ parse: (String) -> Value?, _ convert: (Node) -> Value?
    ) throws(Failure) -> Value? {
        precondition(known.contains(name), "\(name) is not among the settings that are known")
        if let flag { return flag }
        let variable = "STEWARD_\(name.uppercased())"
        if let text = environment[variable], !text.isEmpty {
            guard let value = parse(text) else {
                throw Failure(.invalid, "\(variable): \"\(text)\" is not \(expected)")
            }
            return value
        }
        guard let node = file[name] else { return nil }
        guard let value = convert(node) else {
            throw Failure(.invalid, "\(path): line \(node.mark?.line ?? 1): `\(name)` must be \(expected)")
        }
        return value
    }

    private static func nodes(
        _ text: String, _ path: String, _ known: [String]
    ) throws(Failure) -> [String: Node] {
        let node: Node?
        do { node = try Yams.compose(yaml: text) } catch {
            let problem = String(describing: error).split(separator: "\n").joined(separator: " ")
            throw Failure(.invalid, "\(path): not valid YAML: \(problem)")
        }
        guard let node else { return [:] }
        guard let mapping = node.mapping else {
            throw Failure(.invalid, "\(path): expected `name: value` lines at the top level")
        }
        var nodes: [String: Node] = [:]
        for (key, value) in mapping {
            let name = key.string ?? ""
            guard known.contains(name) else {
                let nearest = NearestName.find(name, among: known)
                throw Failure(
                    .invalid, "\(path): line \(key.mark?.line ?? 1): unknown setting \"\(name)\"",
                    hint: nearest.map { "Did you mean \($0)?" } ?? "Known settings: \(known.joined(separator: ", "))")
            }
            nodes[name] = value
        }
        return nodes
    }

    private static func texts(_ node: Node) -> [String]? {
        if let scalar = node.scalar { return [scalar.string] }
        guard let sequence = node.sequence else { return nil }
        let texts = sequence.compactMap(\.scalar?.string)
        return texts.count == sequence.count ? texts : nil
    }

    private static func numbers(_ node: Node) -> [String: Double]? {
        guard let mapping = node.mapping else { return nil }
        var numbers: [String: Double] = [:]
        for (name, value) in mapping {
            guard let name = name.string, let number = value.float, number.isFinite, number >= 0 else { return nil }
            numbers[name] = number
        }
        return numbers
    }
}
