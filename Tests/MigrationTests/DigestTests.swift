import Platform
import Testing

@Suite("Digests of rows")
struct DigestTests {
    private func digest(_ rows: [[SQLValue]], of table: String = "t") -> RowSetDigest {
        rows.reduce(into: RowSetDigest()) { $0.add(table, $1[...]) }
    }

    @Test("the order of rows does not matter, and neither does how they are put together")
    func order() {
        let rows: [[SQLValue]] = (0..<50).map { [.int($0), .text("row \($0)"), .real(Double($0) / 7), .null] }
        let all = digest(rows)
        #expect(digest(rows.reversed()) == all)
        var parts = digest(Array(rows[..<20]))
        parts.add(digest(Array(rows[20...])))
        #expect(parts == all && parts.text == all.text)
        #expect(all.text.count == 64 && all.count == 50)
    }

    @Test("rows that differ in anything have other digests")
    func differences() {
        let rows: [[SQLValue]] = [
            [.text("ab"), .text("c")], [.text("a"), .text("bc")], [.text("abc"), .null], [.text("abc"), .text("")],
            [.integer(1), .null], [.real(1), .null], [.text("1"), .null], [.blob([0x31]), .null],
            // Canonically equivalent, but not the same bytes.
            [.text("\u{E9}"), .null], [.text("e\u{301}"), .null],
        ]
        #expect(Set(rows.map { digest([$0]).text }).count == rows.count)
        #expect(digest([rows[0]], of: "u") != digest([rows[0]]))
        #expect(digest([rows[0], rows[0]]) != digest([rows[0]]))
        #expect(digest([]) != digest([rows[0]]))
    }

    @Test("zero has no sign: databases lose it")
    func zero() {
        #expect(digest([[.real(0.0)]]) == digest([[.real(-0.0)]]))
    }
}
