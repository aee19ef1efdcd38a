import Platform

/// The tables of experiments, runs and what is logged to runs.
///
/// - Runs and keys are referred to by numbers: an identifier of 32 digits, or a name, is stored once.
/// - What searches look for stands beside its experiment (`experiment` in `tracking_latest`, `_parameter`, `_tag`), so
///   that an index holds what belongs to one experiment and key together. A run never changes its experiment.
/// - Not-a-number is `value = 0, is_nan = 1` everywhere: SQLite has no such double. It sorts as the 0 that MLflow
///   stores for it.
/// - Times are milliseconds since 1970. `deleted_at` is null for what is active.
enum ExperimentMigrations {
    static let all = [experiments, runs, logged, deletions, purge]

    private static let experiments = Migration(
        "tracking-001-experiments",
        """
        CREATE TABLE tracking_experiment (
            id {pk},
            name {text} NOT NULL UNIQUE,
            location {text} NOT NULL,
            created_at {integer} NOT NULL,
            updated_at {integer} NOT NULL,
            deleted_at {integer}
        );
        CREATE INDEX tracking_experiment_order ON tracking_experiment (created_at, id);
        INSERT INTO tracking_experiment (id, name, location, created_at, updated_at)
            VALUES (0, 'Default', 'mlflow-artifacts:/0', {now}, {now});

        CREATE TABLE tracking_experiment_tag (
            experiment {integer} NOT NULL REFERENCES tracking_experiment (id),
            key {text} NOT NULL,
            value {text} NOT NULL,
            PRIMARY KEY (experiment, key)
        ) {clustered};
        """)

    private static let runs = Migration(
        "tracking-002-runs",
        """
        CREATE TABLE tracking_run (
            id {pk},
            run_id {text} NOT NULL UNIQUE,
            experiment {integer} NOT NULL REFERENCES tracking_experiment (id),
            name {text} NOT NULL,
            user_id {text} NOT NULL,
            status {text} NOT NULL,
            start_time {integer} NOT NULL,
            end_time {integer},
            artifact_uri {text} NOT NULL,
            is_deleted {integer} NOT NULL DEFAULT 0,
            deleted_at {integer}
        );
        CREATE INDEX tracking_run_order ON tracking_run (experiment, is_deleted, start_time DESC, run_id);
        CREATE INDEX tracking_run_deleted ON tracking_run (deleted_at) WHERE deleted_at IS NOT NULL;
        """)

    private static let logged = Migration(
        "tracking-003-logged",
        """
        CREATE TABLE tracking_key (
            id {pk},
            name {text} NOT NULL UNIQUE
        );

        CREATE TABLE tracking_metric (
            run {integer} NOT NULL,
            key {integer} NOT NULL,
            time {integer} NOT NULL,
            step {integer} NOT NULL,
            value {real} NOT NULL,
            is_nan {integer} NOT NULL,
            PRIMARY KEY (run, key, time, step, value, is_nan)
        ) {clustered};

        CREATE TABLE tracking_latest (
            run {integer} NOT NULL,
            key {integer} NOT NULL,
            experiment {integer} NOT NULL,
            value {real} NOT NULL,
            is_nan {integer} NOT NULL,
            time {integer} NOT NULL,
            step {integer} NOT NULL,
            PRIMARY KEY (run, key)
        ) {clustered};
        CREATE INDEX tracking_latest_value ON tracking_latest (experiment, key, is_nan, value);

        CREATE TABLE tracking_parameter (
            run {integer} NOT NULL,
            key {integer} NOT NULL,
            experiment {integer} NOT NULL,
            value {text} NOT NULL,
            PRIMARY KEY (run, key)
        ) {clustered};
        CREATE INDEX tracking_parameter_value ON tracking_parameter (experiment, key, substr(value, 1, 40));

        CREATE TABLE tracking_tag (
            run {integer} NOT NULL,
            key {integer} NOT NULL,
            experiment {integer} NOT NULL,
            value {text} NOT NULL,
            PRIMARY KEY (run, key)
        ) {clustered};
        CREATE INDEX tracking_tag_value ON tracking_tag (experiment, key, substr(value, 1, 40));
        """)

    private static let deletions = Migration(
        "tracking-004-deletions",
        """
        CREATE TABLE tracking_artifact_deletion (
            id {pk},
            artifact_uri {text} NOT NULL,
            requested_at {integer} NOT NULL
        );
        """)

    /// - `is_going`: the experiment is being removed for good, a part at a time.
    /// - `tracking_purged_run`: numbers of runs that are gone while rows of what they logged are still there.
    private static let purge = Migration(
        "tracking-005-purge",
        """
        ALTER TABLE tracking_experiment ADD COLUMN is_going {integer} NOT NULL DEFAULT 0;
        CREATE TABLE tracking_purged_run (run {integer} PRIMARY KEY);
        ALTER TABLE tracking_artifact_deletion ADD COLUMN only_if_empty {integer} NOT NULL DEFAULT 0;
        ALTER TABLE tracking_artifact_deletion ADD COLUMN attempts {integer} NOT NULL DEFAULT 0;
        ALTER TABLE tracking_artifact_deletion ADD COLUMN problem {text};
        """)
}
