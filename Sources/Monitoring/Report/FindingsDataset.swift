import Statistics

extension Findings {
    /// The classifier tells the two sides apart better than guessing would.
    static func isTold(_ check: DatasetReport.Multivariate) -> Bool { check.interval.lowerBound > 0.5 }

    /// The classifier two-sample test in a sentence.
    static func multivariate(_ check: DatasetReport.Multivariate) -> String {
        let auc = Format.fixed(check.auc, 2)
        let range = "\(Format.fixed(check.interval.lowerBound, 2))\u{2013}\(Format.fixed(check.interval.upperBound, 2))"
        let meaning =
            if !isTold(check) {
                "cannot reliably tell reference rows from current rows"
            } else if check.auc < 0.6 {
                "tells reference rows from current rows only slightly better than chance"
            } else if check.auc < 0.8 {
                "often tells reference rows from current rows"
            } else {
                "tells reference rows from current rows with ease"
            }
        return
            "A classifier that sees all columns \(meaning): AUC \(auc) (\(range)), where 0.5 is guessing "
            + "and 1 is certain."
    }

    static func answer(_ result: DatasetResult) -> String {
        switch result.drifted {
        case .dataset(let flag): return flag ? "drifted" : "no drift"
        case .columns(let flags):
            return "\(Format.count(flags.count { $0 })) of \(Format.count(flags.count, "column"))"
        case nil: break
        }
        guard let alerts = result.alerts else { return "" }
        return "\(Format.count(alerts.count { $0 })) of \(Format.count(alerts.count, "chunk"))"
    }
}

extension DatasetResult {
    var isDrifted: Bool? {
        switch drifted {
        case .dataset(let flag): flag
        case .columns(let flags): flags.contains(true)
        case nil: alerts.map { $0.contains(true) }
        }
    }
}

extension SegmentReport {
    var finding: Finding { drifted ? .drifted : undecidedColumns.isEmpty ? .stable : .undecided }
}
