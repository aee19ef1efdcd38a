/// The schemes of places for artifacts that are not on this server. It opens none of them, but hands them to clients,
/// which do.
package enum ArtifactSchemes {
    /// Object stores and file systems that MLflow's clients, or their better known plug-ins, find by their own
    /// settings.
    package static let stores: Set<String> = [
        "s3", "s3a", "s3n", "gs", "abfs", "wasb", "wasbs", "adl", "dbfs", "oss", "cos", "obs", "uc", "hf", "oci",
        "lakefs",
    ]

    /// Those whose URIs name the host to connect to (MLflow 3.18, `store/artifact/host_policy.py`). Taken only where
    /// whoever runs the server says so.
    package static let hosts: Set<String> = [
        "http", "https", "ftp", "sftp", "hdfs", "viewfs", "abfss", "r2", "b2",
    ]

    /// MLflow's words.
    package static func refusal(_ scheme: some StringProtocol, field: String) -> String {
        "'\(field)' cannot use the '\(scheme)' scheme: the '\(scheme)' scheme addresses a host other than the tracking "
            + "server's configured artifact storage"
    }

    package static func hint(_ scheme: some StringProtocol) -> String {
        "Start the server with --artifact-schemes \(scheme) to allow it."
    }
}
