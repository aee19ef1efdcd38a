import Core
import Platform

extension Subject {
    /// What a verifier of logs reads: keys, notes, checkpoints, proofs, tile paths, bundles. What is accepted is
    /// written back byte for byte, because a second text for the same thing could be signed or cached as another.
    static let log = Subject(
        "log",
        tokens: [
            "\n", "\n\n", "\u{2014} ", "+", "=", "==", "c2sp.org/tlog-proof@v1\n", "index ", "extra ", "0", "-1", "01",
            "9223372036854775807", "9223372036854775808", "tile/", "/000", "/x001", ".p/", "entries/", "63", "256",
            "\0\u{1}", "steward.example/shared", " ",
        ]
    ) { bytes, _ in
        let text = String(decoding: bytes, as: UTF8.self)
        var accepted = false
        func check(_ again: [UInt8]?, _ input: [UInt8]) {
            guard let again else { return }
            accepted = true
            precondition(again == input, "written back, it is another text")
        }
        check((try? SignedNote(parsing: bytes))?.bytes, bytes)
        check((try? LogProof(parsing: bytes))?.bytes, bytes)
        for count in [1, 5, 256] {
            check((try? EntryBundle.entries(in: bytes, count: count)).flatMap { try? EntryBundle.bytes(of: $0) }, bytes)
        }
        let texts = [
            (try? Checkpoint(parsing: text))?.text, (try? VerifierKey(parsing: text))?.text,
            (try? TilePath(parsing: text))?.text,
        ]
        for again in texts { check(again.map { Array($0.utf8) }, Array(text.utf8)) }
        guard accepted else { throw Failure(.invalid, "nothing that a log writes") }
    }

    /// Paths of artifacts, plain and from URLs, and ranges.
    static let path = Subject(
        "path",
        tokens: [
            "/", "//", ".", "..", "../", "%2e", "%2E%2e", "%2f", "%25", "%252e", "%5c", "\\", "%00", "#", "%23", "?",
            "C:",
            ".steward", "%c3%a9", "%", "bytes=", "-", "9223372036854775807", "é", "u\u{308}", "\u{85}",
        ]
    ) { bytes, _ in
        let text = String(decoding: bytes, as: UTF8.self)
        if case .part(let range) = ByteRange(text, size: 1000) {
            precondition(
                !range.isEmpty && range.lowerBound >= 0 && range.upperBound <= 1000, "a range outside the file")
        }
        func check(_ path: ArtifactPath) throws {
            for name in path.components {
                let isName = !name.isEmpty && name != "." && name != ".." && !name.utf8.contains(UInt8(ascii: "/"))
                precondition(isName, "a name that is none")
            }
            let again = try ArtifactPath(parsing: path.text, allowsRoot: true)
            precondition(again == path, "a path changed by writing and reading it")
        }
        try check(ArtifactPath(percentEncoded: text, allowsRoot: true))
        if let path = try? ArtifactPath(percentEncoded: text) { try check(path) }
        if let path = try? ArtifactPath(parsing: text) { try check(path) }
    }
}
