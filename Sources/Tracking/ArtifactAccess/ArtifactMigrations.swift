import Platform

/// The table of what is known of artifacts besides their bytes.
enum ArtifactMigrations {
    static let all = [
        Migration(
            "tracking-050-artifacts",
            """
            CREATE TABLE tracking_artifact (
                path {text} PRIMARY KEY,
                size {integer} NOT NULL,
                sha256 {text} NOT NULL,
                created_at {integer} NOT NULL,
                created_by {text} NOT NULL
            ) {clustered};
            """),
        // When the recorded file was last written to, in milliseconds since 1970; null where that is not known.
        Migration(
            "tracking-051-artifact-times", "ALTER TABLE tracking_artifact ADD COLUMN modified {integer};"),
    ]
}
