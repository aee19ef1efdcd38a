import Platform

/// The tables of the registry.
///
/// What belongs to a model is kept under its number, so that a new name changes one row. Deleted models and versions
/// leave their row behind: names can be looked up in the history, and version numbers are never given out twice.
enum RegistrySchema {
    static let migrations = [
        Migration(
            "registry-001-models",
            """
            CREATE TABLE registry_model (
                id {pk}, name {text} NOT NULL, description {text}, created_at {integer} NOT NULL,
                updated_at {integer} NOT NULL, last_version {integer} NOT NULL, deleted_at {integer});
            CREATE UNIQUE INDEX registry_model_name ON registry_model (name) WHERE deleted_at IS NULL;
            CREATE INDEX registry_model_deleted ON registry_model (name, deleted_at);
            CREATE INDEX registry_model_updated ON registry_model (updated_at) WHERE deleted_at IS NULL;
            CREATE TABLE registry_model_tag (
                model_id {integer} NOT NULL REFERENCES registry_model (id), key {text} NOT NULL, value {text} NOT NULL,
                PRIMARY KEY (model_id, key));
            CREATE INDEX registry_model_tag_key ON registry_model_tag (key, model_id);

            CREATE TABLE registry_version (
                model_id {integer} NOT NULL REFERENCES registry_model (id), number {integer} NOT NULL,
                stage {text} NOT NULL, created_at {integer} NOT NULL, updated_at {integer} NOT NULL,
                description {text}, source {text} NOT NULL, location {text} NOT NULL, run_id {text} NOT NULL,
                run_link {text} NOT NULL, logged_model_id {text} NOT NULL, author {text} NOT NULL,
                deleted_at {integer}, PRIMARY KEY (model_id, number));
            CREATE INDEX registry_version_stage ON registry_version (model_id, stage, number) WHERE deleted_at IS NULL;
            CREATE INDEX registry_version_updated ON registry_version (updated_at) WHERE deleted_at IS NULL;
            CREATE INDEX registry_version_run ON registry_version (run_id) WHERE deleted_at IS NULL;
            CREATE TABLE registry_version_tag (
                model_id {integer} NOT NULL, number {integer} NOT NULL, key {text} NOT NULL, value {text} NOT NULL,
                PRIMARY KEY (model_id, number, key));
            CREATE INDEX registry_version_tag_key ON registry_version_tag (key, model_id, number);

            CREATE TABLE registry_alias (
                model_id {integer} NOT NULL REFERENCES registry_model (id), name {text} NOT NULL,
                number {integer} NOT NULL, PRIMARY KEY (model_id, name));
            CREATE INDEX registry_alias_version ON registry_alias (model_id, number);
            """),
        Migration(
            "registry-002-webhooks",
            """
            CREATE TABLE registry_webhook (
                id {text} PRIMARY KEY, name {text} NOT NULL, description {text}, url {text} NOT NULL, secret {text},
                status {text} NOT NULL, created_at {integer} NOT NULL, updated_at {integer} NOT NULL);
            CREATE INDEX registry_webhook_created ON registry_webhook (created_at, id);
            CREATE TABLE registry_webhook_event (
                event {text} NOT NULL, webhook_id {text} NOT NULL REFERENCES registry_webhook (id),
                PRIMARY KEY (event, webhook_id));
            CREATE INDEX registry_webhook_event_webhook ON registry_webhook_event (webhook_id);
            CREATE TABLE registry_delivery (
                id {text} PRIMARY KEY, webhook_id {text} NOT NULL, event {text} NOT NULL, sequence {integer} NOT NULL,
                body {text} NOT NULL, state {text} NOT NULL, attempts {integer} NOT NULL, response_status {integer},
                response_body {text}, problem {text}, created_at {integer} NOT NULL, attempted_at {integer},
                next_attempt_at {integer});
            CREATE INDEX registry_delivery_webhook ON registry_delivery (webhook_id, created_at, id);
            CREATE INDEX registry_delivery_created ON registry_delivery (created_at);
            """),
        // `folder`: where a version's files are in this server's store, decoded; null for files that are elsewhere.
        Migration(
            "registry-003-version-folders",
            """
            ALTER TABLE registry_version ADD COLUMN folder {text};
            UPDATE registry_version SET folder = substr(location, 19) WHERE location LIKE 'mlflow-artifacts:/%';
            CREATE INDEX registry_version_folder ON registry_version (folder) WHERE deleted_at IS NULL;
            CREATE INDEX registry_version_logged_model ON registry_version (logged_model_id) WHERE deleted_at IS NULL;
            """),
    ]
}
