package import Core

/// Whom a verifier believes: which log, which of its keys, and how many witnesses must have seen the same tree.
package struct LogTrust: Sendable {
    /// The first line of every checkpoint of this log.
    package let origin: String
    /// The log's keys; one valid signature is enough, so that keys can be replaced.
    package let keys: [VerifierKey]
    package let witnesses: [VerifierKey]
    /// How many different witnesses must have cosigned.
    package let quorum: Int

    /// - Parameter origin: nil for the name of the first key.
    /// - Throws: `invalid` for keys of the wrong kind or a quorum that cannot be reached.
    package init(
        keys: [VerifierKey], origin: String? = nil, witnesses: [VerifierKey] = [], quorum: Int = 0
    ) throws(Failure) {
        guard let first = keys.first, keys.allSatisfy({ $0.kind == .note }) else {
            throw Failure(
                .invalid, "the log's key must be a verifier key of type 1", hint: "Get it from the log's operator.")
        }
        guard witnesses.allSatisfy({ $0.kind == .cosignature }) else {
            throw Failure(.invalid, "the keys of witnesses must be verifier keys of type 4")
        }
        guard (0...Set(witnesses).count).contains(quorum) else {
            throw Failure(.invalid, "\(quorum) witnesses are demanded, but \(Set(witnesses).count) are known")
        }
        self.keys = keys
        self.origin = origin ?? first.name
        self.witnesses = witnesses
        self.quorum = quorum
    }

    /// Reads and checks a signed checkpoint: signatures of unknown keys are ignored, every signature of a known key
    /// must be valid, the log must have signed, and enough witnesses.
    /// - Throws: `invalid` when it is malformed or cannot be believed.
    package func checkpoint(_ note: [UInt8]) throws(Failure) -> TrustedCheckpoint {
        let note = try SignedNote(parsing: note)
        var isSigned = false
        var cosignatures: [Cosignature] = []
        for signature in note.signatures {
            if let key = keys.first(where: signature.claims) {
                guard signature.bytes.count == 64, key.signed(Array(note.text.utf8), signature.bytes) else {
                    throw Failure(.invalid, "checkpoint: the signature of \(key.name) does not fit the text")
                }
                isSigned = true
            } else if let key = witnesses.first(where: signature.claims) {
                guard let cosignature = Cosignature(signature, of: key, on: note.text) else {
                    throw Failure(.invalid, "checkpoint: the cosignature of \(key.name) does not fit the text")
                }
                if !cosignatures.contains(where: { $0.witness == key }) { cosignatures.append(cosignature) }
            }
        }
        guard isSigned else {
            throw Failure(
                .invalid, "checkpoint: is not signed by a key of \(origin)",
                hint: "The log may have another key, or this is another log.")
        }
        guard cosignatures.count >= quorum else {
            throw Failure(
                .invalid, "checkpoint: \(cosignatures.count) known witnesses have cosigned, \(quorum) are demanded")
        }
        let checkpoint = try Checkpoint(parsing: note.text)
        guard checkpoint.origin.utf8.elementsEqual(origin.utf8) else {
            throw Failure(.invalid, "checkpoint: belongs to the log \(checkpoint.origin), not to \(origin)")
        }
        return TrustedCheckpoint(checkpoint: checkpoint, note: note, cosignatures: cosignatures)
    }
}

/// A checkpoint whose signatures have been checked.
package struct TrustedCheckpoint: Sendable {
    package let checkpoint: Checkpoint
    package let note: SignedNote
    /// One for each known witness that has signed.
    package let cosignatures: [Cosignature]
}

/// A witness's statement that it saw this tree, and no other for this log, at some time: C2SP tlog-cosignature v1.
package struct Cosignature: Sendable {
    package let witness: VerifierKey
    package let time: Timestamp

    /// - Returns: nil unless the signature is a time and a valid Ed25519 signature over that time and the text.
    init?(_ signature: SignedNote.Signature, of key: VerifierKey, on text: String) {
        guard key.kind == .cosignature, signature.bytes.count == 8 + 64 else { return nil }
        let seconds = signature.bytes.prefix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        // The format allows times to 2^63 - 1; what cannot be told in milliseconds lies beyond the year 292 million.
        guard seconds <= UInt64(Int64.max / 1000) else { return nil }
        let message = "cosignature/v1\ntime \(seconds)\n\(text)"
        guard key.signed(Array(message.utf8), signature.bytes.dropFirst(8)) else { return nil }
        witness = key
        time = Timestamp(milliseconds: Int64(seconds) * 1000)
    }
}
