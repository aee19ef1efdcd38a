import Core
import Platform
import Testing

/// RFC 9162 section 2.1, word for word and without any thought of speed.
private enum Definition {
    static func split(_ count: Int) -> Int {
        var power = 1
        while power * 2 < count { power *= 2 }
        return power
    }

    static func root(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash {
        guard leaves.count > 1 else { return leaves.first ?? MerkleTree.emptyRoot }
        let middle = leaves.startIndex + split(leaves.count)
        return MerkleTree.nodeHash(root(leaves[..<middle]), root(leaves[middle...]))
    }

    static func path(_ index: Int, _ leaves: ArraySlice<MerkleHash>) -> [MerkleHash] {
        guard leaves.count > 1 else { return [] }
        let middle = leaves.startIndex + split(leaves.count)
        return leaves.startIndex + index < middle
            ? path(index, leaves[..<middle]) + [root(leaves[middle...])]
            : path(leaves.startIndex + index - middle, leaves[middle...]) + [root(leaves[..<middle])]
    }

    static func subproof(_ old: Int, _ leaves: ArraySlice<MerkleHash>, _ isWhole: Bool) -> [MerkleHash] {
        if old == leaves.count { return isWhole ? [] : [root(leaves)] }
        let length = split(leaves.count)
        let middle = leaves.startIndex + length
        return old <= length
            ? subproof(old, leaves[..<middle], isWhole) + [root(leaves[middle...])]
            : subproof(old - length, leaves[middle...], false) + [root(leaves[..<middle])]
    }
}

/// All complete subtrees of a log, as a database would store them.
private func storedNodes(_ leaves: [MerkleHash]) -> [MerklePosition: MerkleHash] {
    var frontier = MerkleFrontier()
    var stored: [MerklePosition: MerkleHash] = [:]
    for leaf in leaves { for node in frontier.append(leaf) { stored[node.position] = node.hash } }
    return stored
}

@Suite("Merkle tree")
struct MerkleTreeTests {
    private let small = MerkleVectors.smallLeaves.map(MerkleTree.leafHash)
    private let big = MerkleVectors.bigLeaves.map(MerkleTree.leafHash)

    @Test("leaf hashes and roots are those of the reference")
    func roots() {
        let expected = MerkleVectors.list("small", "leaf_hashes").map { MerkleHash(Hexadecimal.bytes(of: $0.text!)!)! }
        #expect(small == expected)
        #expect(MerkleTree.root(of: small).hexadecimal == MerkleVectors.text("small", "root"))
        #expect(MerkleTree.root(of: big).hexadecimal == MerkleVectors.text("big", "root"))
        // SHA-256 of nothing.
        #expect(
            MerkleTree.root(of: []).hexadecimal == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test("every proof of the reference is made and accepted", arguments: ["small", "big"])
    func referenceProofs(_ name: String) throws {
        let stored = storedNodes(name == "small" ? small : big)
        let inclusion = MerkleVectors.list(name, "inclusion")
        #expect(inclusion.count == (name == "small" ? 36 : 41))
        for vector in inclusion {
            let (index, size) = (vector.number("index"), vector.number("size"))
            try MerkleTree.verifyInclusion(
                of: vector.hash("leaf_hash"), at: index, in: size, root: vector.hash("root"), proof: vector.proof)
            let plan = try MerkleProofPlan.inclusion(of: index, in: size)
            #expect(plan.hashes { stored[$0]! } == vector.proof, "entry \(index) of \(size)")
        }
        let consistency = MerkleVectors.list(name, "consistency")
        #expect(consistency.count == (name == "small" ? 36 : 55))
        for vector in consistency {
            let (old, new) = (vector.number("old"), vector.number("new"))
            try MerkleTree.verifyConsistency(
                from: old, root: vector.hash("old_root"), to: new, root: vector.hash("new_root"), proof: vector.proof)
            let plan = try MerkleProofPlan.consistency(from: old, to: new)
            #expect(plan.hashes { stored[$0]! } == vector.proof, "\(old) to \(new)")
        }
    }

    @Test("every wrong proof of the reference is refused")
    func referenceMustFail() {
        let vectors = MerkleVectors.list("must_fail")
        #expect(vectors.count == 120)
        for vector in vectors {
            #expect(throws: Failure.self, "\(vector["kind"]!.text!)") {
                if vector["kind"]!.text!.hasPrefix("inclusion") {
                    try MerkleTree.verifyInclusion(
                        of: vector.hash("leaf_hash"), at: vector.number("index"), in: vector.number("size"),
                        root: vector.hash("root"), proof: vector.proof)
                } else {
                    try MerkleTree.verifyConsistency(
                        from: vector.number("old"), root: vector.hash("old_root"), to: vector.number("new"),
                        root: vector.hash("new_root"), proof: vector.proof)
                }
            }
        }
    }

    @Test("plans give the proofs of the definition, and the verifier accepts them, for all trees up to 66 entries")
    func definition() throws {
        let leaves = Array(big.prefix(66))
        let stored = storedNodes(leaves)
        for size in 0...leaves.count {
            let tree = leaves[..<size]
            let root = Definition.root(tree)
            #expect(MerkleTree.root(of: tree) == root)
            for index in 0..<size {
                let proof = try MerkleProofPlan.inclusion(of: Int64(index), in: Int64(size)).hashes { stored[$0]! }
                #expect(proof == Definition.path(index, tree))
                try MerkleTree.verifyInclusion(
                    of: leaves[index], at: Int64(index), in: Int64(size), root: root, proof: proof)
            }
            for old in 0...size {
                let proof = try MerkleProofPlan.consistency(from: Int64(old), to: Int64(size)).hashes { stored[$0]! }
                #expect(proof == (old == 0 ? [] : Definition.subproof(old, tree, true)))
                try MerkleTree.verifyConsistency(
                    from: Int64(old), root: Definition.root(leaves[..<old]), to: Int64(size), root: root, proof: proof)
            }
        }
    }

    @Test("a proof with any bit changed, any hash left out, added or exchanged is refused, and so is another place")
    func mutatedProofs() throws {
        var random = RepeatableRandom(seed: 1)
        let stored = storedNodes(big)
        for _ in 0..<200 {
            let size = Int64.random(in: 2...1000, using: &random)
            let index = Int64.random(in: 0..<size, using: &random)
            let root = MerkleTree.root(of: big[..<Int(size)])
            let proof = try MerkleProofPlan.inclusion(of: index, in: size).hashes { stored[$0]! }
            func isAccepted(_ proof: [MerkleHash], at index: Int64 = index, in size: Int64 = size) -> Bool {
                (try? MerkleTree.verifyInclusion(of: big[Int(index)], at: index, in: size, root: root, proof: proof))
                    != nil
            }
            #expect(isAccepted(proof))
            for wrong in variations(of: proof, &random) { #expect(!isAccepted(wrong)) }
            for other in [-1, size, size + 7, .max] {
                #expect(throws: Failure.self) {
                    try MerkleTree.verifyInclusion(of: big[Int(index)], at: other, in: size, root: root, proof: proof)
                }
            }

            let old = Int64.random(in: 1..<size, using: &random)
            let oldRoot = MerkleTree.root(of: big[..<Int(old)])
            let growth = try MerkleProofPlan.consistency(from: old, to: size).hashes { stored[$0]! }
            func isConsistent(_ proof: [MerkleHash]) -> Bool {
                (try? MerkleTree.verifyConsistency(from: old, root: oldRoot, to: size, root: root, proof: proof)) != nil
            }
            #expect(isConsistent(growth))
            for wrong in variations(of: growth, &random) { #expect(!isConsistent(wrong)) }
        }
    }

    private func variations(of proof: [MerkleHash], _ random: inout RepeatableRandom) -> [[MerkleHash]] {
        var wrong = [proof + [MerkleTree.emptyRoot], [MerkleTree.emptyRoot] + proof]
        for place in proof.indices {
            var changed = proof
            changed[place] = flipped(proof[place], bit: Int.random(in: 0..<256, using: &random))
            wrong.append(changed)
            var shorter = proof
            shorter.remove(at: place)
            wrong.append(shorter)
            var longer = proof
            longer.insert(proof[place], at: place)
            wrong.append(longer)
            if place > 0, proof[place] != proof[place - 1] {
                var exchanged = proof
                exchanged.swapAt(place, place - 1)
                wrong.append(exchanged)
            }
        }
        return wrong
    }

    private func flipped(_ hash: MerkleHash, bit: Int) -> MerkleHash {
        var bytes = hash.bytes
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        return MerkleHash(bytes)!
    }

    @Test("equal and empty trees need no hashes, and none are accepted")
    func edges() throws {
        let root = MerkleTree.root(of: small)
        let (empty, other) = (MerkleTree.emptyRoot, small[3])
        try MerkleTree.verifyConsistency(from: 0, root: empty, to: 8, root: root, proof: [])
        try MerkleTree.verifyConsistency(from: 0, root: empty, to: 0, root: empty, proof: [])
        try MerkleTree.verifyConsistency(from: 8, root: root, to: 8, root: root, proof: [])
        let refused: [(Int64, MerkleHash, Int64, MerkleHash, [MerkleHash])] = [
            (0, other, 8, root, []), (0, empty, 8, root, [other]), (0, other, 0, other, []), (8, root, 8, other, []),
            (8, root, 8, root, [other]), (8, root, 7, root, []), (-1, empty, 8, root, []), (3, other, 8, root, []),
        ]
        for (old, oldRoot, new, newRoot, proof) in refused {
            #expect(throws: Failure.self, "\(old) to \(new)") {
                try MerkleTree.verifyConsistency(from: old, root: oldRoot, to: new, root: newRoot, proof: proof)
            }
        }
        for (index, size) in [(0, 0), (-1, 5), (5, 5), (Int64.min, Int64.max)] as [(Int64, Int64)] {
            #expect(throws: Failure.self) { _ = try MerkleProofPlan.inclusion(of: index, in: size) }
        }
        for (old, new) in [(2, 1), (-1, 5), (0, -1)] as [(Int64, Int64)] {
            #expect(throws: Failure.self) { _ = try MerkleProofPlan.consistency(from: old, to: new) }
        }
    }

    @Test("a frontier read back from stored nodes goes on as the one that wrote them")
    func frontier() throws {
        let stored = storedNodes(big)
        var growing = MerkleFrontier()
        for (size, leaf) in big.enumerated() {
            let restored = try MerkleFrontier(size: Int64(size)) { stored[$0]! }
            #expect(restored == growing)
            #expect(restored.peaks == MerkleFrontier.positions(size: Int64(size)).map { stored[$0]! })
            _ = growing.append(leaf)
        }
        #expect(throws: Failure.self) { _ = try MerkleFrontier(size: 3, peaks: [big[0]]) }
        #expect(throws: Failure.self) { _ = try MerkleFrontier(size: -1, peaks: []) }
        // As many nodes as a tree of 1,000 entries has complete subtrees: 1000 + 500 + 250 + ... + 1.
        #expect(stored.count == (0..<10).reduce(0) { $0 + 1000 >> $1 })
    }

    @Test("plans of the largest trees stay small and terminate")
    func largest() throws {
        for index in [0, 1, .max / 2, .max - 1] as [Int64] {
            #expect(try MerkleProofPlan.inclusion(of: index, in: .max).positions.count <= 126)
            let old = max(1, index)
            #expect(try MerkleProofPlan.consistency(from: old, to: .max).positions.count <= 126)
        }
        #expect(MerkleFrontier.positions(size: .max).count == 63)
    }
}
