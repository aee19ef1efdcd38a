package import Core

/// What a log says about itself at some size: C2SP tlog-checkpoint, the text of a signed note.
package struct Checkpoint: Sendable, Equatable {
    /// The log's own unique name.
    package let origin: String
    /// How many entries the tree has.
    package let size: Int64
    package let root: MerkleHash
    /// Opaque lines after the root. Steward writes none.
    package let extensions: [String]

    /// - Throws: `invalid` for an origin or an extension that is empty or has control characters, a negative size, and
    ///   a root that the tree without entries does not have.
    package init(origin: String, size: Int64, root: MerkleHash, extensions: [String] = []) throws(Failure) {
        let lines = [origin] + extensions
        guard lines.allSatisfy({ line in !line.isEmpty && line.utf8.allSatisfy { $0 >= 0x20 } }) else {
            throw Failure(.invalid, "checkpoint: the origin or an extension line is empty or has control characters")
        }
        guard size >= 0, size > 0 || root == MerkleTree.emptyRoot else {
            throw Failure(.invalid, "checkpoint: the size and the root do not belong together")
        }
        self.origin = origin
        self.size = size
        self.root = root
        self.extensions = extensions
    }

    /// - Throws: `invalid` for anything that is not exactly such a text.
    package init(parsing text: String) throws(Failure) {
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // A text that ends in a newline has nothing after the last one.
        guard lines.count >= 4, lines[lines.count - 1].isEmpty else {
            throw Failure(.invalid, "checkpoint: needs three lines: origin, size, root hash")
        }
        guard let size = CanonicalDecimal.value(of: lines[1]) else {
            throw Failure(.invalid, "checkpoint: the second line is not the number of entries")
        }
        guard let root = MerkleHash(base64: lines[2]) else {
            throw Failure(.invalid, "checkpoint: the third line is not a root hash of 32 bytes in base 64")
        }
        try self.init(
            origin: String(Substring(lines[0])), size: size, root: root,
            extensions: lines[3..<(lines.count - 1)].map { String(Substring($0)) })
    }

    /// The text to sign.
    package var text: String {
        ([origin, String(size), root.base64] + extensions).map { $0 + "\n" }.joined()
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }
}
