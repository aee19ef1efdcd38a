package import Core
import Platform
package import Statistics
package import Tables

/// Profiles on disk, and profiles made from whatever a user names.
package enum ProfileFile {
    /// Rows that are read at a time.
    package static let batchRows = 1 << 16

    /// Reads a file written by `steward profile`.
    package static func read(_ path: String) throws(Failure) -> TableProfile {
        let bytes = try FileContents.read(path)
        do {
            return try TableProfile(serialised: bytes)
        } catch {
            throw Failure(error.code, "\(path): \(error.message)", hint: error.hint)
        }
    }

    package static func write(_ profile: TableProfile, to path: String) throws(Failure) {
        try AtomicFile.write(profile.serialised(), to: path)
    }

    /// The profile of a file: read if it is a stored profile or a SageMaker `statistics.json`, made from the rows
    /// otherwise, in bounded memory. Column selection applies to all of them.
    /// - Returns: the profile, whether it came from a stored one, and notes for the reader.
    package static func load(
        _ path: String, _ options: ReadOptions, histograms: [String: FixedHistogram] = [:]
    ) throws(Failure) -> (profile: TableProfile, isStored: Bool, notes: [String]) {
        switch try DataFormat.detect(path).format {
        case .profile: return (selection(of: try read(path), options), true, [])
        case .sagemakerStatistics:
            let statistics = try SageMaker.Statistics.read(path)
            return (selection(of: statistics.profile, options), true, statistics.notes)
        default:
            var profile = TableProfile(histograms: histograms)
            let notes = try DataReader.forEachBatch(path, options, batchRows: batchRows) {
                (table) throws(Failure) in try profile.update(table)
            }
            profile.finish()
            return (profile, false, notes)
        }
    }

    private static func selection(of profile: TableProfile, _ options: ReadOptions) -> TableProfile {
        TableProfile(rows: profile.rows, columns: profile.columns.filter { options.reads($0.name) })
    }
}
