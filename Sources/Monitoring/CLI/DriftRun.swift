import Core
import Platform
import Statistics
import Tables

extension DriftPlan {
    /// Reads both sides and compares them.
    func run(_ line: ProgressLine) throws(Failure) -> DriftReport {
        let reference = try load(referencePath, "Reading the reference", line)
        let current = try load(currentPath, "Reading the current data", line)
        return try DriftComparison.run(consume reference, consume current, settings: settings) {
            line.update("Comparing columns", $0)
        }
    }

    private func load(_ path: String, _ what: String, _ line: ProgressLine) throws(Failure) -> LoadedData {
        var options = reading
        options.progress = { line.update(what, $0) }
        return try DataLoading.load(path, options, profileAbove: profileAbove)
    }

    func exitStatus(_ report: DriftReport) -> ExitStatus {
        if report.dataset.drifted { return failOn == .drift ? .found : .ok }
        return report.isDecided ? .ok : .undecided
    }
}

extension DriftReport {
    /// At least one column was compared and gave an answer.
    var isDecided: Bool {
        if columns.contains(where: { $0.driftedByMethod != nil }) { return true }
        if dataset.results.contains(where: { $0.drifted != nil }) { return true }
        return columns.contains { column in
            switch column.verdict?.verdict {
            case .stable, .smallShift, .drifted: true
            case .undecided, .notComparable, nil: column.status == .constant
            }
        }
    }
}

/// The files a run leaves behind, then the answer on standard output.
struct DriftOutputs {
    let plan: DriftPlan

    func write(_ report: DriftReport) throws(Failure) {
        if let path = plan.html {
            try AtomicFile.write(HTMLReport.render(report), to: path)
            Terminal.message("Report: \(path)")
        }
        if let path = plan.sagemakerViolations {
            try AtomicFile.write(violations().serialised(pretty: true), to: path)
            Terminal.message("Violations: \(path)")
        }
        switch plan.format {
        case .text:
            Terminal.write(
                TextReport.render(
                    report, width: Terminal.width, colour: Terminal.usesColour, verbose: plan.verbose))
        case .json: Terminal.write(JSONReport.render(report).serialised() + Array("\n".utf8))
        case .markdown: Terminal.write(MarkdownReport.render(report))
        case .junit: Terminal.write(JUnitReport.render(report))
        }
    }

    /// SageMaker's own checks, on its own figures: they need the profile of the current data.
    private func violations() throws(Failure) -> JSON {
        let baseline = try ProfileFile.load(plan.referencePath, plan.reading).profile
        var constraints = SageMaker.Constraints(suggestedFor: baseline)
        if let path = plan.constraints { constraints = try .read(path) }
        let current = try ProfileFile.load(plan.currentPath, plan.reading).profile
        return SageMaker.document(
            SageMaker.violations(constraints: constraints, statistics: baseline, current: current))
    }
}
