import Testing

/// Files aim at 200 lines and stop at 500, functions stop at 70 lines, lines at 120 characters.
@Suite("Sizes")
struct SizeTests {
    private static let code: Set<String> = ["swift", "c", "h", "py", "sh"]

    /// Files that are longer for a reason. Keep it short.
    private static let longFiles: [String: String] = [:]

    @Test("files stop at 500 lines")
    func files() {
        let findings = SourceTree.texts
            .filter { Self.code.contains($0.fileExtension) && $0.lines.count > 500 && Self.longFiles[$0.path] == nil }
            .map { $0.finding($0.lines.count, "the file has \($0.lines.count) lines; split it by idea") }
        expectNone(findings)
    }

    @Test("functions stop at 70 lines")
    func functions() {
        let findings = SourceTree.allSwift.flatMap { source in
            source.functions.filter { $0.length > 70 }
                .map { source.finding($0.line, "the function has \($0.length) lines") }
        }
        expectNone(findings)
    }

    @Test("lines stop at 120 characters")
    func lines() {
        let inText = Dictionary(uniqueKeysWithValues: SourceTree.allSwift.map { ($0.path, $0) })
        let findings = SourceTree.texts.filter { Self.code.contains($0.fileExtension) }.flatMap { file in
            file.lines.enumerated().filter { $0.element.count > 120 }
                .filter { inText[file.path]?.isText(line: $0.offset, byte: 120) != true }
                .map { file.finding($0.offset + 1, "the line has \($0.element.count) characters") }
        }
        expectNone(findings)
    }

    @Test("the architecture fits in 200 lines")
    func architecture() throws {
        let file = try #require(SourceTree.text("ARCHITECTURE.md"))
        #expect(file.lines.count <= 200, "ARCHITECTURE.md has \(file.lines.count) lines")
    }

    @Test("folders are named after what they hold")
    func folderNames() {
        let vague: Set<String> = [
            "utils", "util", "utilities", "helpers", "helper", "manager", "managers", "common", "misc", "shared",
        ]
        let findings = SourceTree.texts.filter { file in
            let stem = file.name.split(separator: ".").first.map { $0.lowercased() } ?? ""
            return (file.folders.map { $0.lowercased() } + [stem]).contains { vague.contains($0) }
        }
        .map { $0.finding(1, "say what it holds: no Utils, Helpers, Manager or Common") }
        expectNone(findings)
    }

    @Test("an open end says what would settle it")
    func openEnds() {
        let marks = ["TODO", "FIXME", "XXX", "HACK"]
        var findings: [Finding] = []
        for source in SourceTree.allSwift {
            for (index, line) in source.comments.enumerated() {
                for mark in marks where Words.contains(line, mark) {
                    let after = line.split(separator: mark, maxSplits: 1, omittingEmptySubsequences: false).last ?? ""
                    if after.split(separator: " ").count < 4 {
                        findings.append(source.finding(index + 1, "\(mark) without an explanation"))
                    }
                }
            }
        }
        expectNone(findings)
    }
}
