package import Core

/// The entries of one tile: each after its length as two bytes, big-endian.
package enum EntryBundle {
    /// Longer entries cannot be written down; what is longer is logged by its hash.
    package static let maximumEntrySize = Int(UInt16.max)
    package static let maximumSize = TilePath.fullWidth * (2 + maximumEntrySize)

    /// - Throws: `invalid` when an entry is too long.
    package static func bytes(of entries: some Sequence<[UInt8]>) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            guard let length = UInt16(exactly: entry.count) else {
                throw Failure(
                    .invalid, "a log entry of \(entry.count) bytes is longer than \(maximumEntrySize)",
                    hint: "Log the hash of large values.")
            }
            bytes.append(UInt8(length >> 8))
            bytes.append(UInt8(length & 255))
            bytes += entry
        }
        return bytes
    }

    /// - Parameter count: how many entries there must be.
    /// - Throws: `invalid` unless the bytes are exactly that many entries.
    package static func entries(in bytes: [UInt8], count: Int) throws(Failure) -> [[UInt8]] {
        var entries: [[UInt8]] = []
        entries.reserveCapacity(min(count, TilePath.fullWidth))
        var start = 0
        while start < bytes.count {
            guard start + 2 <= bytes.count else {
                throw Failure(.invalid, "the length of entry \(entries.count) of the bundle is cut off")
            }
            let end = start + 2 + Int(bytes[start]) << 8 + Int(bytes[start + 1])
            guard end <= bytes.count else {
                throw Failure(.invalid, "entry \(entries.count) of the bundle is cut off")
            }
            guard entries.count < count else {
                throw Failure(.invalid, "the bundle has more than \(count) entries")
            }
            entries.append(Array(bytes[(start + 2)..<end]))
            start = end
        }
        guard entries.count == count else {
            throw Failure(.invalid, "the bundle has \(entries.count) entries instead of \(count)")
        }
        return entries
    }
}
