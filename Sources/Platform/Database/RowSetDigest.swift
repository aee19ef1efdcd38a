import Core
import Crypto

/// A digest of rows in whatever order they come: the sum of the SHA-256 of each, modulo 2^256. Two databases that hold
/// the same rows have the same digest, though each has an order of its own. It finds what was lost, doubled or changed;
/// it is no protection against somebody who may choose the rows.
package struct RowSetDigest: Sendable, Hashable {
    package private(set) var count: Int64 = 0
    /// The least significant word first.
    private var sum: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    package init() {}

    /// - Parameters:
    ///   - table: what the row is one of; part of the digest.
    ///   - row: its values in the order of the columns. Zero has no sign here, and NaN is not taken.
    package mutating func add(_ table: String, _ row: ArraySlice<SQLValue>) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64 + 24 * row.count)
        Self.append(Array(table.utf8)[...], mark: 0, to: &bytes)
        for value in row { Self.append(value, to: &bytes) }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        SHA256.hash(data: bytes).withUnsafeBytes { digest in
            words = (
                digest.loadUnaligned(fromByteOffset: 0, as: UInt64.self).littleEndian,
                digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian,
                digest.loadUnaligned(fromByteOffset: 16, as: UInt64.self).littleEndian,
                digest.loadUnaligned(fromByteOffset: 24, as: UInt64.self).littleEndian
            )
        }
        add(words)
        count += 1
    }

    /// The digest of the rows of both.
    package mutating func add(_ other: RowSetDigest) {
        add(other.sum)
        count += other.count
    }

    private mutating func add(_ words: (UInt64, UInt64, UInt64, UInt64)) {
        var carry = false
        func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
            let (first, overflow) = left.addingReportingOverflow(right)
            let (second, again) = first.addingReportingOverflow(carry ? 1 : 0)
            carry = overflow || again
            return second
        }
        self.sum.0 = sum(self.sum.0, words.0)
        self.sum.1 = sum(self.sum.1, words.1)
        self.sum.2 = sum(self.sum.2, words.2)
        self.sum.3 = sum(self.sum.3, words.3)
    }

    /// 64 hexadecimal digits, the most significant first.
    package var text: String {
        Hexadecimal.text(
            of: [sum.3, sum.2, sum.1, sum.0].flatMap { word in
                (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
            })
    }

    package static func == (left: Self, right: Self) -> Bool { left.count == right.count && left.sum == right.sum }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        hasher.combine(sum.0)
    }

    // MARK: - A value as bytes: a mark of its type, and its length where that varies.

    private static func append(_ value: SQLValue, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(1)
        case .integer(let number): append(UInt64(bitPattern: number), mark: 2, to: &bytes)
        case .real(let number): append((number == 0 ? 0 : number).bitPattern, mark: 3, to: &bytes)
        case .text(var text): text.withUTF8 { append($0, mark: 4, to: &bytes) }
        case .blob(let blob): append(blob[...], mark: 5, to: &bytes)
        }
    }

    private static func append(_ content: some Collection<UInt8>, mark: UInt8, to bytes: inout [UInt8]) {
        append(UInt64(content.count), mark: mark, to: &bytes)
        bytes.append(contentsOf: content)
    }

    private static func append(_ word: UInt64, mark: UInt8, to bytes: inout [UInt8]) {
        bytes.append(mark)
        withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
