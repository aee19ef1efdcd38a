import Foundation
import TestSupport
import Testing

/// Runs every document in `Specs/` against the built program.
@Suite("Specs")
struct SpecTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let folder = root.appending(path: "Specs")

    /// The program stands beside this test bundle, built in the same configuration.
    private static var program: URL {
        let beside = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "steward")
        return FileManager.default.isExecutableFile(atPath: beside.path)
            ? beside : root.appending(path: ".build/release/steward")
    }

    static let names: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".md") && $0 != "README.md" }.sorted()

    @Test("there are specifications")
    func some() { #expect(!Self.names.isEmpty) }

    @Test("the program does what the document says", arguments: names)
    func document(name: String) throws {
        let spec = try Spec(String(contentsOf: Self.folder.appending(path: name), encoding: .utf8))
        #expect(spec.commandCount > 0, "Specs/\(name) runs nothing")
        let place = FileManager.default.temporaryDirectory.appending(path: "steward-spec-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        for step in spec.steps {
            switch step {
            case .file(let file, let content):
                try content.write(to: place.appending(path: file), atomically: false, encoding: .utf8)
            case .command(let command):
                try run(command, in: place, name: name)
            }
        }
    }

    @Test("docs/reference/methods.md is what `make reference` writes")
    func reference() throws {
        let process = try ChildProcess(Self.program.path, ["methods", "--markdown"], output: .collected)
        let ending = process.wait()
        let stored = try Data(contentsOf: Self.root.appending(path: "docs/reference/methods.md"))
        #expect(ending == .exit(0) && Data(process.outputBytes) == stored, "run `make reference`")
    }

    private func run(_ command: Spec.Command, in place: URL, name: String) throws {
        let words = try Spec.words(command.text)
        guard words.first == "steward" else {
            Issue.record("Specs/\(name):\(command.line): only steward is run, not \(command.text)")
            return
        }
        let process = try ChildProcess(
            Self.program.path, Array(words.dropFirst()),
            // Nothing of the developer's machine may show in the output.
            environment: [
                "HOME": place.path, "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "TZ": "UTC", "PATH": "/usr/bin:/bin",
            ], folder: place.path, output: .collected, error: .merged)
        let ending = process.wait()

        var lines = process.outputText.split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0.replacing(/[ ]+$/, with: "")) }
        while lines.last == "" { lines.removeLast() }
        #expect(
            ending == .exit(command.status),
            "Specs/\(name):\(command.line): $ \(command.text): exit \(ending.status), expected \(command.status)")
        #expect(
            Pattern.matches(command.expected[...], lines[...]),
            "Specs/\(name):\(command.line): $ \(command.text) printed:\n\(lines.joined(separator: "\n"))")
    }
}

@Suite("Spec format")
struct SpecFormatTests {
    @Test("files, commands, output and status are read")
    func reading() throws {
        let spec = try Spec(
            """
            text
            ```csv a.csv
            x
            1
            ```
            ```console
            $ steward one
            out
            ...
            [exit 2]

            $ steward 'two words' ""
            ```
            """)
        #expect(
            spec.steps == [
                .file(name: "a.csv", content: "x\n1\n"),
                .command(.init(line: 7, text: "steward one", expected: ["out", "..."], status: 2)),
                .command(.init(line: 12, text: "steward 'two words' \"\"")),
            ])
        #expect(try Spec.words("steward 'two words' \"\"") == ["steward", "two words", ""])
    }

    @Test("wildcards match lines and parts of lines, and nothing else")
    func wildcards() {
        #expect(Pattern.matches(["a", "...", "d"], ["a", "b", "c", "d"]))
        #expect(Pattern.matches(["a", "..."], ["a"]))
        #expect(!Pattern.matches(["a", "...", "d"], ["a", "b"]))
        #expect(!Pattern.matches([], ["a"]))
        #expect(Pattern.matches(line: "took 12 ms", "took ... ms"))
        #expect(!Pattern.matches(line: "took 12 s", "took ... ms"))
        #expect(!Pattern.matches(line: "ab", "abc...b"))
    }

    @Test("a document that cannot be read is an error")
    func malformed() {
        #expect(throws: Spec.Malformed.self) { try Spec("```console\n$ steward") }
        #expect(throws: Spec.Malformed.self) { try Spec("```console\nno command\n```") }
    }
}
