import Core
import Testing

@Suite("JSON")
struct JSONTests {
    @Test("what is written parses back to the same value")
    func roundTrip() throws {
        let value = JSON.record([
            "a": .array([.integer(-3), .number(0.1), .null, .bool(true)]), "text \u{1F600}\n\"": .string("\\ \u{7}é"),
            "empty": .object([]),
        ])
        #expect(try JSONParser.parse(value.serialised()) == value)
        #expect(try JSONParser.parse(value.serialised(pretty: true)) == value)
    }

    @Test("non-finite numbers are written as strings and read back as numbers")
    func nonFinite() throws {
        #expect(JSON.array([.number(.nan), .number(-.infinity)]).text() == #"["NaN","-Infinity"]"#)
        #expect(try JSONParser.parse(#""Infinity""#).double == .infinity)
    }

    @Test(
        "malformed documents are refused with a place",
        arguments: [
            ("", "line 1, column 1"), ("{\"a\":1,\"a\":2}", "line 1, column 8"), ("[1,\n 02]", "line 2, column 2"),
            ("[1e999]", "line 1, column 2"), ("\"\\ud800\"", "line 1, column 8"), ("[1] 2", "line 1, column 5"),
            ("nul", "line 1, column 1"),
            ("\"a\nb\"", "line 1, column 3"), ("{\"a\" 1}", "line 1, column 6"),
        ])
    func malformed(document: String, place: String) {
        let failure = #expect(throws: Failure.self) { try JSONParser.parse(document) }
        #expect(failure?.message.hasPrefix(place + ":") == true, "\(failure?.message ?? "")")
    }

    @Test("nesting is bounded")
    func depth() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: Failure.self) { try JSONParser.parse(deep) }
    }
}
