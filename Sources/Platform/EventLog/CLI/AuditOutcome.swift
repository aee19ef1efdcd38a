import Core

// What a verification found, for people and for programs.
extension LogAudit.Outcome {
    var text: String {
        var lines = ["\(DisplayText.clean(place)): \(verdict)"]
        if let checkpoint = report.checkpoint?.checkpoint {
            lines += [
                "  entries    \(checkpoint.size), of which \(report.entries) \(report.entries == 1 ? "was" : "were") read and hashed",
                "  root       \(checkpoint.root.hexadecimal)",
            ]
        }
        let isExpected = problem == .keyChanged ? "expected " : "signed by"
        lines.append("  \(isExpected)  \(DisplayText.clean(key.text))\(keyIsUnconfirmed ? " (its own word)" : "")")
        if isIntact { lines.append("  since      \(history)") }
        for newer in newerElsewhere {
            lines.append(
                "  note       \(Self.entries(newer.size)) \(newer.size == 1 ? "was" : "were") seen at \(newer.place); this copy is older"
            )
        }
        for finding in report.findings {
            lines.append("  \(DisplayText.clean(finding.file)): \(DisplayText.clean(finding.message))")
        }
        if !isIntact, !report.isComplete, problem != .keyChanged {
            lines.append("  The rest was not looked at.")
        }
        if let advice { lines.append("  \(advice)") }
        return lines.joined(separator: "\n") + "\n"
    }

    private var verdict: String {
        switch problem {
        case nil: "the audit log is intact"
        case .keyChanged: "the audit log is signed with ANOTHER KEY"
        case .rolledBack: "the audit log was ROLLED BACK: entries that were there are gone"
        case .rewritten: "the audit log was REWRITTEN or forked: it has other entries than it had"
        case .damaged: "the audit log is NOT INTACT"
        }
    }

    private var history: String {
        guard let earlier else { return "nothing was seen here before; this checkpoint is remembered from now on" }
        return "it continues the \(Self.entries(earlier.size)) seen at \(earlier.time.rfc3339)"
    }

    static func entries(_ count: Int64) -> String { count == 1 ? "1 entry" : "\(count) entries" }

    private var advice: String? {
        switch problem {
        case .keyChanged, .rolledBack, .rewritten:
            "If a backup was restored or the key replaced on purpose, accept it with --start-over."
        case .damaged, nil: nil
        }
    }

    var json: JSON {
        let checkpoint = report.checkpoint?.checkpoint
        return .record([
            "log": .string(place), "intact": .bool(isIntact), "problem": .optional(problem?.rawValue),
            "size": checkpoint.map { .integer($0.size) } ?? .null,
            "root": .optional(checkpoint?.root.hexadecimal), "key": .string(key.text),
            "key_is_confirmed": .bool(!keyIsUnconfirmed), "entries_verified": .integer(report.entries),
            "complete": .bool(report.isComplete),
            "continues": earlier.map { .record(["size": .integer($0.size), "seen": .string($0.time.rfc3339)]) }
                ?? .null,
            "newer_elsewhere": .array(
                newerElsewhere.map { .record(["log": .string($0.place), "size": .integer($0.size)]) }),
            "findings": .array(
                report.findings.map {
                    .record([
                        "file": .string($0.file), "entry": $0.entry.map { .integer($0) } ?? .null,
                        "problem": .string($0.kind.rawValue), "message": .string($0.message),
                    ])
                }),
        ])
    }
}
