import Core
import Testing

@Suite("Nearest name")
struct NearestNameTests {
    private static let kinds = ["num", "cat", "text", "bool", "datetime"]

    @Test(
        "a slip of typing finds the name that was meant",
        arguments: [
            ("nmu", "num"), ("nun", "num"), ("cats", "cat"), ("ext", "text"), ("BOOL", "bool"),
            ("datetmie", "datetime"),
        ])
    func near(typed: String, meant: String) {
        #expect(NearestName.find(typed, among: Self.kinds) == meant)
    }

    @Test("what is far from every name finds none", arguments: ["", "xyz", "temperature", "ab"])
    func far(typed: String) {
        #expect(NearestName.find(typed, among: Self.kinds) == nil)
    }

    @Test("there may be no names, and a name may be long")
    func edges() {
        #expect(NearestName.find("num", among: []) == nil)
        #expect(NearestName.find(String(repeating: "n", count: 100_000), among: Self.kinds) == nil)
    }
}
