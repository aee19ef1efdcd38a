import Testing

/// What the tracked files may and may not hold.
@Suite("Tree")
struct TreeTests {
    @Test("build output and resolved versions are ignored, not tracked")
    func ignored() throws {
        let lines = try #require(SourceTree.text(".gitignore")).lines
        for needed in [".build/", "Package.resolved"] { #expect(lines.contains(needed), ".gitignore lacks \(needed)") }
        let tracked = SourceTree.paths.filter { $0 == "Package.resolved" || $0.hasPrefix(".build/") }
        #expect(tracked.isEmpty, "\(tracked)")
    }

    @Test("no tracked file names somebody's folder or a private package index")
    func noMachine() {
        // These tests spell the words out.
        let exempt = "Tests/TidyTests/"
        let folders = ["/home/", "/Users/", "/root/"]
        let index = ["index-url", "index_url", "artifactory", "goproxy", "--trusted-host", "registry-url"]
        var findings: [Finding] = []
        for file in SourceTree.texts where !file.path.hasPrefix(exempt) {
            for (number, line) in file.lines.enumerated() {
                for folder in folders {
                    // `/home/` inside an address or a longer path is not a home folder.
                    let hits = Words.ranges(of: folder, in: line).filter { !$0.afterWord && $0.beforeWord }
                    if !hits.isEmpty { findings.append(file.finding(number + 1, "names a folder below \(folder)")) }
                }
                for word in index where line.lowercased().contains(word) {
                    findings.append(file.finding(number + 1, "\(word): the package index is the machine's own affair"))
                }
            }
        }
        expectNone(findings)
    }

    @Test("packages come from their public home")
    func packageAddresses() throws {
        let manifest = try #require(SourceTree.text("Package.swift"))
        let findings = manifest.lines.enumerated()
            .filter { $0.element.contains(".package(") && !$0.element.contains("url: \"https://github.com/") }
            .map { manifest.finding($0.offset + 1, "a dependency is named by its address on github.com") }
        expectNone(findings)
    }

    @Test("every relative link in the documentation leads somewhere")
    func links() {
        var findings: [Finding] = []
        for file in SourceTree.texts where file.fileExtension == "md" {
            for link in MarkdownLinks.links(in: file.lines) where !leadsSomewhere(link.target, from: file) {
                findings.append(file.finding(link.line, "\(link.target) does not exist"))
            }
        }
        expectNone(findings)
    }

    private func leadsSomewhere(_ target: String, from file: TextFile) -> Bool {
        if target.contains("://") || target.hasPrefix("mailto:") || target.hasPrefix("#") { return true }
        let path = target.split(separator: "#", omittingEmptySubsequences: false)[0]
        var folders = path.hasPrefix("/") ? [] : file.folders
        for part in path.split(separator: "/") {
            switch part {
            case ".": continue
            case "..":
                if folders.isEmpty { return false }
                folders.removeLast()
            default: folders.append(String(part))
            }
        }
        return SourceTree.exists(folders.joined(separator: "/"))
    }
}

enum MarkdownLinks {
    /// Targets of `[text](target)` outside fenced blocks and code spans.
    static func links(in lines: [String]) -> [(target: String, line: Int)] {
        var found: [(target: String, line: Int)] = []
        var fenced = false
        for (index, line) in lines.enumerated() {
            if line.trimmingPrefix(while: { $0 == " " }).hasPrefix("```") {
                fenced.toggle()
                continue
            }
            if fenced { continue }
            // Every second piece between backticks is code.
            let prose = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .map { $0.offset.isMultiple(of: 2) ? String($0.element) : "code" }.joined()
            for piece in prose.split(separator: "](", omittingEmptySubsequences: false).dropFirst() {
                guard let target = piece.split(separator: ")", omittingEmptySubsequences: false).first else { continue }
                found.append((String(target.split(separator: " ").first ?? ""), index + 1))
            }
        }
        return found
    }
}
