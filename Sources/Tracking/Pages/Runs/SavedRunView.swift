import Core
import Platform

/// A view of an experiment's runs that was given a name. Whoever reads the experiment has it.
struct SavedRunView: Sendable {
    let name: String
    /// As `RunsView.queryText` writes it.
    let query: String

    /// Characters.
    static let nameLimit = 100
    /// Bytes.
    static let queryLimit = 16 << 10
    /// Of one experiment.
    static let limit = 100
}

enum SavedRunViewMigrations {
    static let all = [
        Migration(
            "tracking-060-run-views",
            """
            CREATE TABLE tracking_run_view (
                experiment {integer} NOT NULL REFERENCES tracking_experiment (id) ON DELETE CASCADE,
                name {text} NOT NULL,
                query {text} NOT NULL,
                saved_by {text} NOT NULL,
                saved_at {integer} NOT NULL,
                PRIMARY KEY (experiment, name)
            ) {clustered};
            """)
    ]
}

struct SavedRunViewStore {
    let sql: any SQLConnection

    init(_ sql: any SQLConnection) { self.sql = sql }

    /// Sorted by name.
    func views(of experiment: Int64) throws -> [SavedRunView] {
        try sql.rows(
            "SELECT name, query FROM tracking_run_view WHERE experiment = ?1 ORDER BY name", [.integer(experiment)]
        ) { SavedRunView(name: $0.text(0), query: $0.text(1)) }
    }

    /// Keeps a view; one of that name is replaced.
    /// - Throws: `exhausted` when the experiment has `SavedRunView.limit` others.
    func save(_ view: SavedRunView, of experiment: Int64, by principal: Principal, now: Timestamp) throws {
        let others = try sql.first(
            "SELECT count(*) FROM tracking_run_view WHERE experiment = ?1 AND name <> ?2",
            [.integer(experiment), .text(view.name)], { $0.int(0) })
        guard (others ?? 0) < SavedRunView.limit else {
            throw Failure(
                .exhausted, "The experiment has \(SavedRunView.limit) saved views already",
                hint: "Delete one that nobody uses.")
        }
        try sql.execute(
            """
            INSERT INTO tracking_run_view (experiment, name, query, saved_by, saved_at) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (experiment, name) DO UPDATE
            SET query = excluded.query, saved_by = excluded.saved_by, saved_at = excluded.saved_at
            """,
            [
                .integer(experiment), .text(view.name), .text(view.query), .text(principal.name),
                .integer(now.milliseconds),
            ])
    }

    func delete(_ name: String, of experiment: Int64) throws {
        try sql.execute(
            "DELETE FROM tracking_run_view WHERE experiment = ?1 AND name = ?2", [.integer(experiment), .text(name)])
    }
}
