import Core
import MLflow
import Platform
import Testing

@Suite("MLflow messages")
struct MessageTests {
    @Test("fields are read by both their names, but not by both at once")
    func camelCase() throws {
        let message = try ProtoMessage.body(Array(#"{"artifactLocation":"s3://b","run_id":"r"}"#.utf8))
        #expect(try message.text("artifact_location") == "s3://b")
        #expect(try message.text("run_id") == "r")
        let both = try ProtoMessage.body(Array(#"{"artifactLocation":"a","artifact_location":"a"}"#.utf8))
        #expect(throws: Failure.self) { try both.text("artifact_location") }
    }

    @Test("a JSON document in a JSON string is read, null and nothing are empty messages, the rest is refused")
    func documents() throws {
        #expect(try ProtoMessage.body(Array(#""{\"name\":\"x\"}""#.utf8)).text("name") == "x")
        #expect(try ProtoMessage.body(Array("null".utf8)).text("name") == nil)
        #expect(try ProtoMessage.body([]).text("name") == nil)
        for wrong in ["[]", "5", #""abc""#, #"{"name":"#, "\u{FF}"] {
            #expect(throws: Failure.self) { try ProtoMessage.body(Array(wrong.utf8)) }
        }
    }

    @Test(
        "integers",
        arguments: [
            ("5", 5), (#""5""#, 5), ("1.0", 1), (#""1e3""#, 1000), ("-5", -5), ("1.5", nil), ("true", nil),
            (#""x""#, nil), ("9223372036854775808", nil), ("[]", nil),
        ] as [(String, Int64?)])
    func integers(_ text: String, _ expected: Int64?) throws {
        #expect(ProtoValue.integer(try JSONParser.parse(Array(text.utf8))) == expected)
    }

    @Test("wrong types are named as Python names them")
    func wrongTypes() throws {
        let message = try ProtoMessage.body(Array(#"{"name":{"b":1,"a":[true]}}"#.utf8))
        let failure = #expect(throws: Failure.self) { try message.text("name") }
        #expect(
            failure?.message == #"Invalid value {"a":[true],"b":1} for parameter 'name' supplied:  Hint: Value was of "#
                + "type 'dict'. See the API docs for more information about request parameters.")
    }
}
