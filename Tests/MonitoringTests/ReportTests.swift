import Core
import Foundation
import Monitoring
import TestSupport
import Testing

@Suite("HTML report")
struct HTMLReportTests {
    @Test("is balanced, has unique ids, and asks for nothing from outside", arguments: ReportFixtures.all().map(\.name))
    func wellFormed(name: String) throws {
        let report = try #require(ReportFixtures.all().first { $0.name == name }).report
        let page = String(decoding: HTMLReport.render(report), as: UTF8.self)
        let checked = try MarkupCheck.read(page)
        #expect(Set(checked.ids).count == checked.ids.count)
        for target in checked.links { #expect(checked.ids.contains(String(target.dropFirst())), "\(target)") }
        for forbidden in ["http://", "https://", " src=\"", "@import", "url(", "<img", "<link", "<iframe", " style=\""]
        {
            #expect(!page.contains(forbidden), "\(forbidden)")
        }
        #expect(!checked.attributes.contains { $0.hasPrefix("on") || $0 == "src" || $0 == "style" })
    }

    @Test("has a content security policy that allows its own style and script only")
    func policy() throws {
        let page = String(decoding: HTMLReport.render(ReportFixtures.mixed()), as: UTF8.self)
        #expect(page.contains("http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;;"))
        #expect(page.components(separatedBy: "sha256-").count == 3)
        #expect(!page.contains("unsafe-inline"))
    }

    @Test("stays under 1 MB for 100 columns")
    func size() {
        let bytes = HTMLReport.render(ReportFixtures.hundred()).count
        #expect(bytes < 1_000_000, "\(bytes) bytes")
    }

    @Test("escapes hostile names")
    func hostile() {
        let page = String(decoding: HTMLReport.render(ReportFixtures.hostile()), as: UTF8.self)
        #expect(page.components(separatedBy: "<script").count == 2)
        #expect(!page.contains("<b>changed"))
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(!page.utf8.contains(0) && !page.utf8.contains(0x1B))
    }

    @Test("is the same every time", arguments: ReportFixtures.all().map(\.name))
    func determinism(name: String) throws {
        let first = try #require(ReportFixtures.all().first { $0.name == name }).report
        let second = try #require(ReportFixtures.all().first { $0.name == name }).report
        #expect(HTMLReport.render(first) == HTMLReport.render(second))
        #expect(JSONReport.render(first).serialised() == JSONReport.render(second).serialised())
    }

    /// For looking at: `STEWARD_REPORT_FOLDER=/some/folder swift test --filter writesFixtures`.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["STEWARD_REPORT_FOLDER"] != nil))
    func writesFixtures() throws {
        let folder = try #require(ProcessInfo.processInfo.environment["STEWARD_REPORT_FOLDER"])
        for (name, report) in ReportFixtures.all() {
            try Data(HTMLReport.render(report)).write(to: URL(fileURLWithPath: "\(folder)/\(name).html"))
            for width in [40, 80, 120] {
                let text = TextReport.render(report, width: width, colour: false, verbose: width == 120)
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).\(width).txt"))
            }
            try Data(MarkdownReport.render(report).utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).md"))
            try Data(JUnitReport.render(report).utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).xml"))
            try Data(JSONReport.render(report).serialised(pretty: true))
                .write(to: URL(fileURLWithPath: "\(folder)/\(name).json"))
        }
    }
}

@Suite("JSON report")
struct JSONReportTests {
    @Test("holds the fields of the contract")
    func contract() throws {
        let json = JSONReport.render(ReportFixtures.mixed())
        let columns = try #require(json["columns"]?.elements)
        #expect(columns.count == 14)
        let amount = try #require(columns.first { $0["name"]?.text == "loan_amount" })
        #expect(amount["kind"]?.text == "num" && amount["status"]?.text == "ok" && amount["role"]?.text == "prediction")
        #expect(amount["reference"]?["rows"]?.int == 48_210)
        let verdict = try #require(amount["results"]?.elements?.first)
        #expect(verdict["method"]?.text == "steward.verdict" && verdict["drifted"]?.flag == true)
        for field in ["statistic", "p_value", "score", "threshold", "estimate", "corrected", "confidence", "q_value"] {
            #expect(verdict[field]?.double != nil, "\(field)")
        }
        #expect(verdict["interval"]?.elements?.count == 2 && verdict["error"] == .null)
        let gone = try #require(columns.first { $0["status"]?.text == "missing" }?["results"]?.elements?.first)
        #expect(gone["verdict"]?.text == "not comparable" && gone["error"]?.text != nil)
        #expect(json["dataset"]?["drifted_columns"]?.int == 3 && json["dataset"]?["columns"]?.int == 9)
        #expect(json["dataset"]?["multivariate"]?["auc"]?.double == 0.713)
    }

    @Test("writes other tools' methods with one element per chunk or column")
    func methods() throws {
        let json = try JSONParser.parse(JSONReport.render(ReportFixtures.compatibility()).serialised())
        let results = try #require(json["columns"]?.elements?.first?["results"]?.elements)
        #expect(results.map { $0["method"]?.text } == ["evidently.psi", "nannyml.jensen_shannon"])
        #expect(results[0]["p_value"] == .null && results[0]["drifted"]?.flag == true)
        #expect(results[1]["values"]?.elements?.count == 5 && results[1]["values"]?.elements?[2].text == "NaN")
        #expect(results[1]["alerts"]?.elements?.last?.flag == true)
        let dataset = try #require(json["dataset"]?["results"]?.elements)
        #expect(dataset[0]["drifted"]?.elements?.map(\.flag) == [true, false])
        #expect(dataset[0]["columns"]?.elements?.map(\.text) == ["amount", "plan"])
        #expect(dataset[1]["drifted"]?.flag == true && dataset[1]["p_values"] == .null)
    }

    @Test("parses back for every report", arguments: ReportFixtures.all().map(\.name))
    func parses(name: String) throws {
        let report = try #require(ReportFixtures.all().first { $0.name == name }).report
        let json = JSONReport.render(report)
        let parsed = try JSONParser.parse(json.serialised(pretty: true))
        #expect(parsed["columns"]?.elements?.count == report.columns.count)
    }
}

@Suite("JUnit and Markdown reports")
struct OtherReportTests {
    @Test("JUnit is well-formed and counts what it holds", arguments: ReportFixtures.all().map(\.name))
    func junit(name: String) throws {
        let report = try #require(ReportFixtures.all().first { $0.name == name }).report
        let xml = JUnitReport.render(report)
        let checked = try MarkupCheck.read(xml)
        #expect(checked.names.count { $0 == "testcase" } == report.columns.count + 1)
        let counts = ["failure": "failures", "error": "errors", "skipped": "skipped"]
        for (element, attribute) in counts {
            #expect(xml.contains(" \(attribute)=\"\(checked.names.count { $0 == element })\""), "\(element)")
        }
    }

    @Test("Markdown tables keep their columns whatever the names")
    func markdown() {
        for (name, report) in ReportFixtures.all() {
            for line in MarkdownReport.render(report).split(separator: "\n") where line.hasPrefix("|") {
                let bars = line.replacingOccurrences(of: "\\|", with: "").count { $0 == "|" }
                #expect([3, 4, 5, 8].contains(bars), "\(name): \(line)")
            }
        }
        let text = MarkdownReport.render(ReportFixtures.hostile())
        #expect(!text.contains("<script>alert(1)</script> moved"))
    }
}
