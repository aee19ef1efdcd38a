import Core
import Statistics
import Tables

/// Reads what a user names as one side of a comparison: data, a stored profile, or SageMaker statistics.
enum DataLoading {
    /// - Parameter profileAbove: bytes; a larger file of data is read as a profile, in bounded memory.
    static func load(_ path: String, _ options: ReadOptions, profileAbove: Int) throws(Failure) -> LoadedData {
        let format = try DataFormat.detect(path).format
        let isStored = format == .profile || format == .sagemakerStatistics
        let isLarge = try DataFile.open(path).size > profileAbove
        guard isStored || isLarge else {
            let (table, notes) = try DataReader.read(path, options)
            return LoadedData(label: path, content: .rows(table), notes: notes)
        }
        var (profile, _, notes) = try ProfileFile.load(path, options)
        if !isStored {
            notes.append(
                "the file is larger than \(profileAbove >> 20) MiB and was read as a profile: "
                    + "quantiles carry a rank error of at most \(QuantileSketch.statedRankError * 100) %")
        }
        return LoadedData(label: path, content: .profile(profile), notes: notes + limits(of: profile))
    }

    /// Where a profile knows less than the rows would tell.
    private static func limits(of profile: TableProfile) -> [String] {
        profile.columns.compactMap { column in
            guard column.kind != .text, let counts = column.categoryCounts, !counts.isExact else { return nil }
            return "column \"\(column.name)\" has more categories than a profile keeps; the rarest are not compared"
        }
    }
}
