import Platform

/// The methods in plain words, for readers who did not run the command.
struct HTMLExplanation {
    let report: DriftReport

    func write(_ html: inout Markup) {
        html.section("reading", "How to read this") { html in
            if Findings.usesOtherRules(report) {
                html.element("p", text: otherRules)
                return
            }
            html.element("p", text: "A column counts as drifted when its change is \(Findings.rule(report.settings)).")
            html.element("div", ["class": "explain"]) { html in
                for (title, text) in Self.texts {
                    html.element("div") { html in
                        html.element("h3", text: title)
                        html.element("p", text: text)
                    }
                }
            }
        }
    }

    private var otherRules: String {
        """
        The verdicts here follow the definitions, defaults and thresholds of \(report.settings.compatibility), so that \
        they can be compared with that tool's own. Each column's section lists every method that was run with its \
        figures. Run the same command without --compat for Steward's own verdict, with intervals and noise floors.
        """
    }

    private static let texts = [
        (
            "Effect",
            """
            How far a column moved. Numbers: the average distance the values would have to travel to turn one \
            distribution into the other (1-Wasserstein), in robust standard deviations (sd) of the reference. \
            Categories: the share of rows that changed category (total variation).
            """
        ),
        (
            "Noise floor",
            """
            Two samples of the same data never look exactly alike. The grey band is what the effect measures up to \
            its 95th percentile when nothing changed, for these sample sizes; its mean is taken off the effect.
            """
        ),
        (
            "Interval",
            "The effects that fit the data. A wide interval means few rows; more data make it narrower."
        ),
        (
            "p and q",
            """
            p is how often a difference at least this large would appear by chance alone. q corrects it for looking \
            at many columns at once (Benjamini-Hochberg), so that a hundred quiet columns do not raise five alarms.
            """
        ),
        (
            "Verdicts",
            """
            Drifted: significant and above the threshold. Small shift: significant, but too small to matter. \
            Undecided: the interval reaches above the threshold, but there are too few rows to be sure. Stable: \
            no sign of a change that matters.
            """
        ),
        (
            "All columns together",
            """
            A classifier is trained to tell reference rows from current rows, and tried on rows it has not seen. \
            An AUC near 0.5 means it cannot; near 1 means the two sides hardly overlap.
            """
        ),
    ]
}
