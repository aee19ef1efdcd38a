package import Core
import Yams

/// A YAML file as a value of texts, lists and mappings. Scalars are texts as they are written: what `no` or `1.10`
/// means is for whoever reads it.
package enum YAMLFile {
    /// - Throws: what reading the file throws, `invalid` for a file that is no YAML, is empty, or uses a key twice.
    package static func read(_ path: String) throws(Failure) -> JSON {
        let bytes = try FileContents.read(path, limit: Settings.maximumBytes)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(.invalid, "\(path): invalid UTF-8", hint: "Save the file as UTF-8.")
        }
        let node: Node?
        do { node = try Yams.compose(yaml: text) } catch {
            let problem = String(describing: error).split(separator: "\n").joined(separator: " ")
            throw Failure(.invalid, "\(path): not valid YAML: \(problem)")
        }
        guard let node else { throw Failure(.invalid, "\(path): it is empty") }
        return try value(node, path, depth: 0)
    }

    private static let depthLimit = 20

    private static func value(_ node: Node, _ path: String, depth: Int) throws(Failure) -> JSON {
        let line = node.mark?.line ?? 1
        guard depth < depthLimit else { throw Failure(.invalid, "\(path): line \(line): too many levels") }
        if let scalar = node.scalar { return .string(scalar.string) }
        if let sequence = node.sequence {
            var elements: [JSON] = []
            for element in sequence { elements.append(try value(element, path, depth: depth + 1)) }
            return .array(elements)
        }
        guard let mapping = node.mapping else { throw Failure(.invalid, "\(path): line \(line): an alias of nothing") }
        var members: [JSON.Member] = []
        for (key, element) in mapping {
            guard let name = key.scalar?.string, !members.contains(where: { $0.name.utf8.elementsEqual(name.utf8) })
            else {
                throw Failure(
                    .invalid, "\(path): line \(key.mark?.line ?? line): a key that is no text, or there twice")
            }
            members.append(JSON.Member(name, try value(element, path, depth: depth + 1)))
        }
        return .object(members)
    }
}
