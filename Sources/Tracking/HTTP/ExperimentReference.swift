import Core
import Platform

extension ExperimentStore {
    /// The experiment that a request means: by its identifier, or by its name where no experiment has that identifier.
    /// - Parameter locks: other writers wait until this transaction ends.
    /// - Throws: `notFound`, with the name that was most likely meant.
    func meant(by text: String, _ rights: Rights, locks: Bool = false) throws -> Experiment {
        guard let experiment = try found(by: text), rights.allow(.read, over: experiment.subject) else {
            throw try notMeant(text, rights)
        }
        return locks ? try held(experiment.id) : experiment
    }

    func found(by text: String) throws -> Experiment? {
        let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        if isNumber, let id = Int64(text), let experiment = try find(id) { return experiment }
        return try find(name: text)
    }

    /// That there is no such experiment, with the name that was most likely meant among those that may be read.
    func notMeant(_ text: String, _ rights: Rights) throws -> Failure {
        let near = NearestName.find(text, among: try names(rights, limit: 1000))
        return Failure(
            .notFound, "There is no experiment '\(text.prefix(500))'",
            hint: near.map { "Did you mean '\($0)'?" } ?? "`steward experiment list` lists them.")
    }

    /// Names of active experiments, those that were made last.
    private func names(_ rights: Rights, limit: Int) throws -> [String] {
        var parameters = SQLParameters()
        let test = readableTest(rights, &parameters)
        return try sql.rows(
            """
            SELECT e.name FROM tracking_experiment e WHERE e.deleted_at IS NULL\(test)
            ORDER BY e.created_at DESC, e.id DESC LIMIT \(parameters.add(.int(limit)))
            """, parameters.values
        ) { $0.text(0) }
    }

    /// Identifiers of all experiments in a state of their life that may be read.
    /// - Throws: `invalid` when there are more than `limit`.
    func identifiers(_ lifecycle: LifecycleFilter, _ rights: Rights, limit: Int) throws -> [Int64] {
        var parameters = SQLParameters()
        let test = (lifecycle == .active ? " AND e.deleted_at IS NULL" : "") + readableTest(rights, &parameters)
        let ids = try sql.rows(
            "SELECT e.id FROM tracking_experiment e WHERE 1 = 1\(test) ORDER BY e.id "
                + "LIMIT \(parameters.add(.int(limit + 1)))", parameters.values
        ) { $0.integer(0) }
        guard ids.count <= limit else {
            throw Failure(
                .invalid, "There are more than \(limit) experiments", hint: "Say which ones: `experiment`.")
        }
        return ids
    }
}

/// How many active runs an experiment has, and when the last of them began.
struct RunCount: Sendable {
    var runs: Int64 = 0
    /// Milliseconds since 1970; nil without runs.
    var lastStart: Int64?

    /// Counted up to a bound, so that pages are fast: more than that many are `bound + 1`.
    static func of(_ experiments: [Int64], atMost bound: Int, _ sql: any SQLConnection) throws -> [Int64: RunCount] {
        var counts: [Int64: RunCount] = [:]
        for experiment in experiments {
            let last = try sql.first(
                "SELECT MAX(start_time) FROM tracking_run WHERE experiment = ?1 AND is_deleted = 0",
                [.integer(experiment)], { $0.optionalInteger(0) })
            guard let last = last ?? nil else { continue }
            let count = try sql.first(
                """
                SELECT count(*) FROM (
                    SELECT 1 FROM tracking_run WHERE experiment = ?1 AND is_deleted = 0 LIMIT ?2) AS counted
                """, [.integer(experiment), .int(bound + 1)], { $0.integer(0) })
            counts[experiment] = RunCount(runs: count ?? 0, lastStart: last)
        }
        return counts
    }

    /// By experiment; those without runs are left out.
    static func of(_ experiments: [Int64], _ sql: any SQLConnection) throws -> [Int64: RunCount] {
        var counts: [Int64: RunCount] = [:]
        try sql.forEach(in: experiments) { list, arguments in
            try sql.forEach(
                """
                SELECT experiment, COUNT(*), MAX(start_time) FROM tracking_run
                WHERE experiment IN (\(list)) AND is_deleted = 0 GROUP BY experiment
                """, arguments
            ) { counts[$0.integer(0)] = RunCount(runs: $0.integer(1), lastStart: $0.integer(2)) }
        }
        return counts
    }
}

/// `state` of a request: which of the active and the deleted are asked for.
enum LifecycleChoice: String, CaseIterable {
    case active, deleted, all

    var filter: LifecycleFilter {
        switch self {
        case .active: .active
        case .deleted: .deleted
        case .all: .all
        }
    }

    static let field = Endpoint.Field("state", .text, "active (as when it is not given), deleted, or all.")
}
