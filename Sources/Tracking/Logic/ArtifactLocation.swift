package import Core
import MLflow
import Platform

/// Which places a client may name for an experiment's artifacts. This server stores the URI and hands it out; it opens
/// only what lies below its own `mlflow-artifacts:/`. What it hands out is opened by clients, so it must not lead them
/// to files of theirs, nor mean one thing here and another there.
package enum ArtifactLocation {
    package static func standard(for experiment: Int64) -> String { "mlflow-artifacts:/\(experiment)" }

    /// - Parameter furtherSchemes: what is allowed beside the known object stores.
    /// - Throws: `invalid`, saying why the location is not taken.
    package static func check(_ location: String, furtherSchemes: Set<String>) throws(Failure) {
        try Validate.artifactLocation(location)
        guard location.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }) else {
            throw Failure(.invalid, "'artifact_location' holds a control character or a backslash.")
        }
        guard let colon = location.utf8.firstIndex(of: UInt8(ascii: ":")), isScheme(location[..<colon]) else {
            throw local
        }
        let scheme = location[..<colon].lowercased()
        let rest = location[location.utf8.index(after: colon)...]
        try checkScheme(scheme, rest, furtherSchemes)
        guard !location.utf8.contains(UInt8(ascii: "#")), !location.utf8.contains(UInt8(ascii: "?")),
            !location.utf8.contains(UInt8(ascii: ";"))
        else { throw Failure(.invalid, "'artifact_location' URL can't include fragments or params.") }
        guard !climbs(rest) else { throw Failure(.invalid, "Invalid artifact location: it must not contain '..'") }
        if scheme == "mlflow-artifacts" { try checkOwn(rest) }
    }

    private static let local = Failure(
        .invalid, "'artifact_location' must not be a path of a file system",
        hint: "Leave it out to keep artifacts on this server, or name an object store, such as s3://bucket/path.")

    private static func checkScheme(
        _ scheme: String, _ rest: Substring, _ furtherSchemes: Set<String>
    ) throws(Failure) {
        switch scheme {
        case "file": throw local
        case "mlflow-artifacts":
            guard rest.hasPrefix("/"), !rest.hasPrefix("//") else {
                throw Failure(
                    .invalid,
                    "'artifact_location' cannot use the 'mlflow-artifacts' scheme with a host: only this server's own "
                        + "artifacts can be meant, as in mlflow-artifacts:/path.")
            }
        case _ where ArtifactSchemes.stores.contains(scheme) || furtherSchemes.contains(scheme): break
        case _ where ArtifactSchemes.hosts.contains(scheme):
            throw Failure(
                .invalid, ArtifactSchemes.refusal(scheme, field: "artifact_location") + ".",
                hint: ArtifactSchemes.hint(scheme))
        default:
            throw Failure(
                .invalid, "'artifact_location' cannot use the '\(scheme.prefix(40))' scheme",
                hint: "Known are mlflow-artifacts, \(ArtifactSchemes.stores.sorted().joined(separator: ", ")).")
        }
    }

    /// A place in this server's store is one that a file can be put into, and not in a folder that is named as
    /// experiments are: those are the server's to give, and to remove.
    private static func checkOwn(_ rest: Substring) throws(Failure) {
        let path = String(Substring(rest.utf8.drop { $0 == UInt8(ascii: "/") }))
        guard let first = try ArtifactPath(parsing: path, allowsRoot: true).components.first else { return }
        guard !first.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            throw Failure(
                .invalid,
                "'artifact_location' must not begin with a number: mlflow-artifacts:/\(first.prefix(40)) is the place "
                    + "of the experiment with that identifier.")
        }
    }

    /// RFC 3986, section 3.1. A single letter is a drive of Windows.
    private static func isScheme(_ text: Substring) -> Bool {
        guard text.utf8.count > 1, let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy {
            isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "+")
                || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// Whether a segment is `..`, however often it is percent-encoded.
    private static func climbs(_ path: Substring) -> Bool {
        var bytes = Array(path.utf8)
        for _ in 0..<8 {
            if bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true).contains(where: {
                $0.elementsEqual("..".utf8)
            }) {
                return true
            }
            let decoded = percentDecoded(bytes)
            if decoded == bytes { return false }
            bytes = decoded
        }
        return true
    }

    private static func percentDecoded(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let value = Hexadecimal.bytes(of: String(decoding: bytes[(index + 1)...(index + 2)], as: UTF8.self))
            {
                result += value
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }
}
