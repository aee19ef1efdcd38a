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
            """)
    ]
}
