import Core
import Platform
import Yams

/// The settings of `steward drift` as a YAML file: the long flags without dashes, `_` for `-`, plus `importances`.
struct DriftConfigFile {
    private let path: String
    private let values: [String: Node]

    static let keys = [
        "schema", "columns", "exclude", "missing", "prediction", "target", "profile_above", "compat", "method", "alpha",
        "correction", "threshold", "strict", "segment_by", "chunks", "fail_on", "format", "html", "importances",
    ]
    private static let maximumBytes = 1 << 20

    /// A file with no settings.
    static var empty: DriftConfigFile { DriftConfigFile(path: "", values: [:]) }

    private init(path: String, values: [String: Node]) {
        self.path = path
        self.values = values
    }

    init(path: String) throws(Failure) {
        let bytes = try FileContents.read(path, limit: Self.maximumBytes)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(.invalid, "\(path): invalid UTF-8", hint: "Save the file as UTF-8.")
        }
        let node: Node?
        do { node = try Yams.compose(yaml: text) } catch {
            throw Failure(.invalid, "\(path): not valid YAML: \(Self.oneLine(error))")
        }
        guard let node else {
            self.init(path: path, values: [:])
            return
        }
        guard let mapping = node.mapping else {
            throw Failure(.invalid, "\(path): expected `name: value` lines at the top level")
        }
        var values: [String: Node] = [:]
        for (key, value) in mapping {
            let name = key.string ?? ""
            guard Self.keys.contains(name) else {
                let nearest = NearestName.find(name, among: Self.keys)
                throw Failure(
                    .invalid, "\(path): line \(key.mark?.line ?? 1): unknown setting \"\(name)\"",
                    hint: nearest.map { "Did you mean \($0)?" }
                        ?? "Known settings: \(Self.keys.joined(separator: ", "))")
            }
            values[name] = value
        }
        self.init(path: path, values: values)
    }

    // Each takes the value of the flag of the same name, which wins over the file.

    func string(_ key: String, flag: String?) throws(Failure) -> String? {
        if let flag { return flag }
        return try read(key, "a text") { $0.scalar?.string }
    }

    func number(_ key: String, flag: Double?) throws(Failure) -> Double? {
        if let flag { return flag }
        return try read(key, "a number", \.float)
    }

    func integer(_ key: String, flag: Int?) throws(Failure) -> Int? {
        if let flag { return flag }
        return try read(key, "an integer", \.int)
    }

    func isSet(_ key: String, flag: Bool) throws(Failure) -> Bool {
        if flag { return true }
        return try read(key, "true or false", \.bool) ?? false
    }

    /// A list, or a single text for a list of one.
    func strings(_ key: String, flag: [String]) throws(Failure) -> [String] {
        if !flag.isEmpty { return flag }
        return try read(key, "a text or a list of texts") { node in
            if let scalar = node.scalar { return [scalar.string] }
            guard let sequence = node.sequence else { return nil }
            let texts = sequence.compactMap(\.scalar?.string)
            return texts.count == sequence.count ? texts : nil
        } ?? []
    }

    /// `name: number` pairs.
    func numbers(_ key: String) throws(Failure) -> [String: Double] {
        try read(key, "`column: number` lines") { node in
            guard let mapping = node.mapping else { return nil }
            var numbers: [String: Double] = [:]
            for (name, value) in mapping {
                guard let name = name.string, let number = value.float, number.isFinite, number >= 0 else { return nil }
                numbers[name] = number
            }
            return numbers
        } ?? [:]
    }

    private func read<Value>(_ key: String, _ expected: String, _ convert: (Node) -> Value?) throws(Failure) -> Value? {
        guard let node = values[key] else { return nil }
        guard let value = convert(node) else {
            throw Failure(.invalid, "\(path): line \(node.mark?.line ?? 1): `\(key)` must be \(expected)")
        }
        return value
    }

    private static func oneLine(_ error: any Error) -> String {
        String(describing: error).split(separator: "\n").joined(separator: " ")
    }
}
