import Core
import Platform

extension RunStore {
    /// Characters that the beginning of an identifier must have to stand for it.
    static let shortestPrefix = 4

    /// The run that a reading request means: by its identifier, or by the beginning of one that no other run has.
    /// - Throws: `notFound`; `invalid` when the identifiers of several runs begin so.
    func meant(by text: String, _ rights: Rights) throws -> Run {
        if let run = try find(text, rights) { return run }
        guard text.utf8.count >= Self.shortestPrefix, let bound = Self.end(of: text) else {
            throw Self.notMeant(text)
        }
        var parameters = SQLParameters()
        let range = "r.run_id > \(parameters.add(.text(text))) AND r.run_id < \(parameters.add(.text(bound)))"
        let test = ExperimentStore(sql).readableTest(rights, &parameters)
        let runs = try sql.rows(
            """
            SELECT \(Self.columns) FROM tracking_run r JOIN tracking_experiment e ON e.id = r.experiment
            WHERE \(range)\(test) ORDER BY r.run_id LIMIT 4
            """, parameters.values, Self.run)
        guard let first = runs.first else { throw Self.notMeant(text) }
        guard runs.count == 1 else {
            let some = runs.prefix(3).map(\.runID).joined(separator: ", ")
            throw Failure(
                .invalid, "The identifiers of several runs begin with '\(text.prefix(100))'",
                hint: "Say more of it: \(some)\(runs.count > 3 ? ", ..." : "").")
        }
        return first
    }

    /// The least text that follows all texts which begin so; nil where that is no plain ASCII: identifiers are.
    private static func end(of prefix: String) -> String? {
        var bytes = Array(prefix.utf8)
        guard let last = bytes.last, bytes.allSatisfy({ (0x21..<0x7E).contains($0) }) else { return nil }
        bytes[bytes.count - 1] = last + 1
        return String(decoding: bytes, as: UTF8.self)
    }

    static func notMeant(_ text: String) -> Failure {
        Failure(.notFound, "There is no run '\(text.prefix(300))'", hint: "`steward run list` lists them.")
    }
}
