import Core
import Tables
import Testing

@Suite("NDJSON")
struct NDJSONReaderTests {
    private func read(_ text: String, _ options: ReadOptions = .init()) throws -> Table {
        try readCSV(text, options, name: "data.ndjson")
    }

    @Test("the columns are the union of the members; absent and null are missing")
    func union() throws {
        let table = try read("{\"a\":1,\"b\":\"x\"}\n\n{\"b\":\"y\",\"c\":true}\n{\"a\":2.5,\"c\":null}\n")
        #expect(table.rowCount == 3)
        #expect(table.columns.map(\.name) == ["a", "b", "c"])
        #expect(table.columns.map(\.kind) == [.num, .cat, .bool])
        #expect(table.columns[0].cells == [.num(1), .missing, .num(2.5)])
        #expect(table.columns[1].cells == [.text("x"), .text("y"), .missing])
        #expect(table.columns[2].cells == [.missing, .text("true"), .missing])
    }

    @Test("byte order mark, CRLF, escapes, Python's words for non-finite numbers")
    func syntax() throws {
        let table = try read(
            "\u{FEFF} { \"a\" : \"\\u00e9\\ud83d\\ude00\\n\\/\" , \"b\" : -0.5e+1 }\r\n{\"b\":NaN}\r\n{\"b\":-Infinity}"
        )
        #expect(table.columns[0].cells == [.text("é😀\n/"), .missing, .missing])
        #expect(table.columns[1].cells == [.num(-5), .missing, .num(-.infinity)])
    }

    @Test("numbers are correctly rounded; integers are known as such")
    func numbers() throws {
        let table = try read(
            "{\"x\":0.1,\"i\":7}\n{\"x\":9007199254740993,\"i\":-1}\n{\"x\":1.7976931348623157e308,\"i\":0}\n")
        #expect(
            table.columns[0].cells == [.num(0.1), .num(9_007_199_254_740_992), .num(1.7976931348623157e308)])
        #expect(table.columns.map(\.isInteger) == [false, true])
    }

    @Test("numbers, flags and strings in one member become strings")
    func mixed() throws {
        let table = try read("{\"a\":1.50}\n{\"a\":true}\n{}\n{\"a\":\"x\"}\n{\"a\":2}\n{\"a\":3.0}\n")
        #expect(table.columns[0].kind == .cat)
        #expect(
            table.columns[0].cells
                == [.text("1.5"), .text("true"), .missing, .text("x"), .text("2"), .text("3")])
    }

    @Test("strings are looked at as those of CSV are, but digits stay strings")
    func kinds() throws {
        let table = try read(
            "{\"t\":\"2020-01-02\",\"b\":\"True\",\"d\":\"1\"}\n"
                + "{\"t\":\"1970-01-01T00:00:01Z\",\"b\":\"false\",\"d\":\"2\"}\n"
        )
        #expect(table.columns.map(\.kind) == [.datetime, .bool, .cat])
        #expect(table.columns[0].cells == [.num(1_577_923_200), .num(1)])
        #expect(table.columns[1].cells == [.text("true"), .text("false")])
    }

    @Test("a kind that is asked for is given, or the value and its row are named")
    func askedKinds() throws {
        var options = ReadOptions()
        options.kinds = ["d": .num, "n": .cat]
        options.missing = ["-"]
        let table = try read("{\"d\":\"1\",\"n\":1}\n{\"d\":\"-\",\"n\":2.5}\n", options)
        #expect(table.columns.map(\.kind) == [.num, .cat])
        #expect(table.columns[0].cells == [.num(1), .missing])
        #expect(table.columns[1].cells == [.text("1.0"), .text("2.5")])
        let failure = try #require(
            try csvFailure(Array("{\"d\":\"1\"}\n{\"d\":\"x\"}\n".utf8), options, name: "data.ndjson"))
        #expect(failure.message == "data.ndjson: column \"d\", row 2: \"x\" cannot be read as num")
    }

    @Test(
        "errors name line and column",
        arguments: [
            ("{\"a\":1}\n{\"a\":{\"x\":1}}\n", "line 2, column 6: member \"a\" is an array or object"),
            ("{\"a\":1,\"a\":2}", "line 1, column 7: member \"a\" is given twice"),
            ("\n[1]\n", "line 2, column 1: a line must be an object, not an array"),
            ("{\"a\":01}", "line 1, column 6: a number must not begin with 0"),
            ("{\n\"a\":1}", "line 1, column 2: the line ends inside an object"),
            ("{\"a\":1e400}", "line 1, column 6: the number is too large"),
            ("{\"a\":\"\\ud800\"}", "line 1, column 7: half of a surrogate pair"),
            ("{\"a\":1} x", "line 1, column 9: unexpected text"), ("{\"a\":\"x", "the line ends inside a string"),
            ("{\"a\":tru}", "line 1, column 6: expected a value"), ("{\"a\" 1}", "line 1, column 6: expected ':'"),
            ("{\"a\":1 \"b\":2}", "line 1, column 8: expected ',' or '}'"), ("{\"a\":1,}", "expected a member name"),
            ("{\"a\":\"\t\"}", "line 1, column 7: a control character"),
            ("{\"a\":1.}", "expected a digit after the point"),
            ("\n\n", "has no rows"),
        ])
    func errors(text: String, message: String) throws {
        let failure = try #require(try csvFailure(Array(text.utf8), name: "data.ndjson"))
        #expect(failure.code == .invalid)
        #expect(failure.message.contains(message), "\(failure.message)")
    }

    @Test("text that is not UTF-8 is refused, in values and in names")
    func encoding() throws {
        for bytes in [[UInt8]("{\"a\":\"".utf8) + [0xFF] + "\"}".utf8, [UInt8]("{\"".utf8) + [0xC3] + "\":1}".utf8] {
            #expect(try csvFailure(bytes, name: "data.ndjson")?.message.contains("not UTF-8") == true)
        }
    }

    @Test("an excluded member may be nested; included ones alone are read")
    func selection() throws {
        var options = ReadOptions()
        options.exclude = ["n"]
        let table = try read("{\"n\":[1,{\"x\":\"]}\"}],\"a\":1}\n{\"a\":2,\"n\":{}}\n", options)
        #expect(table.columns.map(\.name) == ["a"])
        #expect(table.columns[0].cells == [.num(1), .num(2)])
    }

    @Test("limits on columns and on the length of a line")
    func limits() throws {
        var options = ReadOptions()
        options.maximumColumns = 2
        #expect(throws: Failure.self) { try read("{\"a\":1,\"b\":1,\"c\":1}", options) }
        let long = "{\"a\":\"" + String(repeating: "x", count: 17 << 20) + "\"}"
        let failure = try #require(try csvFailure(Array(long.utf8), name: "data.ndjson"))
        #expect(failure.code == .exhausted && failure.message.contains("line 1"))
    }

    @Test("any bytes give a table or a failure, the same in batches")
    func fuzz() throws {
        let seeds = [
            "{\"a\":1,\"b\":\"x\",\"c\":true}\n{\"b\":\"\\u00e9\",\"a\":2.5e3}\n{\"a\":\"s\",\"d\":null}\n{}\n",
            "{\"t\":\"2020-01-01\",\"n\":[1,{\"k\":\"}\"}]}\r\n{\"t\":\"2020-01-02\"}\n\n{\"t\":NaN}",
        ].map { Array($0.utf8) }
        var random = CSVRandom(seed: 11)
        let folder = try CSVFolder()
        for round in 0..<3000 {
            let path = try folder.write(random.mutate(seeds[round % 2]), "data.ndjson")
            var options = ReadOptions()
            if round % 3 == 0 { options.exclude = ["n"] }
            try expectSameInBatches(path, options)
        }
    }
}
