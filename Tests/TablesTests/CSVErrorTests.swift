import Core
import Foundation
import Tables
import Testing

@Suite("CSV: bad input")
struct CSVErrorTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let bytes: [UInt8]
        let message: String
        var kinds: [String: ColumnKind] = [:]
        var testDescription: String { message }

        init(_ text: String, _ message: String, kinds: [String: ColumnKind] = [:]) {
            self.init(Array(text.utf8), message, kinds: kinds)
        }

        init(_ bytes: [UInt8], _ message: String, kinds: [String: ColumnKind] = [:]) {
            self.bytes = bytes
            self.message = message
            self.kinds = kinds
        }
    }

    static let long = (0..<300).map { "\($0),\"line\nbreak\r\n\"\r\n" }.joined()

    static let cases: [Case] = [
        Case("a,b\n1,2\n3\n", "line 3: 1 field where the header has 2"),
        Case("a,b\n1,2\n\n3,4,5\n", "line 4: 3 fields where the header has 2"),
        Case("a,b\r\n1,2\r\n3,4,\r\n", "line 3: 3 fields where the header has 2"),
        Case("a,b\n\"x\ny\",2\n3\n", "line 4: 1 field where the header has 2"),
        Case("a,b\n" + long + "1\n", "line 902: 1 field where the header has 2"),
        Case("a,b\n" + long + "1,\"\n", "line 902, column \"b\": the quote that opens here is never closed"),
        Case("a,b\n1,\"x\n\n2,3\n", "line 2, column \"b\": the quote that opens here is never closed"),
        Case("a,b\n1,\"x\"y\n", "line 2, column \"b\": text after the closing quote of a field"),
        Case("\"a\"b,c\n1,2\n", "line 1: text after the closing quote of a field"),
        Case("\"a,b\n1,2\n", "line 1: the quote that opens here is never closed"),
        Case(
            Array("a,b\n1,x\n2,\"\n".utf8) + [0xC3, 0x28] + Array("\"\n".utf8),
            "line 3, column \"b\": the text is not valid UTF-8"),
        Case(Array("a,b\n1,".utf8) + [0xED, 0xA0, 0x80, 0x0A], "line 2, column \"b\": the text is not valid UTF-8"),
        Case(Array("a,b\n1,x".utf8) + [0x00, 0x0A], "line 2, column \"b\": a NUL byte"),
        Case([0x61, 0x2C, 0xFF, 0x0A], "line 1: the name of column 2 is not valid UTF-8"),
        Case([0xFF, 0xFE, 0x61, 0x00], "the text is UTF-16, not UTF-8"),
        Case("a,b,a\n1,2,3\n", "line 1: columns 1 and 3 are both named \"a\""),
        Case("a,,c\n1,2,3\n", "line 1: the name of column 2 is empty"),
        Case("", "the file is empty"),
        Case("\n\n", "the file has no header line"),
        Case("\u{FEFF}", "the file has no header line"),
        Case(
            "x,amount\n1,2\n3,1e400\n",
            "line 3, column \"amount\": \"1e400\" is too large for a 64-bit floating-point number"),
        Case(
            "x,amount\n1,2\n3,-1e400\n",
            "line 3, column \"amount\": \"-1e400\" is too large for a 64-bit floating-point number",
            kinds: ["amount": .num]),
        Case("a,b\n1,x\n2,y\n", "line 2, column \"b\": \"x\" is not a number", kinds: ["b": .num]),
        Case("a,b\n1,\"x\n\"\n\n2,y\n", "line 5, column \"a\": \"2\" is not a truth value", kinds: ["a": .bool]),
        Case(
            "a\n2020-01-01\n1577836800\n", "line 3, column \"a\": \"1577836800\" is not an ISO 8601 date or time",
            kinds: ["a": .datetime]),
    ]

    @Test("names the place", arguments: cases)
    func message(_ it: Case) throws {
        for blockBytes in [1, 16, 100, 1 << 20] {
            var options = ReadOptions()
            options.kinds = it.kinds
            options.blockBytes = blockBytes
            let failure = try #require(try csvFailure(it.bytes, options))
            #expect(failure.message == "data.csv: " + it.message, "\(blockBytes)")
            #expect(failure.hint != nil)
        }
    }

    @Test func threeHundredDigitsAreFine() throws {
        let digits = String(repeating: "7", count: 300)
        let table = try readCSV("a\n\(digits)\n0.\(digits)\n")
        #expect(table.columns[0].cells == [.number(Double(digits)!), .number(Double("0.\(digits)")!)])
    }

    @Test func limits() throws {
        var options = ReadOptions()
        options.maximumFieldBytes = 100
        options.blockBytes = 50
        let long = String(repeating: "x", count: 101)
        func message(_ text: String) throws -> String? { try csvFailure(Array(text.utf8), options)?.message }
        #expect(try message("a,b\n1,\(long)\n") == "data.csv: line 2, column \"b\": a field longer than 100 bytes")
        #expect(try message("a,b\n1,\"\(long)\"\n") == "data.csv: line 2, column \"b\": a field longer than 100 bytes")
        #expect(
            try message("a,b\n1,\(String(repeating: "7", count: 101))\n")
                == "data.csv: line 2, column \"b\": a field longer than 100 bytes")
        #expect(
            try message("a,b\n1,2\n1,\"\n" + String(repeating: "x\n", count: 500))
                == "data.csv: line 3, column \"b\": the quote that opens here is not closed within 100 bytes")
        #expect(
            try message("a,b\n1,2\n" + String(repeating: "x", count: 5000))
                == "data.csv: line 3, column \"a\": a field longer than 100 bytes")
        options.maximumColumns = 2
        #expect(try message("a,b,c\n") == "data.csv: line 1: 3 columns, more than 2")
        options.maximumNameBytes = 10
        #expect(try message("a,\(long)\n") == "data.csv: line 1: the name of column 2 is longer than 10 bytes")
        options.maximumBytes = 5
        #expect(try message("a,b\n1,2\n")?.hasSuffix("data.csv: more than 5 bytes of data") == true)
    }

    @Test func filesThatAreNone() throws {
        let folder = try CSVFolder()
        func code(_ path: String) -> Failure.Code? {
            do throws(Failure) {
                _ = try DataReader.read(path, .init())
                return nil
            } catch { return error.message.contains(path) && error.hint != nil ? error.code : nil }
        }
        #expect(code(folder.url.path) == .invalid)
        #expect(code(folder.url.path + "/nowhere.csv") == .notFound)
        #expect(code("/dev/null") == .invalid)
        let secret = try folder.write("a\n1\n", "secret.csv")
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: secret)
        // The superuser may read anything.
        #expect(code(secret) == (getuid() == 0 ? nil : .denied))
    }
}
