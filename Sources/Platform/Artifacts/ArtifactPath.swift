package import Core

/// Where an artifact stands below the store's root: a list of names, checked once.
///
/// Whoever holds one may join it to a folder without another thought. That the folder is not left all the same does not
/// rest on this check alone: the store opens every path beneath its root and follows no links.
package struct ArtifactPath: Sendable, Hashable, CustomStringConvertible {
    /// Names from the root down; none for the root itself.
    package let components: [String]

    /// UTF-8 bytes of one name: what file systems take.
    package static let maximumComponentBytes = 255
    /// UTF-8 bytes in all, with separators: what S3 takes as a key, and an index of PostgreSQL as well.
    package static let maximumBytes = 1024
    package static let maximumComponents = 64
    /// A name at the root that begins so is the store's own.
    package static let reservedPrefix = ".steward"
    /// How many layers of percent-encoding are looked through; more are refused.
    static let maximumDecodings = 10

    package static let root = ArtifactPath(components: [])

    private init(components: [String]) { self.components = components }

    /// From a path as a program knows it: `model/MLmodel`.
    ///
    /// Names that some later reader might take for another path are refused as well: with `..`, a slash, or a fragment
    /// under any number of layers of percent-encoding.
    /// - Parameter allowsRoot: whether the empty path, and one slash at the end, are accepted, as for folders.
    /// - Throws: `invalid`, with a message that begins with "Invalid path".
    package init(parsing text: String, allowsRoot: Bool = false) throws(Failure) {
        let problem = PathProblem.find(in: Array(text.utf8), allowsRoot: allowsRoot)
        if let problem { throw Self.refusal(problem) }
        components = text.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    }

    /// From the path of a URL as it came over the wire. It is decoded once; what remains is the name.
    /// - Throws: as `init(parsing:)`, and for escapes that are malformed or no UTF-8.
    package init(percentEncoded text: String, allowsRoot: Bool = false) throws(Failure) {
        guard let decoded = PercentEncoding.decode(text) else {
            throw Self.refusal("an escape is malformed, or stands for no text")
        }
        try self.init(parsing: decoded, allowsRoot: allowsRoot)
    }

    private static func refusal(_ problem: String) -> Failure {
        Failure(.invalid, "Invalid path: \(problem)", hint: "Give names separated by '/', relative to the root.")
    }

    package var isRoot: Bool { components.isEmpty }

    /// The names joined by slashes.
    package var text: String { components.joined(separator: "/") }
    package var description: String { text }

    package var name: String? { components.last }

    /// The folder this stands in; the root's is the root.
    package var parent: ArtifactPath { ArtifactPath(components: Array(components.dropLast())) }

    /// For a name that is known to be one.
    func child(_ name: String) -> ArtifactPath { ArtifactPath(components: components + [name]) }

    /// Whether this is `folder` or stands below it.
    package func isWithin(_ folder: ArtifactPath) -> Bool {
        components.count >= folder.components.count
            && zip(components, folder.components).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }

    /// The path of something in this folder.
    /// - Throws: as `init(parsing:)`.
    package func appending(_ relative: String) throws(Failure) -> ArtifactPath {
        try ArtifactPath(parsing: isRoot ? relative : "\(text)/\(relative)")
    }

    /// Names are compared as bytes: composed and decomposed letters are different names.
    package static func == (left: Self, right: Self) -> Bool {
        left.components.count == right.components.count && left.isWithin(right)
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// Why bytes are not the path of an artifact.
private enum PathProblem {
    static func find(in bytes: [UInt8], allowsRoot: Bool) -> String? {
        if bytes.isEmpty { return allowsRoot ? nil : "it is empty" }
        guard bytes.count <= ArtifactPath.maximumBytes else {
            return "it is longer than \(ArtifactPath.maximumBytes) bytes"
        }
        var layer = bytes
        for _ in 0...ArtifactPath.maximumDecodings {
            if let problem = unsafe(layer) { return problem }
            let next = decoded(layer)
            if next == layer { return names(bytes, allowsRoot: allowsRoot) }
            layer = next
        }
        return "it is percent-encoded too often"
    }

    /// What must not appear however often the path is decoded.
    private static func unsafe(_ bytes: [UInt8]) -> String? {
        if bytes.first == UInt8(ascii: "/") { return "it is absolute" }
        if bytes.count >= 2, bytes[1] == UInt8(ascii: ":"), isLetter(bytes[0]) {
            return "it begins with a drive letter"
        }
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\\"): return "it contains a backslash"
            case UInt8(ascii: "#"): return "it contains '#'"
            case 0..<0x20, 0x7F: return "it contains a control character"
            default: continue
            }
        }
        // U+0080 to U+009F are control characters, too.
        for (lead, next) in zip(bytes, bytes.dropFirst()) where lead == 0xC2 && next < 0xA0 {
            return "it contains a control character"
        }
        for name in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            // Some servers cut a name at a semicolon before they look at it.
            let start = name.prefix { $0 != UInt8(ascii: ";") }
            if start.elementsEqual("..".utf8) { return "it contains '..'" }
            if start.elementsEqual(".".utf8) { return "it contains '.' as a name" }
        }
        return nil
    }

    /// The names themselves, decoded once.
    private static func names(_ bytes: [UInt8], allowsRoot: Bool) -> String? {
        var names = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        if allowsRoot, names.count > 1, names.last?.isEmpty == true { names.removeLast() }
        guard names.count <= ArtifactPath.maximumComponents else {
            return "it has more than \(ArtifactPath.maximumComponents) names"
        }
        for name in names {
            if name.isEmpty { return "a name in it is empty" }
            if name.count > ArtifactPath.maximumComponentBytes {
                return "a name in it is longer than \(ArtifactPath.maximumComponentBytes) bytes"
            }
        }
        if names[0].starts(with: ArtifactPath.reservedPrefix.utf8) {
            return "names that begin with '\(ArtifactPath.reservedPrefix)' are reserved"
        }
        return nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// Decodes the escapes; a percent sign that begins none stands for itself.
    private static func decoded(_ bytes: [UInt8]) -> [UInt8] {
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = Character(Unicode.Scalar(bytes[index + 1])).hexDigitValue,
                let low = Character(Unicode.Scalar(bytes[index + 2])).hexDigitValue
            {
                decoded.append(UInt8(high << 4 | low))
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return decoded
    }
}
