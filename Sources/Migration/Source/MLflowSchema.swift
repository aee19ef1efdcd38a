import Core
import Platform

/// Which of MLflow's schemas a database has. Its migrations are one chain, so a schema is a place in it, and what came
/// before is there. (The revisions of `mlflow/store/db_migrations` of MLflow 3.18.0.)
struct MLflowSchema: Sendable, Equatable {
    /// The name of the last migration, as `alembic_version` has it.
    let revision: String
    private let place: Int

    /// From the schema of 2.22 to that of 3.18.
    private static let revisions = [
        "0584bdc529eb", "400f98739977", "6953534de441", "bda7b8c39065", "cbc13b556ace", "770bee3ae1dd", "a1b2c3d4e5f6",
        "de4033877273", "1a0cddfcaa16", "534353b11cbc", "71994744cf8e", "3da73c924c2f", "bf29a5ff90ea", "1bd49d398cd23",
        "b7c8d9e0f1a2", "5d2d30f0abce", "c9d4e5f6a7b8", "2c33131f4dae", "d3e4f5a6b7c8", "d0e1f2a3b4c5", "c8d9e0f1a2b3",
        "1b5f0d9ad7c1", "e1f2a3b4c5d6", "76601a5f987d", "c3d6457b6d8a", "a5b4c3d2e1f0", "ae8bbe7743c9", "7d34483879f0",
        "da6fb0208061", "89d3d66ed43f", "b7e4c1a90f23", "a8b9c0d1e2f3", "c1d2e3f4a5b6", "c3d9e7f1a2b4", "6f8d9c3b2a1e",
        "1971f2d9a75b", "17e22815139b", "b7e2c1a4d9f3", "75868b020152", "dc11669786a5", "e7d1f4b2a9c6", "8b6ad64cb8f5",
        "f4a9b2c7d1e6",
    ]

    /// A step of the chain that brought something that is asked for.
    enum Step: String {
        case loggedModels = "400f98739977"
        case outputSteps = "6953534de441"
        case tracePreviews = "cbc13b556ace"
        case assessments = "770bee3ae1dd"
        case spans = "a1b2c3d4e5f6"
        case associations = "de4033877273"
        case webhooks = "1a0cddfcaa16"
        case scorers = "534353b11cbc"
        case evaluationDatasets = "71994744cf8e"
        case secrets = "1bd49d398cd23"
        case workspaces = "1b5f0d9ad7c1"
        case budgets = "e1f2a3b4c5d6"
        case issues = "76601a5f987d"
        case labels = "89d3d66ed43f"
        case reviews = "b7e4c1a90f23"
        case toolServers = "a8b9c0d1e2f3"
        case traceFigures = "75868b020152"
        case skills = "e7d1f4b2a9c6"
    }

    /// The schema that an export has: that of MLflow 3.18.
    static let exported = MLflowSchema(revision: "f4a9b2c7d1e6", place: revisions.count - 1)

    private init(revision: String, place: Int) {
        self.revision = revision
        self.place = place
    }

    /// - Throws: `unsupported` for a schema that is older or newer, saying what to do.
    init(revision: String) throws(Failure) {
        guard let place = Self.revisions.firstIndex(of: revision) else {
            throw Failure(
                .unsupported,
                "the database has MLflow's schema \(DisplayText.clean(String(revision.prefix(40)))), which this "
                    + "program does not know: it reads those of MLflow 2.22 to 3.18",
                hint: "An older one is brought up to date by `mlflow db upgrade` of MLflow 2.22 or later, on a copy of "
                    + "the database. A newer one can be read from its server: steward import mlflow http://...")
        }
        self.init(revision: revision, place: place)
    }

    func has(_ step: Step) -> Bool { Self.revisions.prefix(place + 1).contains(step.rawValue) }

    /// Reads which schema a database has.
    /// - Throws: `invalid` when it is none of MLflow's tracking server; `unsupported` as above.
    static func read(_ sql: any SQLConnection) throws(Failure) -> MLflowSchema {
        let tables: [String]
        let revisions: [String]
        do {
            tables = try tableNames(sql)
            revisions =
                tables.contains("alembic_version")
                ? try sql.rows("SELECT version_num FROM alembic_version") { $0.text(0) } : []
        } catch {
            throw Failure(any: error)
        }
        guard tables.contains("experiments"), tables.contains("runs"), let revision = revisions.first else {
            let isSteward = tables.contains("tracking_experiment")
            throw Failure(
                .invalid,
                isSteward
                    ? "this is a database of Steward, not of MLflow"
                    : "this is no database of an MLflow tracking server: it lacks the tables of one",
                hint: isSteward
                    ? "Another Steward is copied with steward backup and steward restore."
                    : "Name what `mlflow server` has as its --backend-store-uri.")
        }
        return try MLflowSchema(revision: revision)
    }

    static func tableNames(_ sql: any SQLConnection) throws -> [String] {
        try sql.rows(
            sql.dialect == .sqlite
                ? "SELECT name FROM sqlite_schema WHERE type = 'table'"
                : """
                SELECT CAST(tablename AS TEXT) FROM pg_catalog.pg_tables
                WHERE schemaname = ANY (current_schemas(false))
                """
        ) { $0.text(0) }
    }
}
