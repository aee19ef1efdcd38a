import Core
import Statistics

/// A parser under test with inputs it accepts.
struct Subject: Sendable {
    let name: String
    let fileExtension: String
    let readsFile: Bool
    /// Accepted inputs; the mutations start from these.
    let corpus: [[UInt8]]
    /// Pieces that mean something to this parser.
    let tokens: [[UInt8]]
    /// Parses the bytes, or the file at the path where `readsFile` is set. May throw; may not crash.
    let parse: @Sendable (_ bytes: [UInt8], _ path: String) throws -> Void

    init(
        name: String, fileExtension: String, readsFile: Bool = false, corpus: [[UInt8]], tokens: [String],
        parse: @escaping @Sendable ([UInt8], String) throws -> Void
    ) {
        self.name = name
        self.fileExtension = fileExtension
        self.readsFile = readsFile
        self.corpus = corpus
        self.tokens = tokens.map { Array($0.utf8) } + [[0], [0xFF], [0xC3], [0xEF, 0xBB, 0xBF], [0xED, 0xA0, 0x80]]
        self.parse = parse
    }

    /// The input of an iteration: the first ones are the corpus itself.
    func input(seed: UInt64, iteration: UInt64) -> [UInt8] {
        if iteration < UInt64(corpus.count) { return corpus[Int(iteration)] }
        var random = SeededRandom(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ iteration)
        let base = corpus[Int(random.next() % UInt64(corpus.count))]
        let other = corpus[Int(random.next() % UInt64(corpus.count))]
        var mutation = Mutation(bytes: base, random: random, tokens: tokens)
        mutation.apply(other: other)
        return mutation.bytes
    }

    static let all: [Subject] = [json]

    private static let json = Subject(
        name: "json", fileExtension: "json",
        corpus: [
            #"{"columns":{"age":"num","city":"cat","note":"text","member":"bool","since":"datetime"}}"#,
            #"[1, -2.5e-3, 0.1, 1e308, true, false, null, "a\u00e9\ud83d\ude00\n\"", {"a": [], "b": {}}]"#,
            " {\"deep\": [[[[[[[[1]]]]]]]], \"text\": \"ünïcode\"} ",
        ].map { Array($0.utf8) },
        tokens: [
            "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\ud800", "\\udc00", "1e999", "-", "0", "00",
            "9".repeated(40),
            "1e-400", "null", "true", "\"columns\"", "\"num\"", "[[[[[[[[[[", "{\"a\":", "\n", "\t",
        ],
        parse: { bytes, _ in
            let value = try JSONParser.parse(bytes)
            // What was accepted survives writing and reading.
            let again = try JSONParser.parse(value.serialised())
            precondition(again.serialised() == value.serialised(), "a document changed by writing and reading it")
        })
}

extension String {
    func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
