import MLflow
import Testing

@Suite("LIKE")
struct LikePatternTests {
    @Test(
        "percent stands for any text, underscore for one character",
        arguments: [
            ("", "", true), ("", "a", false), ("%", "", true), ("%", "a\nb", true), ("_", "é", true), ("_", "", false),
            ("_", "ab", false), ("a%", "abc", true), ("a%", "ba", false), ("%c", "abc", true), ("%b%", "abc", true),
            ("a_c", "abc", true), ("a_c", "ac", false), ("a%b%c", "a-b-c", true), ("a%b%c", "acb", false),
            ("%%", "x", true), ("%_", "", false), ("_%_", "a", false), ("_%_", "ab", true), ("abc", "abc", true),
            ("abc", "abcd", false), ("100\\%", "100\\x", true), ("A", "a", false), ("\u{1F600}_", "\u{1F600}x", true),
        ])
    func table(pattern: String, text: String, matches: Bool) {
        #expect(LikePattern(pattern).matches(text) == matches)
    }

    @Test(
        "ILIKE compares in lower case",
        arguments: [
            ("A%", "abc", true), ("a%", "ABC", true), ("%É", "café", true), ("ß", "SS", false), ("Σ", "σ", true),
            ("İ", "i\u{307}", true), ("K", "\u{212A}", true), ("a", "b", false),
        ])
    func insensitive(pattern: String, text: String, matches: Bool) {
        #expect(LikePattern(pattern, ignoringCase: true).matches(text) == matches)
    }

    @Test("random patterns, against the definition")
    func random() {
        var random = Numbers(state: 5)
        func text(_ characters: [Character], _ length: Int) -> String {
            String((0..<length).map { _ in characters[Int(random.next() % UInt64(characters.count))] })
        }
        var matching = 0
        for _ in 0..<20_000 {
            // Some longer than a machine word.
            let long = random.next() % 8 == 0
            let pattern = text(["a", "b", "é", "%", "_"], Int(random.next() % (long ? 150 : 7)))
            let subject = text(["a", "b", "é"], Int(random.next() % (long ? 150 : 9)))
            let expected = Self.matches(Array(pattern), Array(subject))
            #expect(LikePattern(pattern).matches(subject) == expected, "\(subject) LIKE \(pattern)")
            if expected { matching += 1 }
        }
        #expect(matching > 2000)
    }

    /// Row by row over the prefixes of the text.
    private static func matches(_ pattern: [Character], _ text: [Character]) -> Bool {
        var row = [true] + [Bool](repeating: false, count: text.count)
        for character in pattern {
            var next = [Bool](repeating: false, count: text.count + 1)
            for end in 0...text.count {
                if character == "%" {
                    next[end] = row[end] || (end > 0 && next[end - 1])
                } else if end > 0 {
                    next[end] = row[end - 1] && (character == "_" || character == text[end - 1])
                }
            }
            row = next
        }
        return row[text.count]
    }

    @Test("patterns that make backtracking explode")
    func hostile() {
        let text = String(repeating: "a", count: 100_000)
        #expect(!LikePattern(String(repeating: "a%", count: 1000) + "b").matches(text))
        #expect(!LikePattern(String(repeating: "%_a", count: 600) + "%b%").matches(text))
        #expect(LikePattern(String(repeating: "%a", count: 1000) + "%").matches(text))
    }
}
