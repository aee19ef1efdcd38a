import Platform

/// The tables of datasets and of the runs that used them.
///
/// For searches: the datasets of run `r` are `tracking_dataset_input i JOIN tracking_dataset d ON d.id = i.dataset
/// WHERE i.run = r`; their context is the tag `mlflow.data.context` of the input.
enum DatasetMigrations {
    static let all = [
        Migration(
            "tracking-030-datasets",
            """
            CREATE TABLE tracking_dataset (
                id {pk},
                experiment {integer} NOT NULL REFERENCES tracking_experiment (id) ON DELETE CASCADE,
                name {text} NOT NULL,
                digest {text} NOT NULL,
                source_type {text} NOT NULL,
                source {text} NOT NULL,
                schema {text},
                profile {text},
                UNIQUE (experiment, name, digest)
            );

            CREATE TABLE tracking_dataset_input (
                id {pk},
                run {integer} NOT NULL REFERENCES tracking_run (id) ON DELETE CASCADE,
                dataset {integer} NOT NULL REFERENCES tracking_dataset (id) ON DELETE CASCADE,
                UNIQUE (run, dataset)
            );
            CREATE INDEX tracking_dataset_input_dataset ON tracking_dataset_input (dataset);

            CREATE TABLE tracking_dataset_input_tag (
                input {integer} NOT NULL REFERENCES tracking_dataset_input (id) ON DELETE CASCADE,
                key {text} NOT NULL,
                value {text} NOT NULL,
                PRIMARY KEY (input, key)
            ) {clustered};
            """)
    ]
}
