import Core
import MLflow
import Platform

/// What MLflow from its schema `75868b020152` on keeps of traces in columns and tells as a tag or as metadata: name,
/// session, tokens used and what they cost. Figures are JSON on the wire, and both sides are compared in one form.
enum TraceFigures {
    static let nameTag = "mlflow.traceName"
    static let session = "mlflow.trace.session"
    /// Metadata that is an object of numbers, with the columns it is made of.
    private static let objects: [(key: String, columns: [String])] = [
        (
            "mlflow.trace.tokenUsage",
            [
                "input_tokens", "output_tokens", "total_tokens", "cache_read_input_tokens",
                "cache_creation_input_tokens", "cache_creation_input_tokens_above_1hr",
            ]
        ),
        ("mlflow.trace.cost", ["input_cost", "output_cost", "total_cost"]),
    ]

    static let keys = [session] + objects.map(\.key)

    static func select(_ keys: String) -> String {
        let columns = ["request_id", "session_id"] + objects.flatMap(\.columns)
        return "SELECT \(columns.joined(separator: ", ")) FROM trace_info WHERE request_id IN (\(keys))"
    }

    /// The metadata that a row of `select` stands for.
    static func metadata(_ row: any SQLRow) -> [(key: String, value: String)] {
        var found: [(String, String)] = []
        if let session = row.optionalText(1) { found.append((Self.session, session)) }
        var column = 2
        for (key, names) in objects {
            var members: [JSON.Member] = []
            for name in names {
                switch row.type(column) {
                case .integer: members.append(.init(name, .integer(row.integer(column))))
                case .real: members.append(.init(name, .number(row.real(column))))
                default: break
                }
                column += 1
            }
            if !members.isEmpty { found.append((key, text(members, names))) }
        }
        return found
    }

    /// The one form of a value, if it has figures of that key alone; else the value as it is.
    static func canonical(_ key: String, _ value: String) -> String {
        guard let names = names(key), let members = (try? JSONParser.parse(value))?.members,
            members.allSatisfy({ names.contains($0.name) && $0.value.double != nil })
        else { return value }
        return text(members, names)
    }

    /// The columns that a value goes into; nil where it is no such figures.
    static func columns(_ key: String, _ value: String) -> [(name: String, value: SQLValue)]? {
        if key == session { return [("session_id", .text(value))] }
        guard let names = names(key), let members = (try? JSONParser.parse(value))?.members,
            members.allSatisfy({ names.contains($0.name) })
        else { return nil }
        return members.map { member in
            switch member.value {
            case .integer(let number): (member.name, .integer(number))
            default: (member.name, .optional(member.value.double))
            }
        }
    }

    private static func names(_ key: String) -> [String]? { objects.first { $0.key == key }?.columns }

    private static func text(_ members: [JSON.Member], _ names: [String]) -> String {
        let sorted = names.compactMap { name in members.first { $0.name == name } }
        return JSON.object(
            sorted.map { member in
                // A cost that is whole is a whole number in one database and not in another.
                guard let double = member.value.double, let whole = Int64(exactly: double) else { return member }
                return .init(member.name, .integer(whole))
            }
        ).pythonText()
    }
}
