import Core
import Testing

@Suite("JSON parser")
struct JSONParserTests {
    @Test(
        "integers that fit are integers, others doubles",
        arguments: [
            ("0", JSON.integer(0)), ("-0", .integer(0)), ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("-9223372036854775809", .number(-9_223_372_036_854_775_808)), ("1.0", .number(1)), ("1e2", .number(100)),
            ("18446744073709551616", .number(18_446_744_073_709_551_616)), ("1E-2", .number(0.01)),
        ])
    func integers(text: String, expected: JSON) throws { #expect(try JSONParser.parse(text) == expected) }

    @Test(
        "decimal numbers are rounded to the nearest double, ties to even",
        arguments: [
            "0.1", "123456.789", "9007199254740993.0", "9007199254740995.0", "9007199254740992.5",
            // Halfway between two doubles, and just beside.
            "18014398509481986e0", "18014398509481987e0", "4503599627370497.5", "4503599627370497.49999",
            "4503599627370497.50001", "0.3000000000000000444089209850062616169452667236328125",
            "0.30000000000000004440892098500626161694526672363281249999", "1.7976931348623157e308", "5e-324",
            "2.5e-324",
            "2.4e-324", "1e-400", "2.2250738585072011e-308", "0.000000000000000000000000000012345678901234567890",
            "12345678901234567890123456789012345678901234567890", "1234567890123456789e27", "9999999999999999999e-27",
            "1e23", "8.5e22", "0e999999999999999999999", "0.0000000000000000000000000e5", "1e-999999999999999999999",
            "1" + String(repeating: "0", count: 400) + "e-400",
        ])
    func doubles(text: String) throws {
        for sign in ["", "-"] {
            let expected = try #require(Double(sign + text))
            #expect(try JSONParser.parse(sign + text).double?.bitPattern == expected.bitPattern, "\(sign)\(text)")
        }
    }

    @Test("random decimal numbers are read as the standard library reads them")
    func randomDoubles() throws {
        var random = Numbers(state: 7)
        for _ in 0..<100_000 {
            let digits = random.next() >> (random.next() % 64)
            let text = "\(digits).\(random.next() % 1000)e\(Int(random.next() % 60) - 30)"
            let expected = try #require(Double(text))
            #expect(try JSONParser.parse(text).double == expected, "\(text)")
        }
    }

    @Test("every escape, and text of every width, at every offset from the start")
    func strings() throws {
        let document = #""\"\\\/\b\f\n\r\tAé\u00e9\ud83d\uDE00""#
        #expect(try JSONParser.parse(document) == .string("\"\\/\u{8}\u{C}\n\r\tAéé\u{1F600}"))
        for length in 0..<40 {
            for tail in ["", "é", "\u{1F600}", "\n"] {
                let text = String(repeating: "x", count: length) + tail + String(repeating: "y", count: length % 9)
                let value = JSON.array([.string(text), .record([text: .null])])
                #expect(try JSONParser.parse(value.serialised()) == value)
            }
        }
    }

    @Test(
        "invalid UTF-8 is refused",
        arguments: [[0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x90, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3]])
    func encoding(bytes: [UInt8]) {
        for prefix in ["", "a", "a long prefix", #"\n"#] {
            let document = Array("\"\(prefix)".utf8) + bytes + Array("\"".utf8)
            #expect(throws: Failure.self) { try JSONParser.parse(document) }
        }
    }

    @Test(
        "a name given twice is refused or the last counts, in small and in large objects", arguments: [2, 24, 25, 300])
    func duplicates(size: Int) throws {
        // The same first and last eight bytes, so that only the bytes between them tell the names apart.
        let names = (0..<size).map { "metrics.\(10_000 + $0).accuracy" }
        func document(_ names: [String]) -> JSON {
            .object(names.enumerated().map { JSON.Member($1, .int($0)) })
        }
        let plain = document(names)
        #expect(try JSONParser.parse(plain.serialised()) == plain)
        for twin in [0, size / 2, size - 1] {
            let bytes = document(names + [names[twin]]).serialised()
            let failure = #expect(throws: Failure.self) { try JSONParser.parse(bytes) }
            #expect(failure?.message.hasSuffix("member \"\(names[twin])\" is given twice") == true)
            let last = try JSONParser.parse(bytes, .init(duplicates: .lastWins))
            #expect(last.members?.map(\.name) == names && last[names[twin]] == .int(size))
        }
    }

    @Test("names are compared by their bytes, whatever their escapes")
    func names() throws {
        #expect(throws: Failure.self) { try JSONParser.parse(#"{"a":1,"\u0061":2}"#) }
        // Canonically equivalent, but different names.
        #expect(try JSONParser.parse(#"{"\u00e9":1,"e\u0301":2}"#).members?.count == 2)
        // The same name in different objects.
        #expect(try JSONParser.parse(#"{"a":{"a":{"a":1}},"b":[{"a":2},{"a":3}]}"#)["b"]?.elements?.count == 2)
    }

    @Test("a hundred thousand names made to look alike")
    func manyNames() throws {
        let object = JSON.object((0..<100_000).map { JSON.Member("prefix--\(1_000_000 + $0)--suffix", .null) })
        #expect(try JSONParser.parse(object.serialised()) == object)
    }

    @Test("the words of Python's json module are refused, or numbers where that is asked for")
    func nonFiniteWords() throws {
        let words = JSONParser.Options(acceptsNonFiniteWords: true)
        let value = try JSONParser.parse(#"[NaN, Infinity, -Infinity, -1]"#, words)
        #expect(value.elements?[0].double?.isNaN == true)
        #expect(value.elements?[1...] == [.number(.infinity), .number(-.infinity), .integer(-1)])
        for document in ["NaN", "Infinity", "-Infinity", "[NaN]"] {
            #expect(throws: Failure.self) { try JSONParser.parse(document) }
        }
        for document in ["Na", "nan", "Infinit", "-Infinit", "-NaN", "+Infinity", "INFINITY", "Infinity1"] {
            #expect(throws: Failure.self) { try JSONParser.parse(document, words) }
        }
    }

    @Test("the depth is as stated")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try JSONParser.parse(nested(3), .init(maximumDepth: 3)) }
        #expect(throws: Failure.self) { try JSONParser.parse(nested(3) + "1", .init(maximumDepth: 3)) }
        #expect(throws: Failure.self) { try JSONParser.parse("[[[1]]]", .init(maximumDepth: 2)) }
    }

    @Test("a document cut off anywhere is refused")
    func cutOff() throws {
        let document = Array(
            #"{"text":"a\u00e9\n longer text","numbers":[-1.5e-10,12345678901234567890,true,null]}"#.utf8)
        #expect(throws: Never.self) { try JSONParser.parse(document) }
        for length in 0..<document.count {
            #expect(throws: Failure.self) { try JSONParser.parse(Array(document[..<length])) }
        }
    }

    @Test("the number of values is bounded, wherever they are")
    func values() throws {
        let document = #"[1,[2],{"a":3}]"#
        #expect(throws: Never.self) { try JSONParser.parse(document, .init(maximumValues: 6)) }
        let failure = #expect(throws: Failure.self) { try JSONParser.parse(document, .init(maximumValues: 5)) }
        #expect(failure?.message == "line 1, column 13: more than 5 values")
        let zeros = String(repeating: "0,", count: 999_998) + "0"
        #expect(try JSONParser.parse("[\(zeros)]").elements?.count == 999_999)
        #expect(throws: Failure.self) { try JSONParser.parse("[\(zeros),0]") }
        #expect(throws: Failure.self) { try JSONParser.parse("[[\(zeros)]]") }
    }
}

/// Reproducible numbers (xorshift).
struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
