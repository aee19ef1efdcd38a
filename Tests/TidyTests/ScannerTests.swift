import Testing

/// The checks are only as good as what they see.
@Suite("Scanner")
struct ScannerTests {
    @Test("comments and strings are not code")
    func strings() {
        let source = SwiftSource(
            text: #"""
                let a = "await \(f("await", (1))) await"  // await
                /* await /* await */ await */ let b = ##"await "# await"##
                let c = """
                    await "quoted" \("await")
                    """
                let d = await(1)
                """#)
        #expect(source.lines(withWord: "await") == [6])
        #expect(source.lines(withWord: "let") == [1, 2, 3, 6])
        #expect(source.comments[0].contains("// await") && !source.comments[0].contains("let"))
    }

    @Test("imports are read with attributes, access and kind")
    func imports() {
        let source = SwiftSource(
            text: "package import Core\n@preconcurrency import Foundation\nimport struct Glibc.tm\nlet important = 1")
        #expect(source.imports.map(\.module) == ["Core", "Foundation", "Glibc"])
        #expect(source.imports.map(\.line) == [1, 2, 3])
    }

    @Test("function lengths follow braces")
    func functions() {
        let source = SwiftSource(
            text: """
                protocol P {
                    func requirement() -> Int
                }
                struct S {
                    init(
                        a: Int
                    ) {
                        self.init(b: { 1 }())
                    }
                    func f(_ g: () -> Void = {}) throws(Failure)
                        -> Int
                    { "}" .count }
                    func one() {}
                }
                """)
        #expect(
            source.functions == [
                FunctionExtent(line: 5, length: 5), FunctionExtent(line: 10, length: 3),
                FunctionExtent(line: 13, length: 1),
            ])
    }

    @Test("words are whole words")
    func words() {
        #expect(Words.contains("a await b", "await"))
        #expect(!Words.contains("awaited", "await") && !Words.contains("_await", "await"))
    }

    @Test("links are found outside code")
    func links() {
        let found = MarkdownLinks.links(in: [
            "see [a](b.md#c) and `[x](y)`", "```", "[n](no.md)", "```", "![p](i/p.png)",
        ])
        #expect(found.map(\.target) == ["b.md#c", "i/p.png"])
        #expect(found.map(\.line) == [1, 5])
    }
}
