package import Core

/// Checks a whole log against its signed checkpoint: every entry is hashed, every tile is computed again, and the root
/// must be the one that was signed. With an earlier checkpoint it also shows that the log only grew.
///
/// One pass, in the order of the entries; memory is one bundle and one tile per level. What it cannot show: that no
/// other log was shown to somebody else, and what happened after the checkpoint.
package struct LogVerifier: Sendable {
    /// The file of that name (`checkpoint` or a tile path), or nil when there is none.
    package typealias Fetch = @Sendable (_ name: String) async throws(Failure) -> [UInt8]?

    package let trust: LogTrust
    /// The verification stops at so many findings.
    package let findingLimit: Int

    package init(trust: LogTrust, findingLimit: Int = 100) {
        self.trust = trust
        self.findingLimit = max(1, findingLimit)
    }

    /// A signed checkpoint of the log that was seen before, here or elsewhere.
    package struct Pin: Sendable {
        let checkpoint: Checkpoint
        let name: String
        let mayBeNewer: Bool

        /// - Parameters:
        ///   - name: for people: "the earlier checkpoint".
        ///   - mayBeNewer: whether the log may be shorter; then it is only asked to be the same as far as it goes.
        /// - Throws: `invalid` when the note cannot be believed.
        package init(_ note: [UInt8], _ trust: LogTrust, name: String, mayBeNewer: Bool = false) throws(Failure) {
            do { checkpoint = try trust.checkpoint(note).checkpoint } catch {
                throw Failure(.invalid, "\(name): \(error.message)", hint: error.hint)
            }
            self.name = name
            self.mayBeNewer = mayBeNewer
        }
    }

    /// - Parameter earlier: a signed checkpoint seen before. The log must continue it.
    /// - Throws: `invalid` when `earlier` itself cannot be believed; what `fetch` throws. What is wrong with the log is
    ///   in the report.
    package func verify(since earlier: [UInt8]? = nil, fetch: @escaping Fetch) async throws(Failure) -> LogReport {
        var pins: [Pin] = []
        if let earlier { pins.append(try Pin(earlier, trust, name: "the earlier checkpoint")) }
        return try await verify(pins, fetch: fetch)
    }

    /// - Throws: what `fetch` throws. What is wrong with the log is in the report.
    package func verify(_ pins: [Pin], fetch: @escaping Fetch) async throws(Failure) -> LogReport {
        var verification = LogVerification(trust: trust, limit: findingLimit, pins: pins, fetch: fetch)
        try await verification.run()
        return verification.report
    }

    /// An exported log. Files that do not belong to it are findings, too; partial tiles from when it was smaller must
    /// agree with what became of them.
    /// - Parameter fetch: how its files are read; nil reads them from the folder.
    package func verify(
        _ directory: LogDirectory, _ pins: [Pin] = [], fetch: Fetch? = nil
    ) async throws(Failure) -> LogReport {
        let read: Fetch = { name throws(Failure) in try directory.read(name) }
        var report = try await verify(pins, fetch: fetch ?? read)
        guard let size = report.checkpoint?.checkpoint.size, report.isComplete else { return report }
        for name in try directory.files() where !LogDirectory.names.contains(name) {
            guard report.findings.count < findingLimit else {
                report.isComplete = false
                break
            }
            if let problem = try stray(name, size: size, directory) {
                report.findings.append(LogFinding(name, problem))
            }
        }
        return report
    }

    /// What is wrong with a file that the tree of `size` entries does not need.
    private func stray(_ name: String, size: Int64, _ directory: LogDirectory) throws(Failure) -> String? {
        guard let path = try? TilePath(parsing: name), path.exists(in: size),
            let current = TilePath.tile(path.content, index: path.index, in: size)
        else { return "does not belong to the log" }
        guard path.width < current.width else { return nil }
        guard let old = try directory.read(name), let new = try directory.read(current.text), new.starts(with: old)
        else {
            return "differs from the tile that continues it"
        }
        switch path.content {
        case .hashes: return (try? HashTile(path: path, bytes: old)) == nil ? "has the wrong size" : nil
        case .entries:
            let entries = try? EntryBundle.entries(in: old, count: path.width)
            return entries == nil ? "has the wrong number of entries" : nil
        }
    }
}
