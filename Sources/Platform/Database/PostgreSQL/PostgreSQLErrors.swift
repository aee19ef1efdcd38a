import CPostgres

/// SQLSTATE codes (PostgreSQL manual, appendix A) as `SQLError`.
enum PostgreSQLErrors {
    static func translate(_ result: PostgreSQLResult) -> SQLError {
        let state = field(result, Field.state) ?? ""
        // Not the detail: it repeats values.
        let message = field(result, Field.message) ?? "no answer from the server"
        let constraint = field(result, Field.constraint).map { " (\($0))" } ?? ""
        return translate(state: state, cause: "\(state) \(message)\(constraint)")
    }

    static func translate(state: String, cause: String) -> SQLError {
        switch state {
        case "23505": .duplicate(cause: cause)
        // What a new row refers to was deleted since it was looked at; the next look will not find it.
        case "23503": .conflict(cause: cause)
        case "40001", "40P01": .conflict(cause: cause)
        case "53100": .diskFull(cause: cause)
        case "XX001", "XX002": .corrupt(cause: cause)
        // Characters that are none, numbers out of range, a key too long for an index.
        case "22021", "22P05", "22003", "54000": .value(cause: cause)
        // Without a state: the connection broke. A server that shuts down, crashes or starts says so with 57P0x.
        case "", "57P01", "57P02", "57P03", "57P05": .lost(cause: cause)
        // Another machine has become the primary; a new connection finds it.
        case "25006": .lost(cause: cause)
        case "55P03": .locked(cause: cause)
        case "25P03", "58030": .unavailable(cause: cause)
        case "57014": .timeout(cause: cause)
        case _ where state.hasPrefix("08"): .lost(cause: cause)
        case _ where state.hasPrefix("53"): .unavailable(cause: cause)
        default: .statement(cause: cause)
        }
    }

    /// The names of these in C are character literals.
    private enum Field {
        static let state = Int32(UInt8(ascii: "C"))
        static let message = Int32(UInt8(ascii: "M"))
        static let constraint = Int32(UInt8(ascii: "n"))
    }

    private static func field(_ result: PostgreSQLResult, _ field: Int32) -> String? {
        PQresultErrorField(result.pointer, field).map { String(cString: $0) }
    }
}
