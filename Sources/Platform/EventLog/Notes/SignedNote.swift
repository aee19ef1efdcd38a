package import Core

/// A text with signatures: C2SP signed-note.
///
/// ```
/// example.com/log
/// 3
/// CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
///
/// — example.com/log Az3grlgt...=
/// ```
///
/// Parsing says nothing about who signed; see `LogTrust`.
package struct SignedNote: Sendable {
    package struct Signature: Sendable {
        package let name: String
        package let keyID: UInt32
        /// What follows the key id; its form depends on the kind of key.
        package let bytes: [UInt8]

        package init(name: String, keyID: UInt32, bytes: [UInt8]) {
            self.name = name
            self.keyID = keyID
            self.bytes = bytes
        }

        /// Whether it claims to be of this key: both the name and the key id are the key's.
        func claims(_ key: VerifierKey) -> Bool {
            keyID == key.id && name.utf8.elementsEqual(key.name.utf8)
        }
    }

    /// With its final newline, without the empty line that separates the signatures.
    package let text: String
    package let signatures: [Signature]

    /// Larger notes are refused: 1 MiB. Signatures of post-quantum keys have a few thousand bytes each.
    package static let maximumSize = 1 << 20
    /// More signatures are refused. The format demands that 16 are accepted.
    package static let maximumSignatures = 100

    private static let dash: [UInt8] = [0xE2, 0x80, 0x94, 0x20]
    private static let newline = UInt8(ascii: "\n")

    /// - Throws: `invalid` for a text that cannot be signed or a name that cannot sign.
    package init(text: String, signatures: [Signature]) throws(Failure) {
        guard text.utf8.last == Self.newline, Self.isPlain(text.utf8) else {
            throw Failure(.invalid, "the text of a note must end in a newline and have no control characters")
        }
        guard !signatures.isEmpty, signatures.count <= Self.maximumSignatures,
            signatures.allSatisfy({ KeyName.isValid($0.name) && !$0.bytes.isEmpty })
        else { throw Failure(.invalid, "a note must have 1 to \(Self.maximumSignatures) signatures with valid names") }
        self.text = text
        self.signatures = signatures
    }

    /// - Throws: `invalid` for anything that is not exactly such a note.
    package init(parsing bytes: [UInt8]) throws(Failure) {
        guard bytes.count <= Self.maximumSize else {
            throw Failure(.invalid, "signed note: is larger than \(Self.maximumSize) bytes")
        }
        guard Self.isPlain(bytes), String(validating: bytes, as: UTF8.self) != nil else {
            throw Failure(.invalid, "signed note: is not UTF-8 text without control characters")
        }
        guard bytes.last == Self.newline, let blank = Self.lastEmptyLine(in: bytes), blank < bytes.count - 1 else {
            throw Failure(.invalid, "signed note: has no signatures after an empty line")
        }
        var signatures: [Signature] = []
        for line in bytes[(blank + 1)..<(bytes.count - 1)].split(
            separator: Self.newline, omittingEmptySubsequences: false)
        {
            guard signatures.count < Self.maximumSignatures else {
                throw Failure(.invalid, "signed note: has more than \(Self.maximumSignatures) signatures")
            }
            signatures.append(try Self.signature(line))
        }
        try self.init(text: String(decoding: bytes[..<blank], as: UTF8.self), signatures: signatures)
    }

    /// The note as it is stored and served.
    package var bytes: [UInt8] {
        var bytes = Array(text.utf8) + [Self.newline]
        for signature in signatures {
            let id = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: signature.keyID >> UInt32($0)) }
            bytes += Self.dash
            bytes += "\(signature.name) \(Base64.text(of: id + signature.bytes))\n".utf8
        }
        return bytes
    }

    /// The same text with more signatures, such as those of witnesses.
    package func adding(_ more: [Signature]) throws(Failure) -> SignedNote {
        try SignedNote(text: text, signatures: signatures + more)
    }

    private static func signature(_ line: ArraySlice<UInt8>) throws(Failure) -> Signature {
        let problem = Failure(.invalid, "signed note: a signature line is not '— <key name> <base 64>'")
        guard line.starts(with: dash) else { throw problem }
        let parts = line.dropFirst(dash.count).split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2, let data = Base64.bytes(of: parts[1]), data.count > 4 else { throw problem }
        let name = String(decoding: parts[0], as: UTF8.self)
        guard KeyName.isValid(name) else { throw problem }
        return Signature(
            name: name, keyID: data.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }, bytes: Array(data.dropFirst(4)))
    }

    /// Where the second of the last two adjacent newlines stands. The signatures come after it.
    private static func lastEmptyLine(in bytes: [UInt8]) -> Int? {
        var index = bytes.count - 1
        while index > 0 {
            if bytes[index] == newline, bytes[index - 1] == newline { return index }
            index -= 1
        }
        return nil
    }

    /// No control character below U+0020 but newlines.
    private static func isPlain(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.allSatisfy { $0 >= 0x20 || $0 == newline }
    }
}
