import Core
import MLflow
import Platform
import Testing

@Suite("MLflow's wire")
struct WireTests {
    /// The texts were made with Python's json.dumps.
    @Test(
        "JSON in tags looks as Python writes it",
        arguments: [
            (#"[{"name":"m","version":1}]"#, #"[{"name": "m", "version": 1}]"#), ("[]", "[]"), ("{}", "{}"),
            (#"["é😀\u007f",null,true,1.5]"#, #"["\u00e9\ud83d\ude00\u007f", null, true, 1.5]"#),
            (#"{"é":{"a":"\n\"\\"}}"#, #"{"\u00e9": {"a": "\n\"\\"}}"#),
        ])
    func pythonText(text: String, expected: String) throws {
        #expect(try JSONParser.parse(text).pythonText() == expected)
    }

    @Test(
        "64-bit integers",
        arguments: [
            ("5", 5), ("5.0", 5), ("\"5\"", 5), ("\"5e0\"", 5), ("\"+5\"", 5), ("-9223372036854775808", Int64.min),
            ("9223372036854775807", Int64.max), ("1e3", 1000),
        ] as [(String, Int64)])
    func integers(text: String, expected: Int64) throws {
        #expect(ProtoValue.integer(try JSONParser.parse(text)) == expected)
    }

    @Test(
        "what is no 64-bit integer",
        arguments: [
            "-9223372036854775809", "9223372036854775808", "1.5", "\"0x10\"", "\"0X1p3\"", "\"five\"", "\"\"", "\"5 \"",
            "true", "[5]", "1e300", "\"nan\"", "\"-inf\"", "\"-9223372036854775809\"",
        ])
    func noIntegers(text: String) throws {
        #expect(ProtoValue.integer(try JSONParser.parse(text)) == nil)
    }

    @Test("an enumeration is a name or a number that is known")
    func choices() throws {
        let colours: [(name: String, number: Int64, value: Int)] = [("RED", 1, 10), ("BLUE", 2, 20)]
        func choice(_ body: String) throws(Failure) -> Int? {
            try ProtoMessage.body(Array(body.utf8)).choice("colour", colours)
        }
        #expect(try choice("{}") == nil)
        #expect(try choice(#"{"colour":null}"#) == nil)
        for body in [#"{"colour":"BLUE"}"#, #"{"colour":2}"#, #"{"colour":"2"}"#] {
            #expect(try choice(body) == 20)
        }
        for body in [#"{"colour":"GREEN"}"#, #"{"colour":"red"}"#, #"{"colour":3}"#, #"{"colour":""}"#] {
            let failure = #expect(throws: Failure.self) { try choice(body) }
            #expect(failure?.message.contains("for parameter 'colour' supplied") == true)
        }
    }

    @Test(
        "errors under the protocol's paths have its form, in every version",
        arguments: [
            ("/api/2.0/mlflow/x", true), ("/api/9.9/mlflow/runs/get", true), ("/ajax-api/2.0/x", true),
            ("/api/v1/models", false), ("/health", false), ("/api/", false),
        ])
    func forms(path: String, isProtocol: Bool) {
        #expect(MLflowErrors.forms.contains { path.hasPrefix($0.prefix) } == isProtocol)
    }

    @Test("what no endpoint answers is an unknown endpoint")
    func unknownEndpoints() throws {
        for (reason, status) in [(HTTPFailure.Reason.noSuchRoute, 404), (.wrongMethod, 405)] {
            let response = MLflowErrors.write(HTTPFailure(Failure(.invalid, "no"), requestID: "r", reason: reason))
            guard case .bytes(let bytes) = response.body else { return #expect(Bool(false)) }
            #expect(response.status == status)
            #expect(try JSONParser.parse(bytes)["error_code"]?.text == "ENDPOINT_NOT_FOUND")
        }
    }
}
