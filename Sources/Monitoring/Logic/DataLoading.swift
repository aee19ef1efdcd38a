import Core
import Statistics
import Tables

/// Reads what a user names as one side of a comparison: data, a stored profile, or SageMaker statistics.
enum DataLoading {
    static func load(_ path: String, _ options: ReadOptions, profileAbove: Int) throws(Failure) -> LoadedData {
        switch try DataFile.format(of: path) {
        case .profile:
            let profile = try TableProfile(parsing: DataFile.contents(path, maximumBytes: 1 << 30))
            return LoadedData(label: path, content: .profile(profile.selecting(options)))
        case .sagemakerStatistics:
            let profile = try SageMakerStatistics.read(path)
            return LoadedData(label: path, content: .profile(profile.selecting(options)))
        case _ where try DataFile.byteCount(of: path) > profileAbove:
            return try streamed(path, options, limit: profileAbove)
        default:
            let (table, notes) = try DataReader.read(path, options)
            return LoadedData(label: path, content: .rows(table), notes: notes)
        }
    }

    private static func streamed(_ path: String, _ options: ReadOptions, limit: Int) throws(Failure) -> LoadedData {
        var profile = TableProfile.zero
        var notes = try DataReader.forEachBatch(path, options, batchRows: 65_536) { batch throws(Failure) in
            profile.update(batch)
        }
        notes.append(
            "the file is larger than \(limit >> 20) MiB, so it was read as a profile: quantiles carry a stated rank error"
        )
        return LoadedData(label: path, content: .profile(profile), notes: notes)
    }
}
