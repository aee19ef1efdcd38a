/// What there is to say about one thing: a headline, then groups of names with values.
package struct FactSheet: Sendable {
    private var parts: [String] = []

    package init(_ headline: String) { parts = [headline] }

    /// A line of its own.
    package mutating func add(_ line: String) { parts.append(line) }

    /// Names and values below a title; left out when there are none. What is too long for the terminal is cut.
    package mutating func add(_ title: String, _ facts: [(name: String, value: String)], alignsRight: Bool = false) {
        guard !facts.isEmpty else { return }
        let room = Terminal.outputIsTerminal ? Terminal.width : Int.max
        let names = min(facts.map { DisplayText.width($0.name) }.max() ?? 0, max(12, room / 2))
        let values = alignsRight ? facts.map { DisplayText.width($0.value) }.max() ?? 0 : 0
        parts.append("")
        parts.append(Terminal.usesColour ? TerminalStyle.strong.apply(title, true) : title)
        for fact in facts {
            let name = DisplayText.shorten(fact.name, to: names)
            let value = DisplayText.shorten(fact.value, to: max(10, room - names - 4))
            let gap = names - DisplayText.width(name) + 2 + max(0, values - DisplayText.width(value))
            parts.append("  " + name + String(repeating: " ", count: gap) + value)
        }
    }

    package func write() { Terminal.write(parts.map { $0 + "\n" }.joined()) }
}
