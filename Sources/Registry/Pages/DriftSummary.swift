import Core

/// What a report of `steward drift --format json` says in short. It is a file from outside: what is missing or of
/// another kind is left out, and a file of another form is no summary.
struct DriftSummary: Sendable, Equatable {
    struct Column: Sendable, Equatable {
        let name: String
        /// What happened to it: "moved up by 0.5 standard deviations on average".
        let sentences: [String]
    }

    /// Names of what was compared, with the number of rows where it is told.
    let reference: String
    let current: String
    let count: Int
    let driftedCount: Int
    /// The first of those that drifted; the report has them all.
    let drifted: [Column]

    static let limit = 20

    /// - Returns: nil for what is no such report.
    init?(_ json: JSON) {
        guard json["format_version"]?.int == 1, let columns = json["columns"]?.elements else { return nil }
        reference = Self.side(json["reference"])
        current = Self.side(json["current"])
        let moved = columns.filter { $0["drifted"] == .bool(true) }
        count = columns.count
        driftedCount = moved.count
        drifted = moved.prefix(Self.limit).compactMap(Self.column)
    }

    private static func column(_ json: JSON) -> Column? {
        guard let name = json["name"]?.text else { return nil }
        let results = json["results"]?.elements ?? []
        return Column(
            name: name,
            sentences: results.filter { $0["drifted"] == .bool(true) }.compactMap { $0["sentence"]?.text })
    }

    private static func side(_ json: JSON?) -> String {
        let label = json?["label"]?.text ?? ""
        guard let rows = json?["rows"]?.int else { return label }
        return "\(label), \(rows) rows"
    }
}
