import Core
import Tables
import Testing

@Suite("CSV: text to typed columns")
struct CSVReaderTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let text: String
        let kinds: [ColumnKind]
        let cells: [[String?]]
        var testDescription: String { name }

        init(_ name: String, _ text: String, _ kinds: [ColumnKind], _ cells: [[String?]]) {
            self.name = name
            self.text = text
            self.kinds = kinds
            self.cells = cells
        }
    }

    static let cases: [Case] = [
        Case("plain", "a,b\n1,x\n2,y\n", [.num, .cat], [["1.0", "2.0"], ["x", "y"]]),
        Case("no line end at the end", "a,b\n1,x\n2,y", [.num, .cat], [["1.0", "2.0"], ["x", "y"]]),
        Case("CR LF", "a,b\r\n1,x\r\n2,y\r\n", [.num, .cat], [["1.0", "2.0"], ["x", "y"]]),
        Case("CR", "a,b\r1,x\r2,y\r", [.num, .cat], [["1.0", "2.0"], ["x", "y"]]),
        Case("CR at the very end without LF", "a,b\r\n1,x\r", [.num, .cat], [["1.0"], ["x"]]),
        Case("byte order mark", "\u{FEFF}a,b\n1,x\n", [.num, .cat], [["1.0"], ["x"]]),
        Case(
            "quotes", "a,b\n\"1\",\"x,y\"\n2,\"say \"\"hi\"\"\"\n", [.num, .cat],
            [["1.0", "2.0"], ["x,y", "say \"hi\""]]),
        Case("line ends in quotes", "a,b\n1,\"x\ny\r\nz\"\n", [.num, .cat], [["1.0"], ["x\ny\r\nz"]]),
        Case("quoted names", "\"a,1\",\"b\"\"\"\n1,x\n", [.num, .cat], [["1.0"], ["x"]]),
        Case(
            "quote inside an unquoted field", "a,b\n1,5\" pipe\n2,x\n", [.num, .cat],
            [["1.0", "2.0"], ["5\" pipe", "x"]]),
        Case("empty lines", "\n\na,b\n\n1,x\n\r\n2,y\n\n", [.num, .cat], [["1.0", "2.0"], ["x", "y"]]),
        Case("empty fields", "a,b,c\n1,,\n,x,\n", [.num, .cat, .num], [["1.0", nil], [nil, "x"], [nil, nil]]),
        Case("quoted empty field", "a\n\"\"\n1\n", [.num], [[nil, "1.0"]]),
        Case("semicolons", "a;b\n1;x,y\n2;z\n", [.num, .cat], [["1.0", "2.0"], ["x,y", "z"]]),
        Case("decimal commas stay text", "a;b\n1,5;2\n", [.cat, .num], [["1,5"], ["2.0"]]),
        Case("tabs", "a\tb\n1\tx\n", [.num, .cat], [["1.0"], ["x"]]),
        Case("bars", "a|b\n1|x\n", [.num, .cat], [["1.0"], ["x"]]),
        Case("header only", "a,b\n", [.num, .num], [[], []]),
        Case("header only without line end", "a,b", [.num, .num], [[], []]),
        Case(
            "numbers", "a\n1\n+2\n-3.5\n.5\n5.\n1e3\n1E-2\n 7 \n007\n", [.num],
            [["1.0", "2.0", "-3.5", "0.5", "5.0", "1000.0", "0.01", "7.0", "7.0"]]),
        Case(
            "infinities", "a\ninf\n-inf\nInfinity\n+INF\n-infinity\n1\n", [.num],
            [["inf", "-inf", "inf", "inf", "-inf", "1.0"]]),
        Case("nan beside numbers is missing", "a\n1\nnan\nNaN\n", [.num], [["1.0", nil, nil]]),
        Case("nan alone is text", "a\nnan\nnan\n", [.cat], [["nan", "nan"]]),
        Case("nan beside text is text", "a\nnan\nx\nNA\nnull\n", [.cat], [["nan", "x", "NA", "null"]]),
        Case("nan, then numbers, then text", "a\nnan\n1\nx\n", [.cat], [["nan", "1", "x"]]),
        Case(
            "not numbers", "a,b,c,d,e\n1_0,0x10,1e,--1,1.2.3\n", [.cat, .cat, .cat, .cat, .cat],
            [
                ["1_0"], ["0x10"], ["1e"], ["--1"], ["1.2.3"],
            ]),
        Case(
            "truth values", "a,b\nTrue,yes\nFALSE,no\ntrue,yes\n,no\n", [.bool, .cat],
            [
                ["true", "false", "true", nil], ["yes", "no", "yes", "no"],
            ]),
        Case("true beside text", "a\ntrue\nmaybe\n", [.cat], [["true", "maybe"]]),
        Case("1e400 in text is text", "a\nx\n1e400\n", [.cat], [["x", "1e400"]]),
        Case("1e400 before text is text", "a\n1e400\nx\n", [.cat], [["1e400", "x"]]),
        Case("blanks are text", "a,b\n ,1\nx,2\n", [.cat, .num], [[" ", "x"], ["1.0", "2.0"]]),
        Case("any UTF-8", "é,b\n日本,😀\n", [.cat, .cat], [["日本"], ["😀"]]),
        Case("canonically equal is not equal", "a\n\u{E9}\ne\u{301}\n", [.cat], [["\u{E9}", "e\u{301}"]]),
        Case(
            "dates", "a\n1970-01-01\n1970-01-02T00:00\n1969-12-31 23:59:59.5Z\n2024-02-29T12:00:00+01:00\n\n",
            [.datetime],
            [["0.0", "86400.0", "-0.5", "1709204400.0"]]),
        Case("zones", "a\n1970-01-01T01:00:00+01\n1970-01-01T00:00:00-0130\n", [.datetime], [["0.0", "5400.0"]]),
        Case(
            "no dates", "a,b,c\n2023-02-29,2023-13-01,2023-1-1\n", [.cat, .cat, .cat],
            [
                ["2023-02-29"], ["2023-13-01"], ["2023-1-1"],
            ]),
        Case("a date, then text", "a\n2023-02-28\nx\n", [.cat], [["2023-02-28", "x"]]),
        Case("a number, then a date", "a\n2023\n2023-02-28\n", [.cat], [["2023", "2023-02-28"]]),
        Case(
            "missing, then a date", "a,b\n,1\n2023-02-28,2\n", [.datetime, .num],
            [
                [nil, "1677542400.0"], ["1.0", "2.0"],
            ]),
    ]

    @Test("typed cells", arguments: cases)
    func cells(_ it: Case) throws {
        // From one row a block to the whole file in one: the answer is the same.
        for blockBytes in [1, 7, 64, 1 << 20] {
            var options = ReadOptions()
            options.blockBytes = blockBytes
            let table = try readCSV(it.text, options)
            #expect(table.columns.map(\.kind) == it.kinds, "\(blockBytes)")
            let expected = it.cells.indices.map { index in
                it.cells[index].map { cell -> CSVCell in
                    guard let cell else { return .missing }
                    let isNumber = it.kinds[index] == .num || it.kinds[index] == .datetime
                    return isNumber ? .number(Double(cell)!) : .text(cell)
                }
            }
            #expect(table.columns.map(\.cells) == expected, "\(blockBytes)")
            #expect(table.rowCount == expected.first?.count)
        }
    }

    @Test func integersAreToldApart() throws {
        let table = try readCSV("a,b,c,d,e\n1,1.0,1,1e1,9223372036854775808\n-2,2,,2,1\n")
        #expect(table.columns.map(\.isInteger) == [true, false, false, false, false])
    }

    @Test func dictionaryIsInOrderOfAppearance() throws {
        let table = try readCSV("a\nz\nb\nz\na\n")
        guard case .strings(let column) = table.columns[0].values else { Issue.record("no strings"); return }
        #expect(column.dictionary == ["z", "b", "a"])
        #expect(column.indices == [0, 1, 0, 2])
    }

    @Test func manyDistinctStringsAreText() throws {
        func file(_ distinct: Int, of rows: Int) -> String {
            "a\n" + (0..<rows).map { "v\($0 % distinct)" }.joined(separator: "\n")
        }
        #expect(try readCSV(file(51, of: 101)).columns[0].kind == .text)
        #expect(try readCSV(file(51, of: 102)).columns[0].kind == .cat)
        #expect(try readCSV(file(50, of: 50)).columns[0].kind == .cat)
    }

    @Test func schemaOverridesInference() throws {
        var options = ReadOptions()
        options.kinds = ["a": .cat, "b": .text, "c": .bool, "d": .datetime, "e": .num]
        let table = try readCSV("a,b,c,d,e\n3,4,1,2020-01-01,nan\n03,5,No,,2\n", options)
        #expect(table.columns.map(\.kind) == [.cat, .text, .bool, .datetime, .num])
        #expect(table.columns[0].cells == [.text("3"), .text("03")])
        #expect(table.columns[2].cells == [.text("true"), .text("false")])
        #expect(table.columns[4].cells == [.missing, .number(2.0)])
    }

    @Test func columnsCanBeChosen() throws {
        var options = ReadOptions()
        options.include = ["c", "a", "nowhere"]
        options.exclude = ["a"]
        let table = try readCSV("a,b,c\nx,\"y\n\",1\n", options)
        #expect(table.columns.map(\.name) == ["c"])
        #expect(table.rowCount == 1)
    }

    @Test func spellingsOfMissing() throws {
        var options = ReadOptions()
        options.missing = ["NA", "-999", "1970-01-01"]
        let table = try readCSV("a,b,c\nNA,NA,1970-01-01\n-999,x,1971-01-01\n3,-999,NA\n", options)
        #expect(table.columns.map(\.kind) == [.num, .cat, .datetime])
        #expect(table.columns[0].cells == [.missing, .missing, .number(3.0)])
        #expect(table.columns[1].cells == [.missing, .text("x"), .missing])
        #expect(table.columns[2].cells == [.missing, .number(31_536_000.0), .missing])
    }

    @Test func almostNumbersAreNoted() throws {
        let folder = try CSVFolder()
        let path = try folder.write("a,b,c\n1,x,NA\nNA,NA,-\n?,1,NA\n")
        let notes = try DataReader.read(path, .init()).notes
        #expect(
            notes == [
                "\(path): column \"a\" is read as text because of \"NA\", \"?\"; "
                    + "with --missing NA --missing ? it is a column of numbers."
            ])
        #expect(try DataReader.forEachBatch(path, .init(), batchRows: 2) { _ in } == notes)
    }

    @Test func tabIsTheDelimiterOfTSV() throws {
        #expect(try readCSV("a,b\n1,2\n", name: "data.tsv").columns.map(\.name) == ["a,b"])
        var options = ReadOptions()
        options.delimiter = UInt8(ascii: ":")
        #expect(try readCSV("a:b\n1:2\n", options).columns.count == 2)
        options.delimiter = UInt8(ascii: "1")
        #expect(throws: Failure.self) { try readCSV("a:b\n1:2\n", options) }
    }
}
