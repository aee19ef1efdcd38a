import Core
import Foundation
import Monitoring
import Testing

@Suite("Text report")
struct TextReportTests {
    @Test("no line is wider than the terminal", arguments: ReportFixtures.all().map(\.name))
    func width(name: String) throws {
        let report = try #require(ReportFixtures.all().first { $0.name == name }).report
        for width in [20, 40, 57, 80, 100, 200] {
            for verbose in [false, true] {
                let text = TextReport.render(report, width: width, colour: false, verbose: verbose)
                for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                    #expect(cells(line) <= width, "\(width): \(line)")
                }
                #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
            }
        }
    }

    @Test("the sentence comes first, schema changes before the table, most important first")
    func order() throws {
        let text = TextReport.render(ReportFixtures.mixed(), width: 100, colour: false, verbose: false)
        #expect(text.hasPrefix("3 of 9 columns drifted: loan_amount moved up by 0.41 sd"))
        let schema = try #require(text.range(of: "Schema changes"))
        let table = try #require(text.range(of: "Noise"))
        #expect(schema.lowerBound < table.lowerBound)
        #expect(text.contains("\u{25C6} drifted"))
    }

    @Test("colour only when asked for")
    func colour() {
        let report = ReportFixtures.mixed()
        #expect(!TextReport.render(report, width: 80, colour: false, verbose: true).contains("\u{1B}"))
        #expect(TextReport.render(report, width: 80, colour: true, verbose: false).contains("\u{1B}[31;1m"))
    }

    @Test("headlines for what can happen")
    func headlines() {
        func first(_ report: DriftReport) -> String {
            String(TextReport.render(report, width: 200, colour: false, verbose: false).prefix { $0 != "\n" })
        }
        #expect(first(ReportFixtures.quiet()) == "No drift in 3 columns.")
        #expect(first(ReportFixtures.nothing()) == "Nothing could be compared.")
        #expect(
            first(ReportFixtures.compatibility()).hasPrefix("1 of 2 columns drifted by the rules of evidently: amount"))
        var report = ReportFixtures.quiet()
        report.dataset.drifted = true
        #expect(first(report) == "The data set drifted, though no single column did.")
    }

    /// Terminal cells, counted independently of the report: wide East Asian characters and emoji take two.
    private func cells(_ line: Substring) -> Int {
        line.reduce(0) { sum, character in
            let scalars = character.unicodeScalars
            if scalars.contains(where: { $0.properties.isEmojiPresentation }) { return sum + 2 }
            let first = scalars.first!.value
            return sum + ((0x3040...0x30FF).contains(first) || (0x4E00...0x9FFF).contains(first) ? 2 : 1)
        }
    }
}
