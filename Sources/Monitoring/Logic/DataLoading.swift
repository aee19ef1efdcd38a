import Core
import Statistics
import Tables

/// Reads what a user names as one side of a comparison: data, a stored profile, or SageMaker statistics.
enum DataLoading {
    static func load(_ path: String, _ options: ReadOptions, profileAbove: Int) throws(Failure) -> LoadedData {
        switch try DataFormat.detect(path).format {
        case .profile:
            let profile = try ProfileFile.read(path)
            return LoadedData(label: path, content: .profile(profile.selecting(options)), notes: notes(profile))
        case .sagemakerStatistics:
            let profile = try SageMakerStatistics.read(path)
            return LoadedData(label: path, content: .profile(profile.selecting(options)), notes: notes(profile))
        case _ where try DataFile.open(path).size > profileAbove:
            return try streamed(path, options, limit: profileAbove)
        default:
            let (table, notes) = try DataReader.read(path, options)
            return LoadedData(label: path, content: .rows(table), notes: notes)
        }
    }

    private static func streamed(_ path: String, _ options: ReadOptions, limit: Int) throws(Failure) -> LoadedData {
        var profile = TableProfile.zero
        var notes = try DataReader.forEachBatch(path, options, batchRows: 65_536) { batch throws(Failure) in
            try profile.update(batch)
        }
        notes.append(
            "the file is larger than \(limit >> 20) MiB, so it was read as a profile: quantiles carry a stated rank error"
        )
        return LoadedData(label: path, content: .profile(profile), notes: notes + self.notes(profile))
    }

    /// Where a profile knows less than the rows would tell.
    private static func notes(_ profile: TableProfile) -> [String] {
        profile.columns.compactMap { column in
            guard column.kind != .text, let counts = column.categoryCounts, !counts.isExact else { return nil }
            return "column \"\(column.name)\" has more categories than a profile keeps; the rarest are not compared"
        }
    }
}

extension TableProfile {
    /// The columns that the reading options ask for.
    func selecting(_ options: ReadOptions) -> TableProfile {
        TableProfile(rows: rows, columns: columns.filter { options.reads($0.name) })
    }
}
