import Core
import Platform
import Testing

@Suite("Signed notes and checkpoints")
struct SignedNoteTests {
    private let checkpoints = MerkleVectors.list("checkpoints")

    private func bytes(_ vector: JSON, _ name: String) -> [UInt8] { Array(vector[name]!.text!.utf8) }

    @Test("every checkpoint of the reference is read, believed and written back byte for byte")
    func reference() throws {
        #expect(checkpoints.count == 10)
        for vector in checkpoints {
            let (signed, cosigned) = (bytes(vector, "signed_note"), bytes(vector, "with_cosignature"))
            let trusted = try MerkleVectors.trust().checkpoint(signed)
            #expect(trusted.checkpoint.size == vector.number("size"))
            #expect(trusted.checkpoint.text == vector["body"]!.text!)
            #expect(
                trusted.checkpoint.root
                    == MerkleTree.root(
                        of: MerkleVectors.bigLeaves.prefix(Int(trusted.checkpoint.size)).map(MerkleTree.leafHash)))
            #expect(try SignedNote(parsing: signed).bytes == signed)
            #expect(try SignedNote(parsing: cosigned).bytes == cosigned)

            let witnessed = try MerkleVectors.trust(quorum: 1).checkpoint(cosigned)
            #expect(witnessed.cosignatures.map(\.witness.text) == [MerkleVectors.witnessKey])
            #expect(witnessed.cosignatures[0].time.milliseconds > 1_600_000_000_000)
            #expect(throws: Failure.self) { _ = try MerkleVectors.trust(quorum: 1).checkpoint(signed) }
        }
    }

    #if canImport(Glibc)
        // CryptoKit on Apple's systems signs with fresh randomness, so only here are signatures the reference's bytes.
        @Test("our signatures are the reference's")
        func signing() throws {
            let seed = Hexadecimal.bytes(of: MerkleVectors.text("keys", "log_seed_hex"))!
            let key = try SigningKey(name: MerkleVectors.text("keys", "log_name"), seed: seed)
            #expect(key.verifier.text == MerkleVectors.logKey)
            for vector in checkpoints {
                #expect(try key.sign(vector["body"]!.text!).bytes == bytes(vector, "signed_note"))
            }
        }
    #endif

    @Test("keys are read, written and checked")
    func keys() throws {
        for text in [MerkleVectors.logKey, MerkleVectors.witnessKey] {
            #expect(try VerifierKey(parsing: text).text == text)
        }
        let key = try SigningKey(name: "example.com/log")
        let again = try SigningKey(parsing: key.secretText)
        #expect(again.verifier == key.verifier)
        #expect(!"\(key)".contains(key.secretText.suffix(20)))
        let note = try again.sign("a text\n\nwith an empty line\n")
        #expect(throws: Failure.self) { _ = try key.sign("no newline") }
        #expect(try SignedNote(parsing: note.bytes).text == "a text\n\nwith an empty line\n")
        for name in ["", "two words", "a+b", "non\u{A0}breaking", "tab\t", "\u{2003}"] {
            #expect(throws: Failure.self, "\(name)") { _ = try SigningKey(name: name) }
        }
        // A known key under another name is another key: the name is part of the key id.
        let moved = MerkleVectors.logKey.replacing("steward.example", with: "steward.exampl3")
        #expect(throws: Failure.self) { _ = try VerifierKey(parsing: moved) }
    }

    @Test("a text that is no key is refused: one byte changed anywhere, cut off anywhere")
    func brokenKeys() throws {
        let key = Array(MerkleVectors.logKey.utf8)
        for place in key.indices {
            for mask in [1, 2, 4, 8, 16, 32, 64, 128] as [UInt8] {
                var changed = key
                changed[place] ^= mask
                guard let text = String(validating: changed, as: UTF8.self) else { continue }
                // Upper-case key ids are refused, so every change is one.
                #expect(throws: Failure.self, "\(text)") { _ = try VerifierKey(parsing: text) }
            }
            let cut = String(decoding: key[..<place], as: UTF8.self)
            #expect(throws: Failure.self) { _ = try VerifierKey(parsing: cut) }
        }
    }

    @Test("one byte changed anywhere in a checkpoint is found: eight bits of each byte")
    func changedBytes() throws {
        let trust = try MerkleVectors.trust(quorum: 1)
        let note = bytes(checkpoints[9], "with_cosignature")
        for place in note.indices {
            for bit in 0..<8 as Range<UInt8> {
                var changed = note
                changed[place] ^= 1 << bit
                #expect(throws: Failure.self, "byte \(place)") { _ = try trust.checkpoint(changed) }
            }
        }
        for place in note.indices {
            #expect(throws: Failure.self) { _ = try trust.checkpoint(Array(note[..<place])) }
        }
    }

    @Test("unknown signatures are ignored; one of a known key that does not fit is not")
    func manySignatures() throws {
        let trust = try MerkleVectors.trust()
        let body = checkpoints[3]["body"]!.text!
        let note = try SignedNote(parsing: bytes(checkpoints[3], "signed_note"))
        let stranger = try SigningKey(name: "stranger.example/x").sign(body)
        // The log's name with another key, as after a change of keys.
        let successor = try SigningKey(name: MerkleVectors.text("keys", "log_name")).sign(body)
        let many = try note.adding(
            stranger.signatures + successor.signatures
                + [.init(name: "post.quantum", keyID: 7, bytes: Array(repeating: 1, count: 2420))])
        #expect(try trust.checkpoint(many.bytes).checkpoint.text == body)
        #expect(throws: Failure.self) { _ = try trust.checkpoint(stranger.bytes) }
        #expect(throws: Failure.self) { _ = try trust.checkpoint(successor.bytes) }

        let log = note.signatures[0]
        let forged = SignedNote.Signature(name: log.name, keyID: log.keyID, bytes: Array(repeating: 9, count: 64))
        #expect(throws: Failure.self) { _ = try trust.checkpoint(note.adding([forged]).bytes) }
        // The same witness twice is one witness.
        let cosigned = try SignedNote(parsing: bytes(checkpoints[3], "with_cosignature"))
        let twice = try cosigned.adding([cosigned.signatures[1]])
        #expect(try trust.checkpoint(twice.bytes).cosignatures.count == 1)
        // A cosignature is for its checkpoint only.
        let moved = try note.adding([SignedNote(parsing: bytes(checkpoints[4], "with_cosignature")).signatures[1]])
        #expect(throws: Failure.self) { _ = try trust.checkpoint(moved.bytes) }
    }

    @Test("a checkpoint of another log is refused, even by the same key")
    func otherOrigin() throws {
        let key = try SigningKey(name: "one.example")
        let trust = try LogTrust(keys: [key.verifier])
        let other = try Checkpoint(origin: "two.example", size: 0, root: MerkleTree.emptyRoot)
        #expect(throws: Failure.self) { _ = try trust.checkpoint(key.sign(other.text).bytes) }
        let own = try Checkpoint(
            origin: "one.example", size: 0, root: MerkleTree.emptyRoot, extensions: ["more", "text"])
        #expect(try trust.checkpoint(key.sign(own.text).bytes).checkpoint == own)
    }

    @Test(
        "texts that are no checkpoints are refused",
        arguments: [
            "", "\n", "a\n", "a\n1\n", "a\n01\nX\n", "a\n-1\nX\n", "a\n+1\nX\n", "a\n1 \nX\n", "\n1\nX\n",
            "a\n9223372036854775808\nX\n", "a\n1\nX\n\n", "a\n1\nX", "a\n1\nXX\n", "a\n1\nX=\n", "a\n0\nX\n",
        ])
    func malformed(_ template: String) {
        let root = "Pu7ETw02o4TlN/q1InH4hVIgPyNvNgi/ykNSTBHcXjc="
        #expect(throws: Failure.self) { _ = try Checkpoint(parsing: template.replacing("X", with: root)) }
    }

    @Test("no bytes crash the parsers")
    func fuzz() throws {
        var random = RepeatableRandom(seed: 2)
        let trust = try MerkleVectors.trust()
        let seeds = checkpoints.map { bytes($0, "with_cosignature") } + [Array(MerkleVectors.logKey.utf8)]
        for _ in 0..<20_000 {
            let input = seeds.randomElement(using: &random)!.mutated(&random)
            if let note = try? SignedNote(parsing: input) { #expect(note.bytes == input) }
            if let trusted = try? trust.checkpoint(input) { #expect(!trusted.note.signatures.isEmpty) }
            let text = String(decoding: input, as: UTF8.self)
            if let key = try? VerifierKey(parsing: text) { #expect(key.text == text) }
            if let checkpoint = try? Checkpoint(parsing: text) { #expect(checkpoint.text == text) }
        }
    }

    @Test("limits are kept")
    func limits() throws {
        let key = try SigningKey(name: "k")
        let note = try key.sign("text\n")
        let signature = note.signatures[0]
        let most = try note.adding(Array(repeating: signature, count: SignedNote.maximumSignatures - 1))
        #expect(try SignedNote(parsing: most.bytes).signatures.count == SignedNote.maximumSignatures)
        #expect(throws: Failure.self) { _ = try most.adding([signature]) }
        let line = note.bytes.suffix(from: note.text.utf8.count + 1)
        #expect(throws: Failure.self) { _ = try SignedNote(parsing: most.bytes + line) }
        let long = try key.sign(String(repeating: "x", count: SignedNote.maximumSize) + "\n")
        #expect(throws: Failure.self) { _ = try SignedNote(parsing: long.bytes) }
    }
}
