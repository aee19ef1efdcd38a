import Core
import Platform
import Statistics

/// The report as JUnit XML, so that a CI system shows each column as a test.
package enum JUnitReport {
    /// A test case per column: drifted is a failure, undecided and not comparable are skipped, an error is an error.
    /// When the data set drifted though no column did, one more test case says so. Failures agree with the exit status.
    package static func render(_ report: DriftReport) -> String {
        let findings = report.columns.map(\.finding)
        let onlyDataset = report.dataset.drifted && !findings.contains(.drifted)
        let failures = findings.count { $0 == .drifted } + (onlyDataset ? 1 : 0)
        let counts: Markup.Attributes = [
            "tests": String(findings.count + 1), "failures": String(failures),
            "errors": String(findings.count { $0 == .failed }), "skipped": String(findings.count(where: isSkipped)),
        ]
        var xml = Markup()
        xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        xml.element("testsuites", attributes("steward drift", counts)) { xml in
            xml.raw("\n")
            xml.element("testsuite", attributes("\(report.reference.label) against \(report.current.label)", counts)) {
                xml in
                xml.raw("\n")
                properties(report, &xml)
                for column in report.columns { testCase(column, &xml) }
                dataset(report, failed: onlyDataset, &xml)
                xml.element("system-out", text: TextReport.render(report, width: 100, colour: false, verbose: false))
                xml.raw("\n")
            }
            xml.raw("\n")
        }
        xml.raw("\n")
        return String(decoding: xml.bytes, as: UTF8.self)
    }

    private static func attributes(_ name: String, _ counts: Markup.Attributes) -> Markup.Attributes {
        ["name": name] + counts + ["time": "0"]
    }

    private static func isSkipped(_ finding: Finding) -> Bool {
        switch finding {
        case .undecided, .notComparable, .schemaChange: true
        case .drifted, .smallShift, .stable, .failed: false
        }
    }

    private static func properties(_ report: DriftReport, _ xml: inout Markup) {
        let properties: KeyValuePairs = [
            "alpha": Format.exact(report.settings.alpha), "correction": report.settings.correction.rawValue,
            "compatibility": report.settings.compatibility,
        ]
        xml.element("properties") { xml in
            for (name, value) in properties { xml.empty("property", ["name": name, "value": value]) }
        }
        xml.raw("\n")
    }

    private static func testCase(_ column: ColumnReport, _ xml: inout Markup) {
        let finding = column.finding
        let message = "\(finding.word): \(column.story)"
        xml.element("testcase", ["name": column.name, "classname": "drift.\(column.kind.rawValue)", "time": "0"]) {
            xml in
            switch finding {
            case .drifted: xml.element("failure", ["type": "drifted", "message": message], text: figures(column))
            case .failed: xml.element("error", ["type": "error", "message": message], text: message)
            case .undecided, .notComparable, .schemaChange: xml.empty("skipped", ["message": message])
            case .stable, .smallShift: break
            }
        }
        xml.raw("\n")
    }

    private static func dataset(_ report: DriftReport, failed: Bool, _ xml: inout Markup) {
        xml.element("testcase", ["name": "(data set)", "classname": "drift.dataset", "time": "0"]) { xml in
            guard failed else { return }
            let message = Findings.headline(report)
            xml.element("failure", ["type": "drifted", "message": message], text: message)
        }
        xml.raw("\n")
    }

    private static func figures(_ column: ColumnReport) -> String {
        guard let verdict = column.decisive else { return column.story }
        let format = EffectFormat(verdict)
        return """
            effect \(format.value(verdict.corrected)), interval \(format.longInterval(verdict.interval)), \
            noise floor \(format.mark(verdict.noise95)), threshold \(format.mark(verdict.threshold)), \
            \(verdict.testName) p \(Format.probability(verdict.pValue)), q \(Format.probability(verdict.qValue)), \
            n \(Format.count(verdict.referenceCount)) and \(Format.count(verdict.currentCount))
            """
    }
}
