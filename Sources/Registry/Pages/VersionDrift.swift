import Core
import Platform

/// The drift report of a version: what was attached with the tags `drift.report` and `drift.verdict`.
struct VersionDrift: Sendable {
    /// Where the report is, as the tag has it.
    let place: String
    let verdict: String?
    /// The artifact folder of the run that keeps it; nil where this server does not, and for who may not read the run.
    let folder: String?
    /// The file of a run that the place means.
    private let artifact: (run: String, path: String)?

    /// - Returns: nil for a version without a report.
    init?(_ version: ModelVersion, _ sources: any ModelSources, _ rights: Rights, _ sql: any SQLConnection) throws {
        func tag(_ key: String) -> String? {
            version.tags.first { $0.key.utf8.elementsEqual(key.utf8) }.map(\.value)
        }
        guard let place = tag("drift.report") else { return nil }
        self.place = place
        verdict = tag("drift.verdict")
        artifact = Self.artifact(place)
        let run = try artifact.flatMap { try sources.run($0.run, sql) }
        folder = run.flatMap { rights.allow(.read, over: $0.experiment) ? $0.artifactURI : nil }
    }

    /// Bytes of a report that are read.
    private static let limit = 4 << 20

    /// What `report.json` beside the report, or the report itself, says in short.
    func summary(_ downloads: (any ArtifactDownloads)?) async -> DriftSummary? {
        guard let downloads, let folder, let path = artifact?.path else { return nil }
        let stem = path.hasSuffix(".html") ? path.dropLast(5) + ".json" : Substring(path)
        guard stem.hasSuffix(".json"),
            let bytes = try? await downloads.contents(of: String(stem), below: folder, limit: Self.limit),
            let json = try? JSONParser.parse(bytes)
        else { return nil }
        return DriftSummary(json)
    }

    /// `runs:/ID/path`.
    private static func artifact(_ place: String) -> (run: String, path: String)? {
        let parts = place.split(separator: "/", maxSplits: 2)
        guard parts.count == 3, parts[0] == "runs:", parts[1].utf8.count == 32,
            parts[1].utf8.allSatisfy({ Hexadecimal.value(of: $0) != nil })
        else { return nil }
        return (String(parts[1]), String(parts[2]))
    }

    /// Artifacts of runs on this server, and places on the web.
    private var address: String? {
        if let (run, path) = artifact {
            return Address("/api/v1/runs", run).text + "/artifacts/" + PercentEncoding.encode(path, keeping: "/")
        }
        return place.hasPrefix("https://") && SafeAddress.isSafe(place) ? place : nil
    }

    func write(_ summary: DriftSummary?, _ html: inout Markup) {
        html.section("Drift report", id: "drift") { html in
            html.element("p") { html in
                if let verdict {
                    html.element("b") { $0.outside(verdict, limit: 200) }
                    html.text(". ")
                } else if let summary {
                    html.element("b", text: "\(summary.driftedCount) of \(summary.count) columns drifted")
                    html.text(". ")
                }
                if let summary {
                    html.outside(summary.current, limit: 120)
                    html.text(" against ")
                    html.outside(summary.reference, limit: 120)
                    html.text(". ")
                }
                report(&html)
            }
            if let summary, !summary.drifted.isEmpty { table(summary, &html) }
        }
    }

    private func report(_ html: inout Markup) {
        guard let address else {
            html.text("Kept at ")
            html.outside(place, limit: 300)
            return
        }
        html.element("a", ["href": address], text: "Open the report")
        html.sub(place)
    }

    private func table(_ summary: DriftSummary, _ html: inout Markup) {
        html.table("Columns that drifted", [TableColumn("Column", .id), TableColumn("What happened")]) { html in
            for column in summary.drifted {
                html.row { html in
                    html.rowHeader { $0.name(column.name, width: 48) }
                    html.cell { $0.outside(column.sentences.joined(separator: "; "), limit: 300) }
                }
            }
        }
        let rest = summary.driftedCount - summary.drifted.count
        if rest > 0 { html.element("p", ["class": "sub"], text: "The report has \(rest) more.") }
    }
}
