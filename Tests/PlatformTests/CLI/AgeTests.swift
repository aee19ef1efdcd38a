import Platform
import Testing

@Suite("Ages as options")
struct AgeTests {
    @Test(
        "units add up",
        arguments: [("30d", 2_592_000), ("12h", 43_200), ("1d12h30m5s", 131_405), ("0s", 0), ("007m", 420)])
    func good(_ text: String, _ seconds: Int) { #expect(Age(argument: text)?.seconds == Int64(seconds)) }

    @Test(
        "anything else is refused",
        arguments: ["", "d", "30", "-1d", "1w", "1h1d", "1d1d", "1.5d", "1 d", "99999999999d", "1d "])
    func bad(_ text: String) { #expect(Age(argument: text) == nil) }

    @Test("the default is shown in the largest unit that fits")
    func shown() {
        #expect(Age(seconds: 2_592_000).description == "30d")
        #expect(Age(seconds: 5400).description == "90m")
    }
}
