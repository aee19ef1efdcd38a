import Core
import Foundation
import Platform
import Testing

@Suite("Artifact paths")
struct ArtifactPathTests {
    /// Each class of attack of the last years on servers of artifacts, in several spellings.
    static let refused = [
        // Out of the root, in every encoding.
        "..", "../x", "a/..", "a/../b", "a/../../b", "%2e%2e", "%2E%2E/x", "..%2fx", "..%2Fx", "a/%2e./b", "a/.%2e/b",
        "%252e%252e/x", "%25252e%25252e/x", "%2525252e%2525252e%2525252fetc", "%252e%252e%252fetc%252fpasswd",
        "a/..%252f..%252fb", "a%2f..%2f..%2fb", "..%c0%afx", "%c0%ae%c0%ae/x", "%e0%80%ae%e0%80%ae/x",
        // Itself, which is what deletes a whole store.
        ".", "./a", "a/.", "a/./b", "%2e", "%252e", "a/%2e/b",
        // Absolute, and empty names that some readers take for absolute.
        "/", "/etc/passwd", "//etc/passwd", "%2fetc", "%2Fetc", "%252fetc", "a//b", "a/", "//", "a///b", "file:///etc",
        // Other systems' separators and drives.
        "..\\x", "a\\b", "%5c%5cserver", "a%5cb", "%255c", "C:/x", "c:x", "C%3a/x", "C%253A", "Z:", "a:b",
        // Fragments and queries.
        "a#b", "#", "a%23b", "a%2523/../b", "..;/x", "a/.;x/b", "%2e%2e;a", "http:///?/../../etc",
        // What ends a string or a line.
        "a%00", "a%00.txt", "%00", "a%0ab", "a%0d%0aset-cookie:x", "a%09b", "a%7fb", "a%1b[0m", "a%c2%85b", "a%c2%9fb",
        "a%2500b", "a%250ab",
        // Not UTF-8, and escapes that are none.
        "a%ff", "%c3%28", "a%ed%a0%80", "a%", "a%2", "a%zz", "%", "a%%41",
        // The store's own.
        ".steward", ".steward/uploads", ".steward-x", ".stewardship", "%2esteward/tmp", "",
    ]

    @Test("paths that could mean another place are refused, however they are encoded", arguments: refused)
    func traversal(_ text: String) {
        do {
            let path = try ArtifactPath(percentEncoded: text)
            Issue.record("\(text) was read as \(path.components)")
        } catch {
            #expect(error.code == .invalid)
            #expect(error.message.hasPrefix("Invalid path"))
        }
    }

    @Test(
        "odd names are names",
        arguments: [
            ("a", ["a"]), ("a/b/c", ["a", "b", "c"]), ("a%20b.txt", ["a b.txt"]), ("a b", ["a b"]),
            ("100%25", ["100%"]), ("a%2520b", ["a%20b"]), ("a%25252e.txt", ["a%252e.txt"]), ("a+b", ["a+b"]),
            ("...", ["..."]), ("..a", ["..a"]), ("a..b", ["a..b"]), (".hidden", [".hidden"]),
            ("a/.steward", ["a", ".steward"]),
            ("~", ["~"]), ("-rf", ["-rf"]), ("a;b", ["a;b"]), ("'q'", ["'q'"]), ("%22q%22", ["\"q\""]),
            ("x/a:b", ["x", "a:b"]),
            ("x/C:", ["x", "C:"]), ("%C3%BC", ["\u{FC}"]), ("u%CC%88", ["u\u{308}"]), ("%F0%9F%98%80", ["\u{1F600}"]),
            ("$(id)", ["$(id)"]), ("a&b=c", ["a&b=c"]), ("a|b*c<d>", ["a|b*c<d>"]), ("%E2%80%AEx", ["\u{202E}x"]),
            ("..%E2%88%95x", ["..\u{2215}x"]),
        ])
    func names(_ text: String, _ expected: [String]) throws {
        let path = try ArtifactPath(percentEncoded: text)
        #expect(path.components.map { Array($0.utf8) } == expected.map { Array($0.utf8) })
        #expect(try ArtifactPath(parsing: path.text) == path)
    }

    @Test("a plain path is not decoded, but looked through")
    func plain() throws {
        #expect(try ArtifactPath(parsing: "100%.txt").components == ["100%.txt"])
        #expect(try ArtifactPath(parsing: "a%20b").components == ["a%20b"])
        #expect(throws: Failure.self) { _ = try ArtifactPath(parsing: "a/%2e%2e/b") }
        #expect(throws: Failure.self) { _ = try ArtifactPath(parsing: "a\0b") }
        #expect(throws: Failure.self) { _ = try ArtifactPath(parsing: "a\u{85}b") }
    }

    @Test("composed and decomposed letters are different names")
    func bytes() throws {
        let composed = try ArtifactPath(percentEncoded: "%C3%BC")
        let decomposed = try ArtifactPath(percentEncoded: "u%CC%88")
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(try !ArtifactPath(parsing: "u\u{308}/x").isWithin(composed))
    }

    @Test("limits: the longest is accepted, one more is not")
    func limits() throws {
        func path(_ components: Int, of length: Int) -> String {
            Array(repeating: String(repeating: "x", count: length), count: components).joined(separator: "/")
        }
        let (name, count) = (ArtifactPath.maximumComponentBytes, ArtifactPath.maximumComponents)
        #expect(try ArtifactPath(parsing: path(1, of: name)).components.count == 1)
        #expect(throws: Failure.self) { _ = try ArtifactPath(parsing: path(1, of: name + 1)) }
        #expect(throws: Failure.self) { _ = try ArtifactPath(parsing: String(repeating: "ü", count: 128)) }
        #expect(try ArtifactPath(parsing: path(count, of: 1)).components.count == count)
        #expect(throws: Failure.self) { _ = try ArtifactPath(parsing: path(count + 1, of: 1)) }
        let longest = path(5, of: 204)
        #expect(longest.utf8.count == ArtifactPath.maximumBytes)
        #expect(try ArtifactPath(parsing: longest).text == longest)
        #expect(throws: Failure.self) { _ = try ArtifactPath(parsing: longest + "/") }
        #expect(throws: Failure.self) { _ = try ArtifactPath(parsing: String(repeating: "a/", count: 1_000_000)) }
        // Encoded once more than is looked through.
        let layers = (0..<12).reduce("%2e%2e") { text, _ in text.replacing("%", with: "%25") }
        #expect(throws: Failure.self) { _ = try ArtifactPath(percentEncoded: layers) }
    }

    @Test("folders may be the root and may end in a slash")
    func folders() throws {
        #expect(try ArtifactPath(parsing: "", allowsRoot: true).isRoot)
        #expect(try ArtifactPath(parsing: "a/b/", allowsRoot: true).components == ["a", "b"])
        for text in ["/", "a//", "//", ".", "..", "a/../"] {
            #expect(throws: Failure.self, "\(text)") { _ = try ArtifactPath(parsing: text, allowsRoot: true) }
        }
        let path = try ArtifactPath(parsing: "a/b/c")
        #expect(path.parent.text == "a/b")
        #expect(path.name == "c")
        #expect(path.isWithin(path.parent) && path.isWithin(path) && path.isWithin(.root))
        #expect(try !path.isWithin(ArtifactPath(parsing: "a/b/cc")) && !path.parent.isWithin(path))
        #expect(try path.appending("d/e").text == "a/b/c/d/e")
        #expect(try ArtifactPath.root.appending("x").text == "x")
        #expect(throws: Failure.self) { _ = try path.appending("../x") }
    }

    @Test("whatever is accepted has no dangerous name in any decoding")
    func fuzz() {
        var random = RepeatableRandom(seed: 8)
        let pieces = [
            "..", ".", "/", "%2e", "%2f", "%25", "%5c", "\\", "a", "%41", "%00", "#", "?", "C:", ".steward", "ü", "%c3",
            "%bc",
        ]
        for _ in 0..<50_000 {
            let text = (0..<Int.random(in: 1...8, using: &random)).map { _ in pieces.randomElement(using: &random)! }
                .joined()
            for path in [try? ArtifactPath(percentEncoded: text), try? ArtifactPath(parsing: text)] {
                guard var layer = path?.text else { continue }
                for _ in 0..<10 {
                    let names = layer.split(separator: "/", omittingEmptySubsequences: false)
                    #expect(!names.contains("..") && !names.contains(".") && !layer.hasPrefix("/"), "\(text)")
                    #expect(!layer.contains("\\") && !layer.contains("#") && !layer.contains("\0"), "\(text)")
                    layer = layer.removingPercentEncoding ?? layer
                }
            }
        }
    }

    @Test(
        "Range headers",
        arguments: [
            (nil, ByteRange.whole), ("bytes=0-4", .part(0..<5)), ("bytes=6-", .part(6..<11)),
            ("bytes=-5", .part(6..<11)),
            ("bytes=-100", .part(0..<11)), ("bytes=10-10", .part(10..<11)), ("bytes=0-999", .part(0..<11)),
            ("BYTES=0-0", .part(0..<1)), ("bytes=11-", .unsatisfiable), ("bytes=100-200", .unsatisfiable),
            ("bytes=-0", .unsatisfiable), ("bytes=5-2", .whole), ("bytes=-", .whole), ("bytes=", .whole),
            ("bytes=x", .whole),
            ("bytes=0-0,2-3", .whole), ("items=0-1", .whole), ("bytes=+1-2", .whole), ("bytes=1-2-3", .whole),
            ("bytes= 1-2", .whole), ("bytes=0-99999999999999999999", .part(0..<11)),
            ("bytes=99999999999999999999-", .unsatisfiable), ("bytes=9223372036854775807-", .unsatisfiable),
            ("bytes=-9223372036854775807", .part(0..<11)), ("bytes=0-9223372036854775807", .part(0..<11)),
        ] as [(String?, ByteRange)])
    func ranges(_ header: String?, _ expected: ByteRange) {
        #expect(ByteRange(header, size: 11) == expected)
    }

    @Test("an empty file has no range")
    func emptyRange() {
        #expect(ByteRange("bytes=0-", size: 0) == .unsatisfiable)
        #expect(ByteRange("bytes=-1", size: 0) == .unsatisfiable)
        #expect(ByteRange(nil, size: 0) == .whole)
    }
}
