import Core
import Foundation
import Platform
import Testing

/// Fixtures/merkle_vectors.json: a synthetic log, its proofs, checkpoints and tiles, made by other programs than ours.
/// The eight leaves of `small` are the reference leaves of Certificate Transparency.
enum MerkleVectors {
    static let document: JSON = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/merkle_vectors.json")
        return try! JSONParser.parse(Array(try! Data(contentsOf: file)))
    }()

    static func list(_ path: String...) -> [JSON] {
        var value: JSON? = document
        for name in path { value = value?[name] }
        return value?.elements ?? []
    }

    static func text(_ path: String...) -> String {
        var value: JSON? = document
        for name in path { value = value?[name] }
        return value?.text ?? ""
    }

    static let smallLeaves = list("small", "leaves_hex").map { Hexadecimal.bytes(of: $0.text!)! }
    static let bigLeaves = (0..<1000).map { Array("shared-\($0)".utf8) }
    static let logKey = text("keys", "log_vkey")
    static let witnessKey = text("keys", "witness_vkey")

    static func trust(quorum: Int = 0) throws -> LogTrust {
        try LogTrust(
            keys: [VerifierKey(parsing: logKey)], witnesses: [VerifierKey(parsing: witnessKey)], quorum: quorum)
    }
}

extension JSON {
    func hash(_ name: String) -> MerkleHash { MerkleHash(Hexadecimal.bytes(of: self[name]!.text!)!)! }
    func number(_ name: String) -> Int64 { Int64(self[name]!.int!) }

    var proof: [MerkleHash] {
        self["proof"]!.elements!.map { MerkleHash(Hexadecimal.bytes(of: $0.text!)!)! }
    }
}

/// Random numbers that a failing test can repeat (SplitMix64).
struct RepeatableRandom: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension [UInt8] {
    /// The same with one to three random changes: bytes replaced, removed, inserted, parts doubled or cut off.
    func mutated(_ random: inout RepeatableRandom) -> [UInt8] {
        var bytes = self
        for _ in 0...Int.random(in: 0..<3, using: &random) {
            let place = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where !bytes.isEmpty: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2 where !bytes.isEmpty: bytes.remove(at: place)
            case 3: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            case 4: bytes.insert(contentsOf: bytes[place..<Swift.min(bytes.count, place + 40)], at: place)
            default: bytes.removeLast(bytes.count - place)
            }
        }
        return bytes
    }
}
