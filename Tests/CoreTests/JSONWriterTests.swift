import Core
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
    /// One of everything, by tokens.
    private static func write(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("text", "a \"quoted\" \\ \u{1}\u{7F}\n é")
        writer.member("integer", Int64.min)
        writer.member("int", 7)
        writer.member("double", 0.1)
        writer.member("flag", true)
        writer.member("tree", .array([.null, .record(["a": .integer(1)])]))
        writer.name("list")
        writer.beginArray()
        writer.null()
        writer.bool(false)
        writer.double(.nan)
        writer.double(-.infinity)
        writer.beginObject()
        writer.endObject()
        writer.beginArray()
        writer.endArray()
        writer.raw(#"{"stored":1}"#)
        writer.endArray()
        writer.name("empty")
        writer.string("")
        writer.endObject()
    }

    @Test("tokens become a compact document")
    func compact() {
        var writer = JSONWriter()
        Self.write(&writer)
        let expected =
            #"{"text":"a \"quoted\" \\ \u0001\u007f\n é","integer":-9223372036854775808,"int":7,"double":0.1,"#
            + #""flag":true,"tree":[null,{"a":1}],"list":[null,false,"NaN","-Infinity",{},[],{"stored":1}],"empty":""}"#
        #expect(String(decoding: writer.finish(), as: UTF8.self) == expected)
    }

    @Test("pretty: two spaces, a line for each element, empty containers closed at once")
    func pretty() {
        var writer = JSONWriter(pretty: true)
        writer.beginObject()
        writer.name("a")
        writer.beginArray()
        writer.integer(1)
        writer.integer(2)
        writer.endArray()
        writer.member("b", .object([]))
        writer.endObject()
        let expected = """
            {
              "a": [
                1,
                2
              ],
              "b": {}
            }
            """
        #expect(String(decoding: writer.finish(), as: UTF8.self) == expected)
    }

    @Test("tokens and the tree of the same document give the same bytes", arguments: [false, true])
    func sameAsTree(pretty: Bool) throws {
        var writer = JSONWriter(pretty: pretty)
        writer.value(try JSONParser.parse(Self.document()))
        #expect(writer.finish() == (try JSONParser.parse(Self.document()).serialised(pretty: pretty)))
    }

    private static func document() -> [UInt8] {
        var writer = JSONWriter()
        write(&writer)
        return writer.finish()
    }

    @Test("a document taken in pieces is the whole document")
    func pieces() {
        var writer = JSONWriter(capacity: 16)
        var bytes: [UInt8] = []
        writer.beginArray()
        for number in 0..<1000 {
            writer.integer(Int64(number))
            if number % 7 == 0 { bytes += writer.take() }
            if number % 11 == 0 { writer.drain { bytes += $0 } }
        }
        writer.endArray()
        bytes += writer.finish()
        #expect(bytes == JSON.array((0..<1000).map(JSON.int)).serialised())
    }

    @Test("integers of every length")
    func integers() {
        var power: Int64 = 1
        while true {
            for number in [power - 1, power, power + 1, -power] {
                #expect(JSON.integer(number).text() == "\(number)")
            }
            let (next, overflow) = power.multipliedReportingOverflow(by: 10)
            if overflow { break }
            power = next
        }
        #expect(JSON.integer(.max).text() == "9223372036854775807")
        #expect(JSON.integer(.min).text() == "-9223372036854775808")
    }

    @Test("doubles are written so that they read back as the same double")
    func doubles() throws {
        var random = Numbers(state: 11)
        for _ in 0..<20_000 {
            let number = Double(bitPattern: random.next())
            guard number.isFinite else { continue }
            #expect(try JSONParser.parse(JSON.number(number).serialised()).double == number)
        }
        #expect(
            JSON.array([.number(1), .number(-0.0), .number(1e-7), .number(1.5e300)]).text()
                == "[1.0,-0.0,1e-07,1.5e+300]")
    }

    @Test("a character that needs an escape is found at every place of a text")
    func escapes() throws {
        for special in ["\"", "\\", "\u{0}", "\u{1F}", "\u{7F}"] {
            for place in 0..<30 {
                let text = String(repeating: "é", count: place) + special + String(repeating: "a", count: 30 - place)
                let bytes = JSON.string(text).serialised()
                #expect(bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
                #expect(try JSONParser.parse(bytes) == .string(text))
            }
        }
    }
}
