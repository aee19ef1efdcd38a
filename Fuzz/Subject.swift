import Foundation
import Statistics

/// A parser under test with inputs it accepts.
struct Subject: Sendable {
    let name: String
    /// Extension of the temporary file; nil for a parser that takes bytes.
    let fileExtension: String?
    /// Accepted inputs; the mutations start from these.
    let corpus: [[UInt8]]
    /// Pieces that mean something to this parser.
    let tokens: [[UInt8]]
    /// Makes a changed input pass a check that chance would never pass, such as a checksum.
    let repair: (@Sendable (inout [UInt8]) -> Void)?
    /// Parses the bytes, or the file at the path where there is a `fileExtension`. May throw; may not crash.
    let parse: @Sendable (_ bytes: [UInt8], _ path: String) throws -> Void

    /// - Parameter corpus: inputs beside the files of `Fuzz/Corpus/<name>/`.
    init(
        _ name: String, fileExtension: String? = nil, corpus: [[UInt8]] = [], tokens: [String],
        repair: (@Sendable (inout [UInt8]) -> Void)? = nil, parse: @escaping @Sendable ([UInt8], String) throws -> Void
    ) {
        self.name = name
        self.fileExtension = fileExtension
        self.corpus = Self.stored(name) + corpus
        self.tokens = tokens.map { Array($0.utf8) } + [[0], [0xFF], [0xC3], [0xEF, 0xBB, 0xBF], [0xED, 0xA0, 0x80]]
        self.repair = repair
        self.parse = parse
    }

    private static func stored(_ name: String) -> [[UInt8]] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus").appending(
            path: name)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { try? Array(Data(contentsOf: folder.appending(path: $0))) }
    }

    /// The input of an iteration: the first ones are the corpus itself.
    func input(seed: UInt64, iteration: UInt64) -> [UInt8] {
        if iteration < UInt64(corpus.count) { return corpus[Int(iteration)] }
        var random = SeededRandom(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ iteration)
        let base = corpus[Int(random.next() % UInt64(corpus.count))]
        let other = corpus[Int(random.next() % UInt64(corpus.count))]
        let isRepaired = random.next() % 8 != 0
        var mutation = Mutation(bytes: base, random: random, tokens: tokens)
        mutation.apply(other: other)
        if isRepaired { repair?(&mutation.bytes) }
        return mutation.bytes
    }
}
