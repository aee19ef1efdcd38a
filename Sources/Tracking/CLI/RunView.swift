import Core
import Platform

/// A run as the API describes it, taken apart for showing.
struct RunView {
    struct Metric {
        let name: String
        let value: Double
        let step: Int
    }

    let json: JSON
    let id: String
    let name: String
    let experiment: String
    let status: String
    let isDeleted: Bool
    let user: String
    let started: Timestamp?
    let ended: Timestamp?
    /// Sorted by name, as are the others.
    let metrics: [Metric]
    let parameters: [(name: String, value: String)]
    let tags: [(name: String, value: String)]

    init(_ json: JSON) {
        func pairs(_ member: String) -> [(name: String, value: String)] {
            (json[member]?.members ?? []).map { ($0.name, $0.value.text ?? "") }
        }
        self.json = json
        id = json["id"]?.text ?? ""
        name = json["name"]?.text ?? ""
        experiment = json["experiment"]?.text ?? ""
        status = json["status"]?.text ?? ""
        isDeleted = json["state"]?.text == "deleted"
        user = json["user"]?.text ?? ""
        started = json.time("started_at")
        ended = json.time("ended_at")
        metrics = (json["metrics"]?.members ?? []).map { member in
            Metric(
                name: member.name, value: member.value["value"]?.double ?? .nan, step: member.value["step"]?.int ?? 0)
        }
        parameters = pairs("params")
        tags = pairs("tags")
    }

    var duration: Int64? {
        guard let started, let ended else { return nil }
        return ended.milliseconds &- started.milliseconds
    }

    /// The status in a word, and what colour says the same.
    var statusCell: TextTable.Cell {
        if isDeleted { return .init("deleted", .faint) }
        let style: TerminalStyle? =
            switch status {
            case "RUNNING", "SCHEDULED": .unknown
            case "FAILED": .bad
            case "KILLED": .warning
            default: nil
            }
        return .init(status.lowercased(), style)
    }

    func metric(_ name: String) -> Double? { metrics.first { $0.name.utf8.elementsEqual(name.utf8) }?.value }

    func parameter(_ name: String) -> String? { Self.value(name, parameters) }

    func tag(_ name: String) -> String? { Self.value(name, tags) }

    private static func value(_ name: String, _ pairs: [(name: String, value: String)]) -> String? {
        pairs.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }
}

/// Identifiers of a list on a terminal: the first characters, as many as tell these apart. Whole ones elsewhere, for
/// programs.
enum ShortIdentifier {
    static func of(_ identifiers: [String], isTerminal: Bool = Terminal.outputIsTerminal) -> [String] {
        guard isTerminal else { return identifiers }
        let count = Set(identifiers).count
        var length = 8
        while length < 32, Set(identifiers.map { $0.prefix(length) }).count < count { length += 4 }
        return identifiers.map { String($0.prefix(length)) }
    }
}
