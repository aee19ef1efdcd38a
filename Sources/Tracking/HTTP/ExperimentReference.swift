import Core
import Platform

extension ExperimentStore {
    /// The experiment that a request means: by its identifier, or by its name where no experiment has that identifier.
    /// - Parameter locks: other writers wait until this transaction ends.
    /// - Throws: `notFound`, with the name that was most likely meant.
    func meant(by text: String, locks: Bool = false) throws -> Experiment {
        let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        if isNumber, let id = Int64(text), let experiment = try find(id) { return locks ? try held(id) : experiment }
        if let experiment = try find(name: text) { return locks ? try held(experiment.id) : experiment }
        let near = NearestName.find(text, among: try names(limit: 1000))
        throw Failure(
            .notFound, "There is no experiment '\(text.prefix(500))'",
            hint: near.map { "Did you mean '\($0)'?" } ?? "`steward experiment list` lists them.")
    }

    /// Names of active experiments, those that were made last.
    private func names(limit: Int) throws -> [String] {
        try sql.rows(
            "SELECT name FROM tracking_experiment WHERE deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT ?1",
            [.int(limit)]
        ) { $0.text(0) }
    }

    /// Identifiers of all experiments in a state of their life.
    /// - Throws: `invalid` when there are more than `limit`.
    func identifiers(_ lifecycle: LifecycleFilter, limit: Int) throws -> [Int64] {
        let test = lifecycle == .active ? "WHERE deleted_at IS NULL" : ""
        let ids = try sql.rows(
            "SELECT id FROM tracking_experiment \(test) ORDER BY id LIMIT ?1", [.int(limit + 1)]
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
