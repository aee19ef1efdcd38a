import Core
import Tables
import Testing

@Suite("schema.json")
struct SchemaFileTests {
    private func message(_ text: String) -> String? {
        do throws(Failure) {
            _ = try SchemaFile.parse(Array(text.utf8), path: "s.json")
            return nil
        } catch { return error.description }
    }

    @Test func kinds() throws {
        let text =
            #"{"case": 1, "columns": {"a": "num", "b": "cat", "c": "text", "d": "bool", "e": "datetime"}, "n": []}"#
        let kinds = try SchemaFile.parse(Array(text.utf8), path: "s.json")
        #expect(kinds == ["a": .num, "b": .cat, "c": .text, "d": .bool, "e": .datetime])
        let folder = try CSVFolder()
        #expect(try SchemaFile.read(try folder.write(text, "s.json")) == kinds)
    }

    @Test(
        "nearest kind",
        arguments: [
            ("number", "num"), ("numeric", "num"), ("category", "cat"), ("categorical", "cat"), ("boolean", "bool"),
            ("date", "datetime"), ("string", "cat"), ("txt", "text"), ("float64", "num"), ("NUM", "num"),
        ])
    func nearest(_ word: String, _ kind: String) {
        let found = message(#"{"columns": {"amount": "\#(word)"}}"#)
        #expect(found?.hasPrefix("s.json: column \"amount\": unknown kind \"\(word)\"\n") == true)
        #expect(found?.contains("Did you mean \(kind)?") == true)
    }

    @Test func notASchema() {
        #expect(message("{")?.hasPrefix("s.json: line 1, column 2: ") == true)
        #expect(message("[]")?.hasPrefix("s.json: no object \"columns\"") == true)
        #expect(message(#"{"columns": {"a": 3}}"#)?.hasPrefix("s.json: column \"a\": the kind is not a string") == true)
        #expect(message(#"{"columns": {"a": "num", "a": "cat"}}"#)?.contains("given twice") == true)
        #expect(throws: Failure.self) { try SchemaFile.read("nowhere.json") }
    }
}
