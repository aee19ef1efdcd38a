import Core
import MLflow
import Platform

/// The report of a migration for people and for programs.
extension TransferReport {
    /// Findings of each sort that are listed for people.
    private static let listed = 20

    func write() {
        let title =
            isStopped
            ? "Nothing was written: the other side has some of it with other content."
            : isDryRun ? "What would come from \(source)" : "From \(source) to \(target)"
        var lines = [DisplayText.clean(title), ""]
        var things = TextTable(columns: [
            .init(title: "things"), .init(title: "found", alignsRight: true),
            .init(title: isDryRun ? "would come" : "written", alignsRight: true),
            .init(title: "unchanged", alignsRight: true), .init(title: "kept", alignsRight: true),
            .init(title: "left out", alignsRight: true),
        ])
        things.rows = kinds.map { kind in
            [
                kind.kind.title, "\(kind.found)", "\(kind.written)", "\(kind.unchanged)", "\(kind.kept)",
                "\(kind.leftOut)",
            ]
            .map { TextTable.Cell($0) }
        }
        lines += things.lines(width: .max, colour: false)
        if !isStopped, !tables.isEmpty {
            var rows = TextTable(columns: [
                .init(title: "rows"), .init(title: "source", alignsRight: true),
                .init(title: isDryRun ? "" : "here", alignsRight: true), .init(title: "digest"),
            ])
            rows.rows = orderedTables.map { table in
                let isSame = table.source == table.target
                let verdict = isDryRun || isSame ? String(table.source.text.prefix(16)) : "DIFFERS"
                return [
                    table.table.rawValue, "\(table.source.count)", isDryRun ? "" : "\(table.target.count)", verdict,
                ].map { TextTable.Cell($0) }
            }
            lines += [""] + rows.lines(width: .max, colour: false)
        }
        if let files { lines += ["", files.text(isDryRun: isDryRun)] }
        if let users {
            lines += [
                "", "users: \(users.written) written, \(users.unchanged) there already, \(users.leftOut) left out",
            ]
        }
        lines += findingLines
        lines += ["", summary]
        Terminal.write(lines.map { $0 + "\n" }.joined())
    }

    private var findingLines: [String] {
        var lines: [String] = []
        for (sort, title) in [
            (Finding.Sort.conflict, "Conflicts"), (.leftOut, "Left out"), (.difference, "Differences"),
            (.note, "Notes"),
        ] {
            let some = findings.filter { $0.sort == sort }
            if some.isEmpty { continue }
            lines += ["", "\(title):"]
            lines += some.prefix(Self.listed).map { finding in
                let key = finding.key.isEmpty ? "" : " \(DisplayText.clean(finding.key))"
                return "  \(finding.kind)\(key): \(DisplayText.clean(finding.text))"
            }
            let count = counts[sort, default: 0]
            if count > Self.listed { lines.append("  and \(count - Self.listed) more; --json lists them") }
        }
        return lines
    }

    private var summary: String {
        if isStopped {
            return "Rename or remove them on one side, or leave them as they are here with --on-conflict skip."
        }
        if isDryRun { return "Nothing was written: this was a dry run." }
        if !isVerified { return "NOT VERIFIED: what was written reads otherwise." }
        return isComplete
            ? "Verified: both sides have the same rows."
            : "Verified: what was written is the same on both sides; some of it was left out."
    }

    var json: JSON {
        .record([
            "import": .string(importID), "source": .string(source), "target": .string(target),
            "is_dry_run": .bool(isDryRun), "is_stopped": .bool(isStopped), "is_verified": .bool(isVerified),
            "is_complete": .bool(isComplete),
            "kinds": .object(
                kinds.map { kind in
                    JSON.Member(
                        kind.kind.rawValue,
                        .record([
                            "found": .int(kind.found), "written": .int(kind.written),
                            "unchanged": .int(kind.unchanged), "kept": .int(kind.kept), "left_out": .int(kind.leftOut),
                        ]))
                }),
            "tables": .object(
                orderedTables.map { table in
                    JSON.Member(
                        table.table.rawValue,
                        .record([
                            "source": .record([
                                "rows": .integer(table.source.count), "digest": .string(table.source.text),
                            ]),
                            "target": .record([
                                "rows": .integer(table.target.count), "digest": .string(table.target.text),
                            ]),
                        ]))
                }),
            "files": files?.json ?? .null,
            "users": users.map { users in
                .record([
                    "written": .int(users.written), "unchanged": .int(users.unchanged), "left_out": .int(users.leftOut),
                ])
            } ?? .null,
            "findings": .array(
                findings.map { finding in
                    .record([
                        "sort": .string(finding.sort.rawValue), "kind": .string(finding.kind),
                        "key": .string(finding.key), "text": .string(finding.text),
                    ])
                }),
        ])
    }

    /// 0 when all of it is on the other side and the same, 1 when some of it is not.
    var status: ExitStatus {
        if isStopped || (isDryRun && counts[.conflict, default: 0] > 0) { return .found }
        return isComplete ? .ok : .found
    }
}

extension FileReport {
    func text(isDryRun: Bool) -> String {
        let what = isDryRun ? "to copy" : "copied"
        var parts = ["\(DisplayValue.count(copied, "file")) \(what) (\(DisplayValue.bytes(bytes)))"]
        if unchanged > 0 { parts.append("\(unchanged) there already") }
        if referenced > 0 { parts.append("\(DisplayValue.count(referenced, "place")) stay where they are") }
        if missing > 0 { parts.append("\(DisplayValue.count(missing, "place")) without a folder") }
        if failed > 0 { parts.append("\(failed) could not be copied") }
        return parts.joined(separator: ", ")
    }

    var json: JSON {
        .record([
            "copied": .int(copied), "unchanged": .int(unchanged), "bytes": .integer(bytes),
            "referenced": .int(referenced), "missing": .int(missing), "failed": .int(failed),
        ])
    }
}
