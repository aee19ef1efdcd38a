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

    /// - Parameter earlier: a signed checkpoint seen before. The log must continue it.
    /// - Throws: `invalid` when `earlier` itself cannot be believed; what `fetch` throws. What is wrong with the log is
    ///   in the report.
    package func verify(
        since earlier: [UInt8]? = nil, fetch: @escaping Fetch
    ) async throws(Failure) -> LogReport {
        var pinned: Checkpoint?
        if let earlier { pinned = try trust.checkpoint(earlier).checkpoint }
        var verification = LogVerification(trust: trust, limit: findingLimit, pinned: pinned, fetch: fetch)
        try await verification.run()
        return verification.report
    }

    /// An exported log. Files that do not belong to it are findings, too; partial tiles from when it was smaller must
    /// agree with what became of them.
    package func verify(
        _ directory: LogDirectory, since earlier: [UInt8]? = nil
    ) async throws(Failure) -> LogReport {
        var report = try await verify(since: earlier) { name throws(Failure) in try directory.read(name) }
        guard let size = report.checkpoint?.checkpoint.size, report.isComplete else { return report }
        for name in try directory.files() where name != LogDirectory.checkpointName {
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
