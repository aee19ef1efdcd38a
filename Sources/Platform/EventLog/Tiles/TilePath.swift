package import Core

/// The name of one file of a log: C2SP tlog-tiles. `tile/0/x001/x234/067`, `tile/1/005.p/17`, `tile/entries/000`.
package struct TilePath: Hashable, Sendable, CustomStringConvertible {
    package enum Content: Hashable, Sendable {
        /// Hashes of the complete subtrees at level `8 * level` of the tree.
        case hashes(level: Int)
        /// The entries themselves.
        case entries
    }

    package let content: Content
    /// Position of the tile in its level.
    package let index: Int64
    /// How many hashes or entries it has: 1 to 256. Fewer than 256 makes it partial.
    package let width: Int

    /// A full tile's width.
    package static let fullWidth = 256
    /// Levels that the format can name. A tree of 2^63 entries uses 8 of them.
    package static let levels = 0..<64
    /// No tree that `Int64` can count has so many tiles.
    static let indexLimit: Int64 = 1 << 55

    /// - Throws: `invalid` when a number is out of range.
    package init(_ content: Content, index: Int64, width: Int = fullWidth) throws(Failure) {
        if case .hashes(let level) = content, !Self.levels.contains(level) {
            throw Failure(.invalid, "tile level \(level) is not in 0...63")
        }
        guard (0..<Self.indexLimit).contains(index), (1...Self.fullWidth).contains(width) else {
            throw Failure(.invalid, "no tile has index \(index) and width \(width)")
        }
        self.init(known: content, index: index, width: width)
    }

    /// For numbers that are known to be in range.
    init(known content: Content, index: Int64, width: Int) {
        self.content = content
        self.index = index
        self.width = width
    }

    /// - Parameter text: relative to the log's prefix.
    /// - Throws: `invalid` for anything that is not exactly the text of a tile path.
    package init(parsing text: String) throws(Failure) {
        let problem = Failure(
            .invalid, "this is not the path of a tile", hint: "Tiles are tile/<level>/<index> and tile/entries/<index>."
        )
        // The longest path has 7 groups of digits.
        guard text.utf8.count <= 64 else { throw problem }
        var parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)[...]
        guard parts.popFirst()?.elementsEqual("tile".utf8) == true, let level = parts.popFirst() else { throw problem }
        let content: Content
        if level.elementsEqual("entries".utf8) {
            content = .entries
        } else {
            guard let number = CanonicalDecimal.value(of: level), number < Int64(Self.levels.upperBound) else {
                throw problem
            }
            content = .hashes(level: Int(number))
        }
        var width = Self.fullWidth
        if parts.count >= 2, parts[parts.endIndex - 2].suffix(2).elementsEqual(".p".utf8) {
            guard let number = CanonicalDecimal.value(of: parts.removeLast()), (1...255).contains(number) else {
                throw problem
            }
            width = Int(number)
            parts.append(parts.removeLast().dropLast(2))
        }
        guard let index = Self.index(parts) else { throw problem }
        self.init(known: content, index: index, width: width)
    }

    package var isPartial: Bool { width < Self.fullWidth }
    package var description: String { text }

    package var text: String {
        var groups: [String] = []
        var rest = index
        repeat {
            let digits = String(rest % 1000 + 1000).dropFirst()
            groups.append(groups.isEmpty ? String(digits) : "x\(digits)")
            rest /= 1000
        } while rest > 0
        let level =
            switch content {
            case .hashes(let level): String(level)
            case .entries: "entries"
            }
        return "tile/\(level)/\(groups.reversed().joined(separator: "/"))\(isPartial ? ".p/\(width)" : "")"
    }

    /// The same tile, full.
    var full: TilePath { TilePath(known: content, index: index, width: Self.fullWidth) }

    /// Groups of three digits; all but the last begin with an `x`, and the first is not zero unless it is alone.
    private static func index(_ groups: some Collection<Substring.UTF8View>) -> Int64? {
        guard !groups.isEmpty else { return nil }
        var index: Int64 = 0
        for (place, group) in groups.enumerated() {
            var digits = group
            if place < groups.count - 1 {
                guard digits.popFirst() == UInt8(ascii: "x") else { return nil }
            }
            guard digits.count == 3 else { return nil }
            for digit in digits {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                index = index * 10 + Int64(digit - UInt8(ascii: "0"))
            }
            guard index < indexLimit, place > 0 || index > 0 || groups.count == 1 else { return nil }
        }
        return index
    }
}

extension TilePath {
    /// How many complete subtrees, or entries, the whole level of this tile has in a tree of `size` entries.
    package static func count(_ content: Content, in size: Int64) -> Int64 {
        switch content {
        case .entries: size
        case .hashes(let level): level < 8 ? size >> Int64(8 * level) : 0
        }
    }

    /// The tile at `index` of a tree of `size` entries, as wide as that tree makes it; nil if the tree has none there.
    package static func tile(_ content: Content, index: Int64, in size: Int64) -> TilePath? {
        guard (0..<indexLimit).contains(index) else { return nil }
        let width = min(count(content, in: size) - index * Int64(fullWidth), Int64(fullWidth))
        return width > 0 ? TilePath(known: content, index: index, width: Int(width)) : nil
    }

    /// Whether a tree of `size` entries has this tile, or had it when it was smaller.
    package func exists(in size: Int64) -> Bool {
        Self.tile(content, index: index, in: size).map { width <= $0.width } ?? false
    }

    /// Where the first hash of this tile stands in the tree; nil for entries and for levels that no tree reaches.
    package var firstPosition: MerklePosition? {
        guard case .hashes(let level) = content, level < 8 else { return nil }
        return MerklePosition(level: 8 * level, index: index * Int64(Self.fullWidth))
    }

    /// The first and the last entry, plus one, of this tile. Only for entries and for hashes of level 0.
    package var entries: Range<Int64> {
        let start = index * Int64(Self.fullWidth)
        return start..<(start + Int64(width))
    }
}
