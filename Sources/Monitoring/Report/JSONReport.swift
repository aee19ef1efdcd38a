package import Core
import Statistics

/// The stable machine-readable form of a report: what `--format json` prints.
///
/// Members are only ever added. `format_version` grows when one changes its meaning. Non-finite numbers are the strings
/// "NaN", "Infinity" and "-Infinity"; an absent figure is `null`.
package enum JSONReport {
    package static func render(_ report: DriftReport) -> JSON {
        .record([
            "format_version": .int(1),
            "reference": side(report.reference),
            "current": side(report.current),
            "settings": settings(report.settings),
            "columns": .array(report.columns.map { column($0, report.settings) }),
            "dataset": dataset(report.dataset),
            "segments": .array(report.segments.map(segment)),
            "notes": .array(report.notes.map(JSON.string)),
        ])
    }

    private static func side(_ side: DriftReport.Side) -> JSON {
        .record([
            "label": .string(side.label), "rows": .int(side.rows), "columns": .int(side.columns),
            "profile": .bool(side.isProfile),
        ])
    }

    private static func settings(_ settings: DriftReport.Settings) -> JSON {
        .record([
            "compatibility": .string(settings.compatibility),
            "alpha": .number(settings.alpha),
            "correction": .string(settings.correction.rawValue),
            "numeric_threshold": .number(settings.numericThreshold),
            "categorical_threshold": .number(settings.categoricalThreshold),
        ])
    }

    private static func column(_ column: ColumnReport, _ settings: DriftReport.Settings) -> JSON {
        .record([
            "name": .string(column.name),
            "kind": .string(column.kind.rawValue),
            "status": .string(column.status.rawValue),
            "role": .string(column.role.rawValue),
            "drifted": .bool(column.isDrifted),
            "explanation": .optional(column.explanation),
            "reference": column.reference.map(summary) ?? .null,
            "current": column.current.map(summary) ?? .null,
            "results": .array(results(column, settings)),
        ])
    }

    private static func summary(_ summary: ColumnSummary) -> JSON {
        .record([
            "rows": .int(summary.rows), "missing": .int(summary.missing), "infinite": .int(summary.infinite),
            "distinct": .int(summary.distinct), "mean": .optional(summary.numeric?.mean),
            "standard_deviation": .optional(summary.numeric?.standardDeviation),
            "minimum": .optional(summary.numeric?.minimum), "maximum": .optional(summary.numeric?.maximum),
        ])
    }

    private static func results(_ column: ColumnReport, _ settings: DriftReport.Settings) -> [JSON] {
        var results: [JSON] = []
        if let decision = column.verdict {
            results.append(verdict(decision, method: "steward.verdict", error: nil))
        } else if settings.compatibility == "steward", column.status != .ok {
            results.append(noVerdict(column))
        }
        if let missing = column.missingness {
            results.append(verdict(missing, method: "steward.missingness", error: nil))
        }
        return results + column.results.map(result)
    }

    /// A column that cannot be compared still answers in the place where its verdict would stand.
    private static func noVerdict(_ column: ColumnReport) -> JSON {
        var answer = MethodResult(method: "steward.verdict")
        answer.error = column.explanation ?? Findings.schemaWord(column.status)
        let verdict = JSON.Member("verdict", .string(Verdict.notComparable.rawValue))
        return .object((result(answer).members ?? []) + [verdict])
    }

    private static func verdict(_ verdict: ColumnVerdict, method: String, error: String?) -> JSON {
        .record([
            "method": .string(method),
            "statistic": .number(verdict.statistic),
            "p_value": .number(verdict.pValue),
            "score": .number(verdict.corrected),
            "threshold": .number(verdict.threshold),
            "drifted": .bool(verdict.verdict == .drifted),
            "error": .optional(error),
            "values": .null,
            "alerts": .null,
            "verdict": .string(verdict.verdict.rawValue),
            "effect": .string(verdict.effect),
            "estimate": .number(verdict.estimate),
            "corrected": .number(verdict.corrected),
            "interval": .array([.number(verdict.interval.lowerBound), .number(verdict.interval.upperBound)]),
            "confidence": .number(verdict.confidence),
            "noise_mean": .number(verdict.noiseMean),
            "noise_95": .number(verdict.noise95),
            "test": .string(verdict.test),
            "q_value": .number(verdict.qValue),
            "largest_gap": .optional(verdict.largestGap),
            "rows_to_settle": .optional(verdict.rowsToSettle),
            "reference_rows_to_settle": .optional(verdict.referenceRowsToSettle),
            "distance": .optional(verdict.distance),
            "spread": .optional(verdict.spread),
            "mean_shift": .optional(verdict.meanShift),
            "movers": .array(verdict.movers.map(mover)),
            "reference_count": .int(verdict.referenceCount),
            "current_count": .int(verdict.currentCount),
            "sentence": .string(verdict.sentence),
        ])
    }

    private static func mover(_ mover: ColumnEvidence.Mover) -> JSON {
        .record([
            "category": .string(mover.category), "reference_share": .number(mover.referenceShare),
            "current_share": .number(mover.currentShare),
        ])
    }

    private static func result(_ result: MethodResult) -> JSON {
        .record([
            "method": .string(result.method),
            "statistic": .optional(result.statistic),
            "p_value": .optional(result.pValue),
            "score": .optional(result.score),
            "threshold": .optional(result.threshold),
            "drifted": .optional(result.drifted),
            "error": .optional(result.error),
            "values": numbers(result.values),
            "alerts": flags(result.alerts),
            "figures": figures(result.figures),
        ])
    }

    private static func dataset(_ dataset: DatasetReport) -> JSON {
        .record([
            "drifted": .bool(dataset.drifted),
            "drifted_columns": .int(dataset.driftedColumns),
            "columns": .int(dataset.comparedColumns),
            "weighted_share": .optional(dataset.weightedShare),
            "results": .array(dataset.results.map(result)),
            "multivariate": dataset.multivariate.map(multivariate) ?? .null,
        ])
    }

    private static func result(_ result: DatasetResult) -> JSON {
        let drifted: JSON =
            switch result.drifted {
            case .dataset(let flag): .bool(flag)
            case .columns(let flags): self.flags(flags)
            case nil: .null
            }
        return .record([
            "method": .string(result.method),
            "columns": .array(result.columns.map(JSON.string)),
            "p_values": numbers(result.pValues),
            "distances": numbers(result.distances),
            "threshold": .optional(result.threshold),
            "drifted": drifted,
            "error": .optional(result.error),
            "values": numbers(result.values),
            "alerts": flags(result.alerts),
            "figures": figures(result.figures),
        ])
    }

    private static func multivariate(_ check: DatasetReport.Multivariate) -> JSON {
        .record([
            "auc": .number(check.auc),
            "interval": .array([.number(check.interval.lowerBound), .number(check.interval.upperBound)]),
            "p_value": .number(check.pValue),
            "rows": .int(check.rows),
            "contributions": .array(
                check.contributions.map { .record(["column": .string($0.column), "share": .number($0.share)]) }),
        ])
    }

    private static func segment(_ segment: SegmentReport) -> JSON {
        .record([
            "name": .string(segment.name),
            "reference_rows": .int(segment.referenceRows),
            "current_rows": .int(segment.currentRows),
            "drifted": .bool(segment.drifted),
            "drifted_columns": .array(segment.driftedColumns.map(JSON.string)),
            "undecided_columns": .array(segment.undecidedColumns.map(JSON.string)),
        ])
    }

    private static func numbers(_ values: [Double]?) -> JSON { values.map { .array($0.map(JSON.number)) } ?? .null }
    private static func flags(_ values: [Bool]?) -> JSON { values.map { .array($0.map(JSON.bool)) } ?? .null }

    private static func figures(_ figures: [MethodResult.Figure]) -> JSON {
        .object(figures.map { JSON.Member($0.name, .number($0.value)) })
    }
}
