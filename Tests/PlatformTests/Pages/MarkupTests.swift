import Core
import Platform
import TestSupport
import Testing

@Suite("Markup")
struct MarkupTests {
    private func written(_ write: (inout Markup) -> Void) -> String {
        String(decoding: Markup(write).bytes, as: UTF8.self)
    }

    @Test("text and attributes are escaped")
    func escaping() {
        let html = written { html in
            html.element("p", ["title": "\"'<>&"], text: "<b> & \"'")
        }
        #expect(html == "<p title=\"&quot;&#39;&lt;&gt;&amp;\">&lt;b&gt; &amp; &quot;&#39;</p>")
    }

    @Test("characters that XML does not allow become U+FFFD")
    func controls() {
        #expect(written { $0.text("a\u{0}b\u{B}c\u{FFFF}d\ne") } == "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\ne")
    }

    @Test("an attribute without a value is left out, an empty one stays")
    func absentAttributes() {
        #expect(written { $0.empty("input", ["name": nil, "required": ""]) } == "<input required=\"\"/>")
    }

    @Test(
        "addresses that a browser would run, load from elsewhere or take for another server's are not written",
        arguments: [
            "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
            "\u{1}javascript:alert(1)", "data:text/html,<script>", "vbscript:x", "//evil.example", "/\\evil.example",
            "\\\\evil.example", "ftp://x", "x", "relative/path", "/a b", "blob:x", "file:///etc/passwd",
        ])
    func hostileAddresses(_ address: String) {
        for html in [
            written { $0.element("a", ["href": address], text: "x") }, written { $0.empty("img", ["src": address]) },
            written { $0.element("form", ["action": address]) { _ in } },
            written { $0.element("button", ["formaction": address]) { _ in } },
            written { $0.empty("use", ["xlink:href": address]) },
        ] {
            #expect(html.contains("\"about:invalid\""), "\(html)")
        }
    }

    @Test(
        "places on this server, on the page and on the web are written",
        arguments: [
            "/", "/models/a%20b?x=1#y", "#main", "?page=2", "", "https://example.org/x", "HTTP://x", "mailto:a@b",
        ])
    func safeAddresses(_ address: String) {
        let html = written { $0.element("a", ["href": address], text: "x") }
        #expect(html == "<a href=\"\(address)\">x</a>")
    }

    @Test("an address is percent-encoded as it is put together")
    func addresses() {
        let address = Address("/models", "a/b c?#%", "ü").query([("q", "x&y=1"), ("none", nil), ("z", "a+b")])
        #expect(address.text == "/models/a%2Fb%20c%3F%23%25/%C3%BC?q=x%26y%3D1&z=a%2Bb")
        #expect(Query("q=x%26y%3D1&z=a%2Bb")["z"] == "a+b")
    }

    @Test("every component keeps what is hostile where it belongs", arguments: HostileText.all)
    func components(_ text: String) throws {
        let address = Address("/x", text).query([(text, text)])
        let markup = Markup { html in
            html.element("h1") { $0.name(text, width: 60) }
            html.link(text, to: address)
            html.outside(text)
            html.prose(text)
            html.identifier(text)
            html.code(DisplayText.clean(text), id: "x")
            html.tag(text, text)
            html.badge(.bad, text)
            html.table(DisplayText.clean(text), [TableColumn(text, sorting: address), .number(text)]) { html in
                html.row { html in
                    html.cell(text)
                    html.numberCell("1", exact: DisplayText.clean(text))
                }
            }
            html.tabs("x", [(DisplayText.clean(text), 1, address, true)])
            html.tags([(text, text)])
            html.event(.good, at: Timestamp(milliseconds: 0), now: Timestamp(milliseconds: 0), reason: text) {
                $0.outside(text)
            }
            html.emptyState(DisplayText.clean(text), DisplayText.clean(text))
            html.facts { $0.fact("x", text) }
            html.form(address) { html in
                html.field(FormField("a", "A"), DisplayText.clean(text), error: text)
                html.field(FormField("b", "B", .lines(3)), DisplayText.clean(text))
                html.field(FormField("c", "C", .choice([("v", text)])), "v")
                html.box("d", text)
                html.confirmation(DisplayText.clean(text), place: "d")
                html.reasonField()
            }
        }
        let html = String(decoding: markup.bytes, as: UTF8.self)
        let check = try MarkupCheck.read(html)
        #expect(!check.names.contains("script") && !check.names.contains("img"))
        #expect(!check.attributes.contains { $0.hasPrefix("on") })
        #expect(check.targets.allSatisfy { $0.hasPrefix("/x/") })
        // The copy button has the text as it is; a browser shows no attribute.
        #expect(!check.text.contains("\u{202E}"))
    }
}
