import Platform

/// The tables of logged models. Their parts refer to them by number: it is shorter than the identifier, and there are
/// many. Not-a-number is `value = 0, is_nan = 1`; what is not given is empty text, so that it can be part of a key.
enum LoggedModelMigrations {
    static let all = [models, links]

    private static let models = Migration(
        "tracking-020-logged-models",
        """
        CREATE TABLE tracking_logged_model (
            id {pk},
            model_id {text} NOT NULL UNIQUE,
            experiment {integer} NOT NULL REFERENCES tracking_experiment (id) ON DELETE CASCADE,
            name {text} NOT NULL,
            artifact_uri {text} NOT NULL,
            created_at {integer} NOT NULL,
            updated_at {integer} NOT NULL,
            status {integer} NOT NULL,
            model_type {text} NOT NULL,
            source_run_id {text} NOT NULL,
            deleted_at {integer}
        );
        CREATE INDEX tracking_logged_model_order ON tracking_logged_model (experiment, created_at DESC, model_id);
        CREATE INDEX tracking_logged_model_name ON tracking_logged_model (experiment, substr(name, 1, 40));
        CREATE INDEX tracking_logged_model_deleted ON tracking_logged_model (deleted_at) WHERE deleted_at IS NOT NULL;

        CREATE TABLE tracking_logged_model_tag (
            model {integer} NOT NULL REFERENCES tracking_logged_model (id) ON DELETE CASCADE,
            key {text} NOT NULL,
            value {text} NOT NULL,
            PRIMARY KEY (model, key)
        ) {clustered};

        CREATE TABLE tracking_logged_model_parameter (
            model {integer} NOT NULL REFERENCES tracking_logged_model (id) ON DELETE CASCADE,
            key {text} NOT NULL,
            value {text} NOT NULL,
            PRIMARY KEY (model, key)
        ) {clustered};

        CREATE TABLE tracking_logged_model_metric (
            model {integer} NOT NULL REFERENCES tracking_logged_model (id) ON DELETE CASCADE,
            key {text} NOT NULL,
            step {integer} NOT NULL,
            time {integer} NOT NULL,
            value {real} NOT NULL,
            is_nan {integer} NOT NULL,
            run_id {text} NOT NULL,
            dataset_name {text} NOT NULL,
            dataset_digest {text} NOT NULL,
            PRIMARY KEY (model, key, step, time, value, is_nan, run_id, dataset_name, dataset_digest)
        ) {clustered};
        """)

    /// Which models a run used and made. A model is named, not referred to: it may be deleted, or elsewhere.
    private static let links = Migration(
        "tracking-021-run-models",
        """
        CREATE TABLE tracking_model_input (
            id {pk},
            run {integer} NOT NULL REFERENCES tracking_run (id) ON DELETE CASCADE,
            model_id {text} NOT NULL,
            UNIQUE (run, model_id)
        );
        CREATE TABLE tracking_model_output (
            id {pk},
            run {integer} NOT NULL REFERENCES tracking_run (id) ON DELETE CASCADE,
            model_id {text} NOT NULL,
            step {integer} NOT NULL,
            UNIQUE (run, model_id)
        );
        """)
}
