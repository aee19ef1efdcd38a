import Core

/// One run of `LogVerifier`.
struct LogVerification {
    let trust: LogTrust
    let limit: Int
    let pins: [LogVerifier.Pin]
    let fetch: LogVerifier.Fetch

    private(set) var report = LogReport()
    private var builder = TileBuilder()

    init(trust: LogTrust, limit: Int, pins: [LogVerifier.Pin], fetch: @escaping LogVerifier.Fetch) {
        self.trust = trust
        self.limit = limit
        self.pins = pins
        self.fetch = fetch
    }

    mutating func run() async throws(Failure) {
        guard let trusted = try await checkpoint() else { return }
        report.checkpoint = trusted
        let checkpoint = trusted.checkpoint
        for pin in pins where !pin.mayBeNewer && pin.checkpoint.size > checkpoint.size {
            note(
                LogDirectory.checkpointName,
                "the log has \(checkpoint.size) entries, but \(pin.checkpoint.size) in \(pin.name)",
                .rolledBack)
        }
        comparePins()
        var index: Int64 = 0
        while let bundle = TilePath.tile(.entries, index: index, in: checkpoint.size) {
            guard try await verify(bundle, size: checkpoint.size), !isFull else { return }
            index += 1
        }
        for tile in builder.partialTiles {
            if tile.path.content != .hashes(level: 0) { try await compare(tile.path, with: tile.bytes) }
        }
        if builder.frontier.root != checkpoint.root {
            note(LogDirectory.checkpointName, "its root hash is not that of the entries")
        }
        report.isComplete = !isFull
    }

    private var isFull: Bool { report.findings.count >= limit }

    private mutating func note(
        _ file: String, entry: Int64? = nil, _ message: String, _ kind: LogFinding.Kind = .damaged
    ) {
        if !isFull { report.findings.append(LogFinding(file, entry: entry, message, kind)) }
    }

    private mutating func checkpoint() async throws(Failure) -> TrustedCheckpoint? {
        guard let bytes = try await fetch(LogDirectory.checkpointName) else {
            note(LogDirectory.checkpointName, "is missing")
            return nil
        }
        do {
            return try trust.checkpoint(bytes)
        } catch {
            note(LogDirectory.checkpointName, error.message)
            return nil
        }
    }

    /// The entries of one bundle, their hashes in the tile of level 0, and the tiles that they fill.
    /// - Returns: false when neither entries nor hashes can be read, so that nothing after them can be checked.
    private mutating func verify(_ bundle: TilePath, size: Int64) async throws(Failure) -> Bool {
        let path = TilePath(known: .hashes(level: 0), index: bundle.index, width: bundle.width)
        let tile = try await hashTile(path)
        let entries = try await self.entries(bundle)
        if entries == nil, tile == nil { return false }
        var higher: [(path: TilePath, bytes: [UInt8])] = []
        for place in 0..<bundle.width {
            let leaf: MerkleHash
            if let entries {
                leaf = MerkleTree.leafHash(entries[place])
                report.entries += 1
                let number = bundle.entries.lowerBound + Int64(place)
                if let tile, tile[place] != leaf {
                    note(bundle.text, entry: number, "entry \(number) does not fit its hash in \(path)")
                }
            } else {
                leaf = tile![place]
            }
            higher += builder.append(leaf).filter { $0.path.content != .hashes(level: 0) }
            comparePins()
            if isFull { return false }
        }
        for tile in higher { try await compare(tile.path, with: tile.bytes) }
        return true
    }

    private mutating func entries(_ path: TilePath) async throws(Failure) -> [[UInt8]]? {
        if let bytes = try await fetch(path.text) {
            do {
                return try EntryBundle.entries(in: bytes, count: path.width)
            } catch {
                note(path.text, error.message)
                return nil
            }
        }
        // A log may have deleted a partial bundle once the full one exists.
        if path.isPartial, let bytes = try await fetch(path.full.text),
            let entries = try? EntryBundle.entries(in: bytes, count: TilePath.fullWidth)
        {
            return Array(entries.prefix(path.width))
        }
        note(path.text, "is missing")
        return nil
    }

    private mutating func hashTile(_ path: TilePath) async throws(Failure) -> HashTile? {
        do {
            if let bytes = try await fetch(path.text) { return try HashTile(path: path, bytes: bytes) }
            if path.isPartial, let bytes = try await fetch(path.full.text) {
                let full = try HashTile(path: path.full, bytes: bytes)
                return try HashTile(path: path, bytes: Array(full.bytes.prefix(path.width * MerkleHash.byteCount)))
            }
            note(path.text, "is missing")
        } catch  where error.code == .invalid {
            note(path.text, error.message)
        }
        return nil
    }

    private mutating func compare(_ path: TilePath, with expected: [UInt8]) async throws(Failure) {
        guard let tile = try await hashTile(path) else { return }
        if tile.bytes != expected { note(path.text, "differs from the hashes of the tiles below it") }
    }

    /// At the size of an earlier checkpoint the tree must have its root.
    private mutating func comparePins() {
        for pin in pins where pin.checkpoint.size == builder.frontier.size {
            guard pin.checkpoint.root != builder.frontier.root else { continue }
            note(
                LogDirectory.checkpointName,
                "the first \(pin.checkpoint.size) entries are not those of \(pin.name): the log's history was changed",
                .rewritten)
        }
    }
}
